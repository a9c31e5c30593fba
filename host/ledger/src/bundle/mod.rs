//! Evidence bundles: one file that proves a promotion to whoever has nothing but public keys.
//!
//! A bundle is a file of JSON lines, each a DSSE envelope, as in-toto has bundles: the manifest, the VSA, the statements, and the
//! entries of the ledger. Such a file is not authenticated as a whole, so the manifest, which is signed, lists all other lines by
//! digest, and holds what is no envelope: the recipe, the checkpoint, and the proofs under it.

mod manifest;
mod verify;
mod write;

pub use verify::{BundleError, VerifiedBundle, VerifiedStatement, verify};
pub use write::{Bundle, WriteError};
