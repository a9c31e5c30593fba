//! `check`.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::Trust;

/// Judge manifests by the policies, without resolving or changing anything
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Check {
    /// Files and directories; `-` is standard input [default: the components of tollgate.yaml, else the current directory]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<Utf8PathBuf>,

    /// Judge what is committed at a revision instead of the work tree
    #[arg(long, value_name = "REV")]
    pub(crate) rev: Option<String>,

    /// Judge what is in the cluster of a kubeconfig's context, whoever put it there [default: the current context]
    #[arg(long, value_name = "CONTEXT", num_args = 0..=1, default_missing_value = "",
        conflicts_with_all = ["paths", "rev", "base", "fix"])]
    pub(crate) live: Option<String>,

    /// With `--live`: only what is in these namespaces
    #[arg(short, long, value_name = "NAMESPACE", requires = "live", value_delimiter = ',')]
    pub(crate) namespace: Vec<String>,

    /// Judge the merge of a proposal into this revision, and compare its findings with those of the base
    #[arg(long, value_name = "REV", conflicts_with = "rev")]
    pub(crate) base: Option<String>,

    /// The proposal [default: HEAD]
    #[arg(long, value_name = "REV", requires = "base")]
    pub(crate) head: Option<String>,

    /// Let findings pass that the base has as well; a promotion would still deny them
    #[arg(long, requires = "base")]
    pub(crate) only_new: bool,

    /// Judge every file, not only those that the proposal changes
    #[arg(long, requires = "base")]
    pub(crate) whole: bool,

    /// Judge by this policy instead of the configured ones: `builtin:NAME` or a .wasm file
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Vec<String>,

    /// Judge by this pack instead of the configured ones: `builtin:NAME` or a directory
    #[arg(long, value_name = "PACK")]
    pub(crate) pack: Vec<String>,

    /// Set a policy's setting: JSON if it parses, else a string
    #[arg(long, value_name = "POLICY.KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// Format of the report, and a file to write it to; at most one goes to standard output [formats: text, json, sarif,
    /// github, junit, gitlab, gitlab-sast, markdown, policyreport, csv]
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub(crate) output: Vec<String>,

    /// Show every finding in text, however many
    #[arg(long)]
    pub(crate) all: bool,

    /// Don't use verdicts that were given before
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Fix what can be fixed in the files themselves, after showing the changes; with `=only`, the first PATH is the rule to
    /// fix (`POLICY/RULE`, several with commas)
    #[arg(long, value_name = "only", num_args = 0..=1, require_equals = true, default_missing_value = "all",
        conflicts_with_all = ["rev", "base", "write_waivers"])]
    pub(crate) fix: Option<FixScope>,

    /// With `--fix`: write without asking, also on a terminal
    #[arg(long, requires = "fix")]
    pub(crate) yes: bool,

    /// With `--fix`: show the changes, and write nothing
    #[arg(long, requires = "fix", conflicts_with = "yes")]
    pub(crate) dry_run: bool,

    /// Write waivers of all that is denied to a new file, to take an old repository in
    #[arg(long, value_name = "FILE", requires_all = ["expires", "reason"])]
    pub(crate) write_waivers: Option<Utf8PathBuf>,

    /// The last day of these waivers: `2027-01-31`, or a time from now such as `90d`
    #[arg(long, value_name = "DAY", requires = "write_waivers")]
    pub(crate) expires: Option<String>,

    /// Why these waivers are acceptable
    #[arg(long, value_name = "TEXT", requires = "write_waivers", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reason: Option<String>,

    /// Who answers for these waivers [default: git's `user.email`]
    #[arg(long, value_name = "WHO", requires = "write_waivers", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) approver: Option<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Show what plugins log, with the fuel and memory that they used (and ask them again)
    #[arg(long)]
    pub(crate) log: bool,
}

/// Which findings `--fix` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixScope {
    /// All that there are fixes for.
    All,
    /// Those of the rules that the first path names.
    Only,
}
