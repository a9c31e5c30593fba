//! Signatures of OpenSSH: keys that sign, and files that say whose key is whose.
//!
//! Implements core's ports [`SignBytes`](tollgate_core::signature::SignBytes),
//! [`VerifySignature`](tollgate_core::signature::VerifySignature) and [`ReadSigners`](tollgate_core::signature::ReadSigners).
//! Signatures are SSHSIG (OpenSSH's PROTOCOL.sshsig, version 1), so `ssh-keygen -Y sign` and `-Y verify` make and check them as
//! well. Where this crate and `ssh-keygen` differ, this one is the stricter: see [`AllowedSigners`].
//!
//! [`plain`] is for verifiers that know none of that.
//!
//! Keys sign from a file or in an ssh-agent: see [`open_key`]. Nothing here asks for a passphrase.

mod accepted;
mod agent;
mod agent_key;
mod agent_socket;
mod check;
mod file_key;
mod key;
pub mod plain;
mod signers;

pub use key::open_key;
pub use signers::{AllowedSigners, SshSigners};
