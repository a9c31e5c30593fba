//! `init`.

use clap::Args;

use super::Format;

/// Begin: write a tollgate.yaml for what is there, or, with `--trust`, put one in force
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Write entry 0 of the ledger: from now on, this commit's policies judge
    #[arg(long = "trust", value_name = "COMMIT")]
    pub(crate) commit: Option<String>,

    /// Add an environment of this name with its pair of Ops and Apps, made after the last one; says what it would write, and writes it
    /// with `--yes`
    #[arg(long, value_name = "NAME", conflicts_with = "commit")]
    pub(crate) pair: Option<String>,

    /// Write tollgate.yaml without asking
    #[arg(long, conflicts_with = "commit")]
    pub(crate) yes: bool,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
