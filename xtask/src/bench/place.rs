//! Where a bench happens.

use std::process::Command;

use camino::Utf8PathBuf;

/// Where things are.
pub(super) struct Place {
    pub(super) binary: Utf8PathBuf,
    /// The peers' rules.
    pub(super) rules: Utf8PathBuf,
    /// Workloads, answers and tollgate's cache go here.
    pub(super) directory: Utf8PathBuf,
}

impl Place {
    /// The program that measures inside of one process, and asks servers. It stands beside the binary.
    pub(super) fn bench(&self) -> Command {
        Command::new(self.binary.with_file_name("tollgate-bench"))
    }
}
