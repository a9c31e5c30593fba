//! The configuration.
mod check;
mod digest;
mod lock;
mod origin;
mod port;
mod problem;
mod raw;
mod read;
mod reading;
mod schema;
mod shape;
mod source;
mod suggest;

pub use digest::policy_digest;
pub use lock::{LOCK_FILE, LockedPack, LockedPlugin, PluginsLock};
pub use port::{ConfigurationFile, Locate, ReadConfiguration};
pub use problem::{ConfigProblem, ConfigurationError, ReadError};
pub use read::{Configuration, PIPELINE_FILE, UseOfLock, read_pipeline};
pub use schema::ConfigurationSchema;
