//! `ci`.

use camino::Utf8PathBuf;
use clap::Args;

use super::Trust;
use super::queue::{Confirmation, Waiting};

/// What pending means for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Pending {
    /// 0
    Pass,
    /// 4
    Fail,
}

/// Do what the CI job is about, by the CI system's own variables: judge a proposal, promote what was pushed
#[derive(Debug, Args)]
pub(crate) struct Ci {
    /// Files and directories to look at [default: all that the proposal changes]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<Utf8PathBuf>,

    /// One more report beside those that the CI system wants: a format, and the file that it goes to
    #[arg(short, long, value_name = "FORMAT=FILE")]
    pub(crate) output: Vec<String>,

    /// Let findings pass that the base has as well; a promotion would still deny them
    #[arg(long)]
    pub(crate) only_new: bool,

    /// Judge every file, not only those that the proposal changes
    #[arg(long)]
    pub(crate) whole: bool,

    /// Judge what was pushed, and promote nothing
    #[arg(long)]
    pub(crate) check_only: bool,

    /// Answer this comment on a request, if it is a command and its author may write to the repository
    #[arg(long, value_name = "TEXT", requires = "author", requires = "request")]
    pub(crate) comment: Option<String>,

    /// The account that wrote the comment
    #[arg(long, value_name = "LOGIN", requires = "comment")]
    pub(crate) author: Option<String>,

    /// The number of the request that the comment is on
    #[arg(long, value_name = "NUMBER", requires = "comment")]
    pub(crate) request: Option<u64>,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,

    /// Whether what is still pending passes [default: `pass` for a proposal, `fail` for a push]
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) pending: Option<Pending>,

    #[command(flatten)]
    pub(crate) trust: Trust,
}
