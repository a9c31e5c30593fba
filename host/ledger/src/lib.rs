//! The ledger: an append-only log of entries on a branch, and a machine's memory of what it saw there.
//!
//! Entries are DSSE envelopes over canonical JSON. They are appended by compare-and-swap, so that what the remote
//! acknowledged is there for ever, once, in order. Reading is strict: a branch that holds anything but a ledger is refused.
//! This crate knows no git: it works on the port [`tollgate_core::branch::KeepBranch`].

mod append;
mod at;
mod audit;
mod backoff;
mod batch;
pub mod bundle;
mod checked_log;
mod depth;
mod envelope;
pub mod evidence;
mod failure;
mod gist_file;
mod index;
mod keys;
mod layout;
mod ledger;
pub mod log;
mod log_key;
mod log_keys;
mod memory;
mod opening;
mod proven;
mod reading;
mod seen;
#[cfg(test)]
mod testing;
mod together;
mod tree;
mod vouched;
mod witness;

pub use audit::Audit;
pub use envelope::PAYLOAD_TYPE;
pub use keys::Keys;
pub use ledger::GitLedger;
pub use log_key::LogKeyFile;
pub use log_keys::LogKey;
pub use proven::{ProofError, ProvenEntry, verify_proof};
pub use vouched::SIGNERS_BLOB;
pub use witness::{TrustBasis, Witness, trust_digest};
