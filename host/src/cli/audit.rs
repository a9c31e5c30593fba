//! `audit`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use super::{Format, Trust};

/// Read, check and take along what the ledger says
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Tell what was written, newest last
    Log(Log),
    /// Check everything that the ledger holds against everything else
    Verify(Verify),
    /// Write the proof that an entry is in the ledger, for people without access to it
    Prove(Prove),
    /// Check such a proof, offline
    VerifyProof(VerifyProof),
    /// Make recorded decisions again from what the ledger kept, and compare
    Replay(Replay),
    /// Compare what the ledger says that each target runs with what the target says
    Reconcile(Reconcile),
    /// Tell an auditor about a time: every change with its chain, every exception
    Report(Report),
    /// Write the log as a directory that other tools read (C2SP tlog-tiles)
    Export(Export),
    /// Look whether this machine and the ledger's remote are set up to be trusted
    Doctor(Doctor),
}

impl Audit {
    /// What the command is told to trust; nothing where it reads no ledger.
    pub(crate) const fn trust(&self) -> Option<&Trust> {
        match self {
            Self::Log(arguments) => Some(&arguments.trust),
            Self::Verify(arguments) => Some(&arguments.trust),
            Self::Prove(arguments) => Some(&arguments.trust),
            Self::Replay(arguments) => Some(&arguments.trust),
            Self::Reconcile(arguments) => Some(&arguments.trust),
            Self::Report(arguments) => Some(&arguments.trust),
            Self::Export(arguments) => Some(&arguments.trust),
            Self::Doctor(arguments) => Some(&arguments.trust),
            Self::VerifyProof(_) => None,
        }
    }
}

/// Formats of `audit log`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

/// Tell what was written, newest last
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// Only entries about this target
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<String>,

    /// Only entries about this component, or about a recipe that has it
    #[arg(long, value_name = "COMPONENT")]
    pub(crate) component: Option<String>,

    /// Only entries by this person or machine
    #[arg(long, value_name = "MAIL")]
    pub(crate) person: Option<String>,

    /// Only entries since then: a date (UTC), or a time as RFC 3339 has it
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,

    /// Only entries until then; a date is taken with the whole of its day
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,

    /// Only decisions and ends of attempts with this outcome
    #[arg(long, value_enum, value_name = "OUTCOME")]
    pub(crate) outcome: Option<OutcomeWord>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: LogFormat,
}

/// What decisions and attempts come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutcomeWord {
    Approved,
    Denied,
    Pending,
    Succeeded,
    Failed,
    Errored,
    Aborted,
}

impl OutcomeWord {
    /// As entries have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

/// Check everything that the ledger holds against everything else
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A checkpoint that somebody kept: the ledger must begin with what it says
    #[arg(long, value_name = "FILE")]
    pub(crate) witness: Option<Utf8PathBuf>,

    /// Keep the ledger's checkpoint in this file, to be given to a later `--witness`
    #[arg(long, value_name = "FILE")]
    pub(crate) write_witness: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Write the proof that an entry is in the ledger, for people without access to it
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// Index of the entry
    #[arg(value_name = "INDEX")]
    pub(crate) index: u64,

    /// Write it to a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Check such a proof, offline
#[derive(Debug, Args)]
pub(crate) struct VerifyProof {
    /// The file that `audit prove` wrote
    #[arg(value_name = "FILE")]
    pub(crate) file: Utf8PathBuf,

    /// A log key of the ledger, as `audit verify` prints it; may be given more than once
    #[arg(long = "log-key", value_name = "KEY", required = true)]
    pub(crate) log_keys: Vec<String>,

    /// Who may sign entries: a file as `ssh-keygen` has it (allowed_signers)
    #[arg(long, value_name = "FILE")]
    pub(crate) signers: Option<Utf8PathBuf>,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Make recorded decisions again from what the ledger kept, and compare
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The promotions whose decisions are made again, as `P-17`
    #[arg(value_name = "PROMOTION", required_unless_present = "all")]
    pub(crate) promotions: Vec<String>,

    /// Every decision that the ledger has
    #[arg(long, conflicts_with = "promotions")]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Compare what the ledger says that each target runs with what the target says
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Only these targets [default: all]
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Formats of `audit report`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people who read files
    #[default]
    Markdown,
    /// For people who read pages, and print them
    Html,
    /// For spreadsheets: one line for each change
    Csv,
    /// For programs
    Json,
}

/// Tell an auditor about a time: every change with its chain, every exception
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The first day (UTC) or moment of the time
    #[arg(long, value_name = "TIME")]
    pub(crate) from: String,

    /// The last day (UTC), with the whole of it, or moment
    #[arg(long, value_name = "TIME")]
    pub(crate) to: String,

    /// Only controls of this standard, by how their names begin: `DORA`, `NIST`, `PCI`
    #[arg(long, value_name = "STANDARD")]
    pub(crate) standard: Option<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ReportFormat,
}

/// Write the log as a directory that other tools read (C2SP tlog-tiles)
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// A directory that is empty, or not there yet
    // Not `directory`: that is the directory in which every command starts.
    #[arg(value_name = "DIR")]
    pub(crate) destination: Utf8PathBuf,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Look whether this machine and the ledger's remote are set up to be trusted
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Try on a new branch at the remote, `tollgate/doctor-…`, whether it can be forced and deleted. Where it can't be deleted, it
    /// stays
    #[arg(long)]
    pub(crate) try_push: bool,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
