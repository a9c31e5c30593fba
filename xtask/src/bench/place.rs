//! Where a bench happens.

use camino::Utf8PathBuf;

/// Where things are.
pub(super) struct Place {
    pub(super) binary: Utf8PathBuf,
    /// The peers' rules.
    pub(super) rules: Utf8PathBuf,
    /// Workloads, answers and tollgate's cache go here.
    pub(super) directory: Utf8PathBuf,
}
