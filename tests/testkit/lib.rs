//! What black-box tests are made of: a world of bare remotes, clones, image layouts and targets, and the built binary in it.
//!
//! Nothing of the machine gets into a [`World`]: no configuration of the user's, no `CI`, no memory of other ledgers. Two
//! worlds never share anything but compiled plugins, which are copied in so that no test waits for the compiler.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answer;
mod asker;
mod binary;
mod cli;
mod corpus;
mod forge;
mod git_http;
pub mod guard;
mod guests;
mod http_remote;
mod infrastructure;
mod injector;
mod ledger;
mod listener;
pub mod manifest;
mod normal;
mod people;
mod pipeline;
mod readme;
mod registry;
mod rendered_shop;
mod repository;
mod schema;
mod secret_forms;
mod shop;
mod soak;
mod ssh_remote;
mod target;
pub mod webhook;
mod world;

pub use answer::Answer;
pub use asker::Asker;
pub use binary::path as binary_path;
pub use cli::Cli;
pub use corpus::corpus;
pub use forge::{FORGE_TOKEN, ForgeServer, ReviewOnGithub};
pub use git_http::GitHttp;
pub use guard::Guard;
pub use guests::guest;
pub use http_remote::{HttpRemote, has_http_backend};
pub use infrastructure::{ENVIRONMENTS, Infrastructure};
pub use injector::Injector;
pub use ledger::LedgerView;
pub use listener::Listener;
pub use people::{FORGE, MACHINE, SignedShop};
pub use pipeline::Pipeline;
pub use readme::Readme;
pub use registry::Registry;
pub use rendered_shop::RenderedShop;
pub use repository::TestRepo;
pub use schema::assert_report;
pub use secret_forms::secret_forms;
pub use shop::{Build, Shop};
pub use soak::soak;
pub use ssh_remote::SshRemote;
pub use target::TargetView;
pub use webhook::Webhook;
pub use world::World;
