//! `policy`, `completion` and what only tollgate's own build uses.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use super::plugin::CasesOutput;
use super::{Format, Trust};

/// See to the policies that judge
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show what judges here, from where, and at which digest
    List(List),
    /// Show all about one policy
    Show(Show),
    /// Run the cases of packs
    Test(Test),
    /// Put a policy revision in force
    Accept(Accept),
    /// Write plugins.lock: pin every plugin and pack of tollgate.yaml by digest
    Update(Update),
}

/// Show what judges here, from where, and at which digest
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Show all about one policy
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its name
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Run the cases of packs
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Directories of packs [default: those of this repository that tollgate.yaml names]
    #[arg(value_name = "PACK")]
    pub(crate) packs: Vec<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) output: CasesOutput,
}

/// Put a policy revision in force
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// A commit on the policy ref, as the remote has it
    #[arg(value_name = "COMMIT")]
    pub(crate) commit: String,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Write plugins.lock: pin every plugin and pack of tollgate.yaml by digest
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Write nothing; exit with 12 when plugins.lock is not up to date
    #[arg(long)]
    pub(crate) check: bool,
}

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct Completion {
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Write manual pages
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The directory that they go to, one file for each command
    #[arg(value_name = "DIR", default_value = "man")]
    pub(crate) to: Utf8PathBuf,
}

/// Print generated documentation
#[derive(Debug, Args)]
pub(crate) struct Docs {
    #[arg(value_enum)]
    pub(crate) what: DocsOf,
}

/// What can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocsOf {
    /// Markdown of all commands
    Cli,
    /// Markdown of tollgate.yaml
    Configuration,
    /// JSON: a page for each rule
    Findings,
}
