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
//! Documents of other languages than Kubernetes manifests come to those who name their group, which ends in `.tollgate`.
//! A rule for Dockerfiles:
//!
//! ```
//! use tollgate_sdk::{Document, Finding, Level, Rule, Severity, testing, validator};
//!
//! static NOT_ROOT: Rule = Rule {
//!     id: "not-root",
//!     title: "The last stage names a user",
//!     help: "Without `USER`, the container runs as root.",
//!     level: Level::Deny,
//!     severity: Severity::High,
//!     controls: &[],
//! };
//!
//! #[validator(rules = [NOT_ROOT], kinds = ["Dockerfile.dockerfile.tollgate"])]
//! pub fn not_root(document: &Document<'_>) -> Option<Finding> {
//!     let last = document.root().get("stages").elements().last()?;
//!     let instructions = last.get("instructions");
//!     let mut users = instructions.elements().filter(|one| one.get("instruction").as_str() == Some("USER"));
//!     users.next().is_none().then(|| NOT_ROOT.at(&last.get("image"), "nobody but root runs this image").fix("Add `USER`"))
//! }
//!
//! let body = r#"{"apiVersion": "dockerfile.tollgate/v1", "kind": "Dockerfile", "stages": [{"image": "a", "instructions": []}]}"#;
//! assert_eq!(testing::check::<NotRoot>("{}", body)[0].pointer(), "/stages/0/image");
//! ```
//!
//! And one for the resources of a Terraform configuration:
//!
//! ```
//! use tollgate_sdk::{Document, Finding, Level, Rule, Severity, testing, validator};
//!
//! static TAGGED: Rule = Rule {
//!     id: "tagged",
//!     title: "Resource has tags",
//!     help: "What has no tags is paid for by nobody.",
//!     level: Level::Warn,
//!     severity: Severity::Low,
//!     controls: &[],
//! };
//!
//! #[validator(rules = [TAGGED], kinds = ["resource.terraform.tollgate"])]
//! pub fn tagged(document: &Document<'_>) -> Option<Finding> {
//!     let tags = document.root().walk(&["body", "tags"]);
//!     (!tags.exists()).then(|| TAGGED.at(&tags, format!("`{}` has no tags", document.name())))
//! }
//!
//! let body = r#"{"apiVersion": "terraform.tollgate/v1", "kind": "resource", "metadata": {"name": "a.b"}, "body": {}}"#;
//! assert_eq!(testing::check::<Tagged>("{}", body)[0].pointer(), "/body/tags");
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
mod duration;
mod finding;
mod fix;
mod fixer;
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
pub use duration::{Duration, NotADuration};
pub use finding::{Finding, Findings};
pub use fix::Fix;
#[doc(hidden)]
pub use fixer::FixerExport;
pub use fixer::{Fixer, FixerDescription, Fixes, Found, Proposed};
pub use node::{Followed, Node};
pub use promotion::Promotion;
#[doc(hidden)]
pub use promotion::PromotionExport;
pub use quantity::Quantity;
#[doc(hidden)]
pub use serde;
/// A JSON value, written as JSON: what [`Fix`] puts into documents.
pub use serde_json::{Value as JsonValue, json};
pub use settings::{NoSettings, Settings, SettingsError, is_glob};
/// Makes a struct the settings of a plugin: it is read, checked and documented by what stands in it.
///
/// Doc comments are what the operator reads, so every setting needs one. Names are `camelCase` outside. A setting is of any
/// type that is a [`setting::Setting`]: booleans, numbers, texts, [`Quantity`], [`Duration`], lists, maps by name, optional ones, other structs under
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
/// - `kinds = ["Deployment.apps", "Pod"]`: the kinds that it is asked about, with their group after a dot; without, all
///   Kubernetes objects;
/// - `name = "…"`: the plugin's name, else the package's;
/// - `secret_values`: that it needs the values of Secrets, dotenv and `.tfvars` files, which have to be granted.
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

/// Makes a function the plugin's fixer, and a type of its name for tests: `mend` makes `Mend`.
///
/// Its first parameter is `&Found`, one finding of the validator with its document; the second, where it has one, are the
/// settings of the validator's policy, for which the validator's own settings type or a part of it is taken. It returns
/// whatever is [`Proposed`]: a [`Fix`] or none, several of which the first that holds is taken, or one of these unless it
/// can't say. The attribute takes
/// - `validator = "…"`: the name of the validator plugin;
/// - `rules = ["…", …]`: the ids of those of its rules that there are fixes for;
/// - `name = "…"`: the fixer's name, else the package's.
///
/// ```
/// use tollgate_sdk::{Fix, Found, fixer};
///
/// #[fixer(validator = "workloads", rules = ["read-only-root"])]
/// pub fn mend(found: &Found<'_>) -> Option<Fix> {
///     Some(Fix::new("Make the root file system read-only").set(&found.node(), true))
/// }
/// ```
///
/// A fixer can't judge, and a validator can't fix: a plugin has one export, and the host runs a fixer for `check --fix`
/// alone.
pub use tollgate_sdk_macros::fixer;

#[doc(hidden)]
pub use validator::ValidatorExport;
pub use validator::{Check, Judged, KindFilter, Needs, Scope, Validator};
pub use value::Value;
