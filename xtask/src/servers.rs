//! `cargo xtask servers`: the programs of others that tests need, built into the cache.

use std::io::{self, Write as _};

use tollgate_servers::NotBuilt;

/// Why a program is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServersError {
    #[error("failed to write")]
    Io(#[from] io::Error),
    #[error(transparent)]
    NotBuilt(#[from] NotBuilt),
}

/// Builds each that is not there yet, and says where it is. Tests build what they need themselves; this does it before.
pub(crate) fn run() -> Result<(), ServersError> {
    let mut stdout = io::stdout().lock();
    for program in tollgate_servers::ALL {
        writeln!(stdout, "{} {}", program.name(), program.path()?)?;
    }
    // A machine that has Terraform needs no other.
    writeln!(stdout, "terraform {}", tollgate_servers::terraform()?)?;
    Ok(())
}
