//! What a plugin's author needs: a plugin to start from, and the way from Rust sources to a WebAssembly component.
//!
//! It carries the sources of the SDK and of the contract, so that a new plugin needs nothing of this repository. It refuses to
//! know what a plugin says: nothing here loads or runs one.

mod command;
mod component;
mod manifest;
mod sources;
mod start;

pub use command::BuildError;
pub use component::{Built, Plugins, add_target, build, encode};
pub use manifest::ManifestError;
pub use start::{Sdk, StartError, World, start};
