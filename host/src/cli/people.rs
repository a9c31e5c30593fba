//! What people say: yes, no, break-glass, stop and go.

use clap::{ArgGroup, Args};
use tollgate_core::time::Timestamp;

use super::{Format, Trust};

/// Say yes, signed: to a promotion, to a change before it is merged, or to an override afterwards
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// Promotion (`P-17`), override (`O-18`), or branch, tag or commit whose content is approved
    #[arg(value_name = "SUBJECT")]
    pub(crate) subject: String,

    /// What to write beside it
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Say no, signed. It stands until the same person approves
#[derive(Debug, Args)]
pub(crate) struct Reject {
    /// Promotion (`P-17`), override (`O-18`), or branch, tag or commit whose content is rejected
    #[arg(value_name = "SUBJECT")]
    pub(crate) subject: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Break glass: let named gates be passed for a time, signed by as many people as `overrides` asks for
#[derive(Debug, Args)]
pub(crate) struct Override {
    /// Promotion that is to pass (`P-17`), the override to sign as well (`O-18`), or the commit whose policy is restored
    #[arg(value_name = "SUBJECT")]
    pub(crate) subject: String,

    /// Gate that may be passed; no other one is
    #[arg(long = "gate", value_name = "GATE")]
    pub(crate) gates: Vec<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    /// Ticket of the incident
    #[arg(long, value_name = "ID")]
    pub(crate) ticket: Option<String>,

    /// How long it holds [default: `overrides.maxDuration`]
    #[arg(long = "for", value_name = "DURATION")]
    pub(crate) duration: Option<String>,

    /// Go back to a policy that was in force before, where gates on changes of policy can't judge: pass their errors, and nothing else
    #[arg(long)]
    pub(crate) recover: bool,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// What is stopped or started.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("scope").multiple(false))]
pub(crate) struct ScopeArguments {
    /// Everything: stop the line
    #[arg(long, group = "scope")]
    pub(crate) all: bool,

    /// All targets of an environment
    #[arg(long, value_name = "NAME", group = "scope")]
    pub(crate) environment: Option<String>,

    /// One target
    #[arg(long, value_name = "NAME", group = "scope")]
    pub(crate) target: Option<String>,

    /// Every recipe that holds a component
    #[arg(long, value_name = "NAME", group = "scope")]
    pub(crate) component: Option<String>,
}

/// Stop movement
#[derive(Debug, Args)]
pub(crate) struct Freeze {
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,

    /// When it ends by itself, as `2027-01-03T06:00:00Z` [default: `tollgate thaw` ends it]
    #[arg(long, value_name = "TIME", conflicts_with = "duration")]
    pub(crate) until: Option<Timestamp>,

    /// After how long it ends by itself, as `4h`
    #[arg(long = "for", value_name = "DURATION")]
    pub(crate) duration: Option<String>,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Start movement again: end freezes, and the holds that rollbacks set
#[derive(Debug, Args)]
pub(crate) struct Thaw {
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,

    /// One freeze or hold, by the number of its entry
    #[arg(long, value_name = "ENTRY", group = "scope")]
    pub(crate) entry: Option<u64>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) trust: Trust,
}
