//! Makes tollgate plugins short.
//!
//! A plugin is a library crate with `crate-type = ["cdylib"]` that implements [`Validator`] or [`Promotion`] for a type
//! and exports it with [`export_validator!`] or [`export_promotion!`]:
//!
//! ```
//! use tollgate_sdk::{Check, Description, Findings, Level, Needs, PluginError, Rule, Severity, Validator};
//!
//! static NAMED: Rule = Rule {
//!     id: "named",
//!     title: "Object has a name",
//!     help: "Objects without a name can't be found again. Give it one in `metadata.name`.",
//!     level: Level::Deny,
//!     severity: Severity::Low,
//!     controls: &[],
//! };
//!
//! struct Named;
//!
//! impl Validator for Named {
//!     type Settings = tollgate_sdk::NoSettings;
//!     const DESCRIPTION: Description =
//!         Description { name: "named", version: "0.1.0", rules: &[&NAMED], settings_schema: tollgate_sdk::NO_SETTINGS_SCHEMA };
//!
//!     fn needs(_: &Self::Settings) -> Needs {
//!         Needs::document()
//!     }
//!
//!     fn check(check: &Check<'_, Self::Settings>, findings: &mut Findings) -> Result<(), PluginError> {
//!         for document in check.documents {
//!             let name = document.root().get("metadata").get("name");
//!             if !name.exists() {
//!                 findings.add(NAMED.at(&name, "object has no name").fix("Set `metadata.name`"));
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! tollgate_sdk::export_validator!(Named);
//! ```
//!
//! A pointer can only be had by walking to a value with [`Node`], so it always leads somewhere. Everything works natively
//! too: feature `testing` judges documents in a plugin's own tests, without WebAssembly.
//!
//! The crate refuses to know the host, files, clocks and sockets: what a plugin can reach stands in [`host`].

#[cfg(target_arch = "wasm32")]
mod arena;
#[doc(hidden)]
pub mod bindings;
mod context;
mod describe;
mod document;
mod finding;
pub mod host;
pub mod image;
mod node;
mod panic;
pub mod promotion;
pub mod selector;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;
mod validator;
mod value;
pub mod workload;

pub use context::Context;
pub use describe::{Description, Level, PluginError, Rule, Severity};
pub use document::Document;
pub use finding::{Finding, Findings};
pub use node::{Followed, Node};
pub use promotion::Promotion;
#[doc(hidden)]
pub use promotion::PromotionExport;
pub use settings::{NO_SETTINGS_SCHEMA, NoSettings, Settings, SettingsError, is_glob};
#[doc(hidden)]
pub use validator::ValidatorExport;
pub use validator::{Check, KindFilter, Needs, Scope, Validator};
pub use value::Value;
