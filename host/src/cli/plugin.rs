//! `plugin`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use super::Format;

/// Write, build, prove and look at plugins
#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    /// Start a plugin that builds and passes its cases
    New(New),
    /// Build a plugin
    Build(Build),
    /// Build a plugin and run its cases
    Test(Test),
    /// Show what a plugin exports, imports and needs
    Inspect(Inspect),
    /// Measure what a plugin costs for each document
    Bench(Bench),
}

/// Start a plugin that builds and passes its cases
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The directory, which must be empty or missing; its last step is the plugin's name
    #[arg(value_name = "DIR")]
    pub(crate) at: Utf8PathBuf,

    /// What it judges: documents, or promotions
    #[arg(long, value_enum, default_value_t)]
    pub(crate) world: NewWorld,

    /// Take the SDK from this directory instead of writing a copy to `vendor/`
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<Utf8PathBuf>,
}

/// What a new plugin judges
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum NewWorld {
    /// Documents
    #[default]
    Validator,
    /// Promotions: a gate
    Promotion,
}

/// Build a plugin
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) at: Utf8PathBuf,

    /// Where the plugin goes [default: NAME.wasm in its directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<Utf8PathBuf>,
}

/// Build a plugin and run its cases
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The plugin's directory, with its cases under `cases/pass` and `cases/fail`, and of a gate under `cases/pending`
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) at: Utf8PathBuf,

    /// Run the cases on this plugin, without building one
    #[arg(long, value_name = "FILE|builtin:NAME")]
    pub(crate) plugin: Option<String>,

    #[command(flatten)]
    pub(crate) output: CasesOutput,

    /// Do it again after every change, until it is stopped
    #[arg(long)]
    pub(crate) watch: bool,
}

/// How the outcome of cases is told.
#[derive(Debug, Args)]
pub(crate) struct CasesOutput {
    /// Format of the report, and a file to write it to; at most one goes to standard output [formats: text, json, junit]
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub(crate) output: Vec<String>,
}

/// Show what a plugin exports, imports and needs
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The plugin: a .wasm file, `builtin:NAME`, or the directory of one that was built
    #[arg(value_name = "PLUGIN", default_value = ".")]
    pub(crate) plugin: String,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Measure what a plugin costs for each document
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The plugin: a .wasm file, `builtin:NAME`, or the directory of one that was built
    #[arg(value_name = "PLUGIN", default_value = ".")]
    pub(crate) plugin: String,

    /// Files and directories whose documents it is asked about [default: the plugin's cases]
    #[arg(long, value_name = "PATH")]
    pub(crate) documents: Vec<Utf8PathBuf>,

    /// The plugin's settings, as JSON
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) settings: String,

    /// How often each document is asked about
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) rounds: u32,

    /// Write the figures to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<Utf8PathBuf>,

    /// Show the figures beside those of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<Utf8PathBuf>,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
