//! The commands on the way from a commit to a target.

use clap::{ArgGroup, Args};

use super::queue::{Confirmation, Waiting};
use super::{Format, Trust};

/// Show what a branch or tag would change, and what the gates say
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) to: Selection,

    /// Plan as if this revision were merged into REF: what a pull request would change. Gates that only a promotion is asked are left
    /// out
    #[arg(long, value_name = "REV", conflicts_with = "adopt")]
    pub(crate) merge: Option<String>,

    /// Exit with 3 when something would change
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Have everything rendered anew, also what was rendered before
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Plan as if the targets, which are clusters, said `adopt: true`, and show what they would take over
    #[arg(long)]
    pub(crate) adopt: bool,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// What moves where.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Branch or tag, as the remote has it; or a full commit id for targets with `on: manual`
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// Only these of the targets that REF moves
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: Vec<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Write the manifests as they would be applied, every image with its digest
#[derive(Debug, Args)]
pub(crate) struct Render {
    #[command(flatten)]
    pub(crate) to: Selection,

    /// Format of the manifests
    #[arg(short, long, value_enum, default_value_t = RenderFormat::Yaml)]
    pub(crate) output: RenderFormat,
}

/// Write the RBAC manifests by which an account may plan and apply to a cluster, and nothing else
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("account").args(["service_account", "user", "group"]).required(true).multiple(true))]
pub(crate) struct Access {
    #[command(flatten)]
    pub(crate) to: Selection,

    /// The service account that tollgate runs as
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) service_account: Vec<String>,

    /// The user that tollgate runs as, as the cluster knows it
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Vec<String>,

    /// A group that it is in
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Vec<String>,
}

/// Formats of manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RenderFormat {
    Yaml,
    Json,
}

/// Move a recipe to its targets: decide, write down, apply
#[derive(Debug, Args)]
pub(crate) struct Promote {
    /// Branch or tag, as the remote has it; or a full commit id for targets with `on: manual`
    #[arg(value_name = "REF", required_unless_present = "abort")]
    pub(crate) reference: Option<String>,

    /// Only these of the targets that REF moves
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: Vec<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Decide and write that down, but leave the last step to `tollgate apply`
    #[arg(long, conflicts_with = "given")]
    pub(crate) no_apply: bool,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,

    /// Withdraw a promotion that waits for its turn, as `P-17`; promote nothing
    #[arg(long, value_name = "PROMOTION", conflicts_with_all = ["reference", "to", "no_apply", "given"])]
    pub(crate) abort: Option<String>,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Go back to a recipe that was healthy on a target, and hold it there until a thaw
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// Target that goes back
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,

    /// Recipe to go back to, by its id or by a promotion that brought it (`P-17`) [default: the last healthy one]
    #[arg(long, value_name = "RECIPE")]
    pub(crate) to: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Do the last step of a promotion that was approved
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// `P-17`, as `promote` and `status` print it
    #[arg(value_name = "PROMOTION")]
    pub(crate) promotion: String,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Say what blocks, why, when that may change, and who can change it
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A promotion (`P-17`), a target, or a rule (`image-pinned/tag`)
    #[arg(value_name = "PROMOTION|TARGET|RULE")]
    pub(crate) subject: String,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Show what runs where, and what waits
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Instead: what is alike in each pair of Ops and Apps targets, what differs on purpose, what drifted, and since when Ops is
    /// ahead. Every target is looked at, which takes its time
    #[arg(long)]
    pub(crate) pairs: bool,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Compare what targets run with what was let through
#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// Only these targets [default: all]
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
