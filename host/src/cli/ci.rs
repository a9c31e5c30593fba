//! `ci`.

use camino::Utf8PathBuf;
use clap::Args;

use super::Trust;

/// Judge what the CI job is about, by the CI system's own variables
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

    #[command(flatten)]
    pub(crate) trust: Trust,
}
