//! Makes tollgate plugins short.
//!
//! A plugin is a library crate with `crate-type = ["cdylib"]`. A validator is a function under [`validator`], with settings
//! under [`settings`] where it has some:
//!
//! ```
//! use tollgate_sdk::{Document, Finding, Level, Rule, Severity, settings, validator};
//!
//! static NAMED: Rule = Rule {
//!     id: "named",
//!     title: "Object has a name of at least so many letters",
//!     help: "Objects without a name can't be found again. Give it one in `metadata.name`.",
//!     level: Level::Deny,
//!     severity: Severity::Low,
//!     controls: &[],
//! };
//!
//! #[settings]
//! pub struct Settings {
//!     /// How many letters a name has at least.
//!     #[setting(default = 3, min = 1)]
//!     letters: u64,
//! }
//!
//! #[validator(rules = [NAMED])]
//! pub fn named(document: &Document<'_>, settings: &Settings) -> Option<Finding> {
//!     let name = document.root().walk(&["metadata", "name"]);
//!     let length = name.as_str().map_or(0, |name| name.chars().count() as u64);
//!     (length < settings.letters).then(|| NAMED.at(&name, "object has no name that tells it").fix("Set `metadata.name`"))
//! }
//! ```
//!
//! What the attributes can't say is said by implementing [`Validator`] or [`Promotion`] for a type, which
//! [`export_validator!`] or [`export_promotion!`] makes the plugin's export.
//!
//! A pointer can only be had by walking to a value with [`Node`], so it always leads somewhere. Everything works natively
//! too: feature `testing` judges documents in a plugin's own tests, without WebAssembly.
//!
//! The crate refuses to know the host, files, clocks and sockets: what a plugin can reach stands in [`host`].

// The attributes name this crate, also where they are used in it.
#[cfg(test)]
extern crate self as tollgate_sdk;

#[cfg(target_arch = "wasm32")]
mod arena;
#[doc(hidden)]
pub mod bindings;
mod context;
mod crossing;
mod describe;
mod document;
mod finding;
pub mod host;
pub mod image;
mod node;
mod panic;
pub mod promotion;
mod quantity;
pub mod selector;
pub mod setting;
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
pub use quantity::Quantity;
#[doc(hidden)]
pub use serde;
pub use settings::{NoSettings, Settings, SettingsError, is_glob};
/// Makes a struct the settings of a plugin: it is read, checked and documented by what stands in it.
///
/// Doc comments are what the operator reads, so every setting needs one. Names are `camelCase` outside. A setting is of any
/// type that is a [`setting::Setting`]: booleans, numbers, texts, lists, maps by name, optional ones, other structs under
/// `#[settings]`, and enums under `#[settings]`, which are a choice among words. `#[setting(…)]` says more:
/// - `default = VALUE`: what it is when nobody sets it, else the type's own default;
/// - `min = VALUE`, `max = VALUE`: what a number may be;
/// - `not_empty`: a text, list or map must hold something;
/// - `check = FUNCTION`: a function of `&T` that returns `Result<(), impl Display>`.
///
/// ```
/// use tollgate_sdk::{Settings as _, settings, setting};
///
/// /// When it is right to stop.
/// #[settings]
/// enum Stop {
///     #[default]
///     Never,
///     OnFailure,
/// }
///
/// #[settings]
/// struct Settings {
///     /// The values that are allowed.
///     #[setting(default = ["one", "two"], not_empty)]
///     allowed: Vec<String>,
///     /// When to stop.
///     stop_when: Stop,
/// }
///
/// assert!(Settings::schema().contains(r#""stopWhen""#));
/// assert_eq!(Settings::default().allowed, ["one", "two"]);
/// let empty = Settings { allowed: Vec::new(), stop_when: Stop::OnFailure };
/// assert_eq!(setting::problems(&empty)[0].pointer, "/allowed");
/// ```
///
/// A setting that nobody explains does not compile:
///
/// ```compile_fail
/// #[tollgate_sdk::settings]
/// struct Settings {
///     allowed: Vec<String>,
/// }
/// ```
///
/// Nor does a choice without a word for when nobody has chosen:
///
/// ```compile_fail
/// #[tollgate_sdk::settings]
/// enum Stop {
///     Never,
///     OnFailure,
/// }
/// ```
pub use tollgate_sdk_macros::settings;

/// Makes a function the plugin's validator, and a type of its name for tests: `cost_centre` makes `CostCentre`.
///
/// Its first parameter is `&Document`, which it is asked about one by one, or `&[Document]`, all that go to one target
/// together. The second are the settings, where it has some. It returns whatever is [`Judged`]: a [`Finding`] or none, a
/// list, or one of these unless it can't judge. The attribute takes
/// - `rules = [RULE, …]`: the rules that its findings are of;
/// - `kinds = ["Deployment.apps", "Pod"]`: the kinds that it is asked about, with their group after a dot; without, all;
/// - `name = "…"`: the plugin's name, else the package's;
/// - `secret_values`: that it needs the values of Secrets, which have to be granted.
///
/// All documents together, of two kinds:
///
/// ```
/// use tollgate_sdk::{Document, Finding, Level, Rule, Severity, validator};
///
/// static ALONE: Rule = Rule {
///     id: "alone",
///     title: "There is one of each",
///     help: "Two of these would stand in each other's way.",
///     level: Level::Warn,
///     severity: Severity::Low,
///     controls: &[],
/// };
///
/// #[validator(rules = [ALONE], kinds = ["Deployment.apps", "Pod"])]
/// pub fn only_one(documents: &[Document<'_>]) -> Vec<Finding> {
///     documents.iter().skip(1).map(|document| ALONE.at(&document.root(), "there is another one")).collect()
/// }
/// ```
pub use tollgate_sdk_macros::validator;

#[doc(hidden)]
pub use validator::ValidatorExport;
pub use validator::{Check, Judged, KindFilter, Needs, Scope, Validator};
pub use value::Value;
