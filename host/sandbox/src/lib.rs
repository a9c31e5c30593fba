//! The sandbox: runs other people's policies so that they see what they were granted, do nothing else, and end within
//! their limits.
//!
//! This is the only crate that knows wasmtime. It fills the ports [`LoadPolicy`], `EvaluateDocuments`,
//! `DecidePromotion`, `LoadFixer` and `ProposeFix` of core. What it refuses: WASI and every other ambient import; an import that was not granted,
//! before anything of the plugin is compiled; a second call in the same instance. It never prints: what people should
//! know comes back as a [`Notice`].
//!
//! The way of a plugin: [`Sandbox`] checks its size and digest, reads its imports and exports, holds them against the
//! grants, takes its compiled code from the cache or has it compiled, links the granted capabilities, and calls
//! `describe` and `configure`. Each later call gets a fresh store and instance, fuel by the size of its input, and a
//! deadline behind that; what it returns is checked before it becomes a type of core.
//!
//! [`LoadPolicy`]: tollgate_core::evaluate::LoadPolicy

mod about;
mod answer;
mod bindings;
mod cache;
mod capabilities;
mod child;
mod compile;
mod contract;
mod data_files;
mod description;
mod engine;
mod error;
mod findings;
mod fixer;
mod inspect;
mod limiter;
pub mod limits;
mod log_book;
mod measure;
mod notice;
mod outline;
mod panic;
mod panic_line;
mod phase;
mod plugin;
mod promotion;
mod promotion_request;
mod sandbox;
mod state;
mod ticker;
mod validator;

pub use about::{About, about};
pub use cache::{CacheError, open_cache};
pub use child::{ChildError, CompileLimits, compile_stdin_to_stdout};
pub use compile::Compiler;
pub use engine::{Allocation, EngineError};
pub use measure::LiveValidator;
pub use notice::Notice;
pub use sandbox::{Sandbox, SandboxError, SandboxOptions};
