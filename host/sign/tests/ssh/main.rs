//! Against OpenSSH itself: `ssh-keygen`, `ssh-agent` and `ssh-add`, which must be on this machine.

mod agent;
mod files;
mod openssh;
mod security_keys;
mod signers;
mod verify;
