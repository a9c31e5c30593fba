//! The configuration of a repository: `tollgate.yaml`, the packs that it names, and `plugins.lock`, read into the checked
//! types of `tollgate-core`.
//!
//! - [`read_pipeline`] reads all of it through the port [`ReadConfiguration`] and says everything that is wrong, at its
//!   place. [`choose`] makes a configuration out of what the command line names, and [`set`] changes single settings.
//! - [`PluginsLock`] says which bytes names stand for; [`compare_with_lock`] says where it is out of date.
//! - [`ConfigurationSchema`] has the JSON Schemas for editors, and [`reference`] the reference made from them.
//!
//! This crate refuses to read files, to parse YAML and to know what settings mean to a plugin.

mod case;
mod check;
mod chosen;
mod digest;
mod gate_case;
mod lock;
mod locked;
mod origin;
mod port;
mod problem;
mod raw;
mod read;
mod reading;
mod reference;
mod schema;
mod set;
mod shape;
mod source;
mod suggest;
mod waivers;

pub use case::{CASE_SUFFIX, CaseText, Expectation, ExpectedPlace};
pub use chosen::{Chosen, DEFAULT_PACK, choose};
pub use digest::policy_digest;
pub use gate_case::{ExpectedFinding, ExpectedWait, GateCase};
pub use lock::{LOCK_FILE, LockedPack, LockedPlugin, PluginsLock};
pub use locked::{LockProblems, compare_with_lock, used_plugins};
pub use port::{ConfigurationFile, Locate, ReadConfiguration};
pub use problem::{ConfigProblem, ConfigurationError, ReadError};
pub use read::{Configuration, PIPELINE_FILE, UseOfLock, read_pipeline};
pub use reference::reference;
pub use schema::ConfigurationSchema;
pub use set::set;
pub use waivers::waivers_text;
