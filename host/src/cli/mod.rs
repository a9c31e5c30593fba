//! The command line, as clap types. Nothing here does anything.

pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod ci;
pub(crate) mod deliver;
pub(crate) mod evidence;
pub(crate) mod graph;
pub(crate) mod people;
pub(crate) mod plugin;
pub(crate) mod policy;
pub(crate) mod queue;
pub(crate) mod recipe;
pub(crate) mod serve;
pub(crate) mod service;
pub(crate) mod trust;

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand, ValueEnum};

/// Decides what may change in production, applies it, and writes down why.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Run as if started in this directory
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub(crate) directory: Option<Utf8PathBuf>,

    /// Git remote at which branches and tags are resolved
    #[arg(long, value_name = "NAME", env = "TOLLGATE_REMOTE", default_value = "origin", global = true)]
    pub(crate) remote: String,

    /// Where the ledger is: a remote or URL, and a branch after `#` [default: the remote, tollgate/ledger]
    #[arg(long, value_name = "REMOTE[#BRANCH]", env = "TOLLGATE_LEDGER", global = true)]
    pub(crate) ledger: Option<String>,

    /// Branch that policy revisions are read from [default: as entry 0 of the ledger says]
    #[arg(long, value_name = "BRANCH", env = "TOLLGATE_POLICY_REF", global = true)]
    pub(crate) policy_ref: Option<String>,

    /// Directory of OCI image layouts that tags are resolved from [default: `registry` of tollgate.yaml]
    #[arg(long, value_name = "DIR", env = "TOLLGATE_REGISTRY", global = true)]
    pub(crate) registry: Option<Utf8PathBuf>,

    /// Directory for compiled plugins, kept verdicts and the like [default: the user's cache directory]
    #[arg(long, value_name = "DIR", env = "TOLLGATE_CACHE_DIR", global = true)]
    pub(crate) cache_dir: Option<Utf8PathBuf>,

    /// Directory for what this machine remembers of ledgers [default: the user's state directory]
    #[arg(long, value_name = "DIR", env = "TOLLGATE_STATE_DIR", global = true)]
    pub(crate) state_dir: Option<Utf8PathBuf>,

    /// Key that entries are signed with: a file, or what git takes as `user.signingKey` [default: git's, where it signs by SSH]
    #[arg(long, value_name = "KEY", env = "TOLLGATE_KEY", global = true)]
    pub(crate) key: Option<String>,

    /// Program that renders kustomizations [default: kustomize, as PATH has it]
    #[arg(long, value_name = "FILE", env = "TOLLGATE_KUSTOMIZE", global = true)]
    pub(crate) kustomize: Option<Utf8PathBuf>,

    /// Program that renders charts [default: helm, as PATH has it]
    #[arg(long, value_name = "FILE", env = "TOLLGATE_HELM", global = true)]
    pub(crate) helm: Option<Utf8PathBuf>,

    /// How many seconds one rendering may take
    #[arg(long, value_name = "SECONDS", env = "TOLLGATE_RENDER_TIMEOUT", default_value_t = 30, global = true)]
    pub(crate) render_timeout: u64,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: Color,
}

/// What a command that reads the ledger trusts. `init` is the one that says so, so it has no such option.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Trust {
    /// The digest that `init --trust` printed: sha256 of entry 0
    #[arg(long = "trust", value_name = "SHA256", env = "TOLLGATE_TRUST")]
    pub(crate) digest: Option<String>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// Formats of commands that know two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; the schema is published
    Json,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin: write a tollgate.yaml for what is there, or, with `--trust`, put one in force
    Init(trust::Init),
    /// Judge manifests by the policies, without resolving or changing anything
    Check(check::Check),
    /// Do what the CI job is about: judge a proposal, promote what was pushed
    Ci(ci::Ci),
    /// Show what a branch or tag would change, and what the gates say
    Plan(deliver::Plan),
    /// Write the manifests as they would be applied, every image with its digest
    Render(deliver::Render),
    /// Write the RBAC manifests by which an account may plan and apply to a cluster, and nothing else
    Access(deliver::Access),
    /// Move a recipe to its targets: decide, write down, apply
    Promote(deliver::Promote),
    /// Do the last step of a promotion that was approved
    Apply(deliver::Apply),
    /// Go back to a recipe that was healthy on a target, and hold it there until a thaw
    Rollback(deliver::Rollback),
    /// Say yes, signed: to a promotion, to a change before it is merged, or to an override afterwards
    Approve(people::Approve),
    /// Say no, signed. It stands until the same person approves
    Reject(people::Reject),
    /// Break glass: let named gates be passed for a time, signed by several people
    Override(people::Override),
    /// Stop movement: everything, an environment, a target or a component
    Freeze(people::Freeze),
    /// Start movement again: end freezes, and the holds that rollbacks set
    Thaw(people::Thaw),
    /// Say what blocks, why, when that may change, and who can change it
    Explain(deliver::Explain),
    /// Show what runs where, and what waits
    Status(deliver::Status),
    /// Compare what targets run with what was let through
    Drift(deliver::Drift),
    /// Show who waits for which target, what is ahead, and who works on it
    Queue(queue::Queue),
    /// Show the promotion graph: what moves which target, after what, past which gates
    Graph(graph::Graph),
    /// Read, check and take along what the ledger says
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Keep statements about what moves, and prove promotions to others
    #[command(subcommand)]
    Evidence(evidence::Evidence),
    /// Build, show, compare and verify recipes
    #[command(subcommand)]
    Recipe(recipe::Recipe),
    /// Deliver, add and remove services
    #[command(subcommand)]
    Service(service::Service),
    /// See to the policies that judge
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Write, build, prove and look at plugins
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    /// Answer a cluster that asks before it takes an object: the admission webhook
    Serve(serve::Serve),
    /// Print completions for a shell
    Completion(policy::Completion),
    /// Write manual pages
    Man(policy::Man),
    /// Compile a plugin from standard input: the child process that the sandbox starts
    #[command(name = "__compile", hide = true)]
    Compile,
    /// Print generated documentation
    #[command(name = "__docs", hide = true)]
    Docs(policy::Docs),
}

impl Command {
    /// What the command is told to trust.
    pub(crate) fn trust(&self) -> Option<&str> {
        let trust = match self {
            Self::Check(arguments) => &arguments.trust,
            Self::Ci(arguments) => &arguments.trust,
            Self::Plan(arguments) => &arguments.to.trust,
            Self::Render(arguments) => &arguments.to.trust,
            Self::Access(arguments) => &arguments.to.trust,
            Self::Promote(arguments) => &arguments.trust,
            Self::Apply(arguments) => &arguments.trust,
            Self::Rollback(arguments) => &arguments.trust,
            Self::Approve(arguments) => &arguments.trust,
            Self::Reject(arguments) => &arguments.trust,
            Self::Override(arguments) => &arguments.trust,
            Self::Freeze(arguments) => &arguments.trust,
            Self::Thaw(arguments) => &arguments.trust,
            Self::Explain(arguments) => &arguments.trust,
            Self::Status(arguments) => &arguments.trust,
            Self::Drift(arguments) => &arguments.trust,
            Self::Queue(arguments) => &arguments.trust,
            Self::Serve(arguments) => &arguments.trust,
            Self::Graph(arguments) => &arguments.trust,
            Self::Audit(command) => command.trust()?,
            Self::Evidence(command) => command.trust()?,
            Self::Recipe(
                recipe::Recipe::Build(arguments) | recipe::Recipe::Show(arguments) | recipe::Recipe::Verify(arguments),
            ) => &arguments.trust,
            Self::Recipe(recipe::Recipe::Diff(arguments)) => &arguments.trust,
            Self::Service(command) => command.trust()?,
            Self::Policy(policy::Policy::Accept(arguments)) => &arguments.trust,
            Self::Policy(policy::Policy::List(arguments)) => &arguments.trust,
            Self::Policy(policy::Policy::Show(arguments)) => &arguments.trust,
            Self::Policy(policy::Policy::Update(_) | policy::Policy::Test(_))
            | Self::Plugin(_)
            | Self::Init(_)
            | Self::Completion(_)
            | Self::Man(_)
            | Self::Compile
            | Self::Docs(_) => {
                return None;
            }
        };
        trust.digest.as_deref()
    }
}
