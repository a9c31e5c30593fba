//! `init`.

use clap::Args;

use super::Format;

/// Set up trust in a repository
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Write entry 0 of the ledger: from now on, this commit's policies judge
    #[arg(long = "trust", value_name = "COMMIT")]
    pub(crate) commit: String,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
