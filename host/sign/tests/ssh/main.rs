//! Against OpenSSH itself: `ssh-keygen`, `ssh-agent` and `ssh-add`, which must be on this machine.

#![expect(clippy::unwrap_used, reason = "a test that can't go on must stop")]

mod agent;
mod files;
mod openssh;
mod plain;
mod security_keys;
mod signers;
mod verify;
