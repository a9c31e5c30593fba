//! `evidence`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::{Format, Trust};

/// Keep statements about what moves, and prove promotions to others
#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// Write a statement into the ledger: a test result, a scan, a ticket, a bill of materials
    Add(Add),
    /// Put into one file what proves a promotion to people without access to the ledger
    Bundle(Bundle),
    /// Check such a file, offline
    Verify(Verify),
}

impl Evidence {
    /// What the command is told to trust; nothing where it reads no ledger.
    pub(crate) const fn trust(&self) -> Option<&Trust> {
        match self {
            Self::Add(arguments) => Some(&arguments.trust),
            Self::Bundle(arguments) => Some(&arguments.trust),
            Self::Verify(_) => None,
        }
    }
}

/// Write a statement into the ledger: a test result, a scan, a ticket, a bill of materials
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// An in-toto statement (version 1), a DSSE envelope around one, or with `--type` a result that is none yet; `-` is standard
    /// input
    #[arg(value_name = "FILE")]
    pub(crate) file: Utf8PathBuf,

    /// What the file is about: a digest (`sha256:…`), an image, a recipe by its id or the beginning of it, or the recipe of a
    /// promotion (`P-17`); may be given more than once. A statement says it itself, and must then be about these
    #[arg(long = "subject", value_name = "SUBJECT")]
    pub(crate) subjects: Vec<String>,

    /// What the file is, where it is no statement: `test-result` (in-toto's, or JUnit's XML), `vulnerability-scan`, `ticket`,
    /// `sbom` (SPDX or CycloneDX in JSON), or the URI of another type
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Put into one file what proves a promotion to people without access to the ledger
#[derive(Debug, Args)]
pub(crate) struct Bundle {
    /// Promotion that succeeded or was denied (`P-17`)
    #[arg(value_name = "PROMOTION")]
    pub(crate) promotion: String,

    /// Write the bundle to a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Check such a file, offline
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The file that `evidence bundle` wrote
    #[arg(value_name = "FILE")]
    pub(crate) file: Utf8PathBuf,

    /// A log key of the ledger, as `audit verify` prints it; may be given more than once
    #[arg(long = "log-key", value_name = "KEY", required = true)]
    pub(crate) log_keys: Vec<String>,

    /// Who may sign: a file as `ssh-keygen` has it (allowed_signers)
    #[arg(long, value_name = "FILE")]
    pub(crate) signers: Utf8PathBuf,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
