//! Terraform as written: what it may execute, and what it is told for each target.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan_key::PlanKey;
use super::text::{DurationText, GlobText, PassedText, PointerText, Text};

/// Which program plans and applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Program {
    /// Terraform.
    Terraform,
    /// OpenTofu.
    Tofu,
}

/// What Terraform may execute. A pull request is code that somebody else wrote, and a plan runs it: so all that comes from elsewhere is
/// named here, and nothing of it is taken from the pull request itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Terraform {
    /// The program. Without this key `terraform`, or `tofu` where that is not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["tofu"]))]
    pub(crate) program: Option<Program>,
    /// Patterns of the addresses of providers, with the registry's host. Their versions and digests are those of each component's
    /// `.terraform.lock.hcl`.
    #[serde(default)]
    #[schemars(extend("examples" = [["registry.terraform.io/hashicorp/*"]]))]
    pub(crate) providers: Vec<GlobText>,
    /// Patterns of the sources of modules, as they are written in the configuration. Modules of the repository itself need no entry.
    #[serde(default)]
    #[schemars(extend("examples" = [["git::https://git.example.com/modules/**"]]))]
    pub(crate) modules: Vec<GlobText>,
    /// Patterns of the types of data sources that run programs or fetch from elsewhere and are read all the same: `external`, `http`,
    /// `terraform_remote_state`.
    #[serde(default)]
    #[schemars(extend("examples" = [["terraform_remote_state"]]))]
    pub(crate) data: Vec<GlobText>,
    /// Whether provisioners may run programs when resources are made or destroyed.
    #[serde(default)]
    #[schemars(extend("examples" = [true]))]
    pub(crate) provisioners: bool,
}

/// A workspace of Terraform as a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TerraformTarget {
    /// The workspace, of each component's own backend. It is made when it is not there. No two targets share one.
    #[schemars(extend("examples" = ["staging-ops"]))]
    pub(crate) workspace: Text,
    /// What the backend is told beside what the configuration says. `{component}` stands for the component's name. Nothing secret
    /// belongs here: that is what `environment` is for.
    #[serde(default)]
    #[schemars(extend("examples" = [{"path": "/srv/state/{component}.tfstate"}]))]
    pub(crate) backend_config: BTreeMap<String, Text>,
    /// Which variables of its own environment tollgate passes on. Nothing else is.
    #[serde(default)]
    #[schemars(extend("examples" = [{"plan": ["AWS_PROFILE=PLAN_AWS_PROFILE"], "apply": ["AWS_PROFILE"]}]))]
    pub(crate) environment: TerraformEnvironment,
    /// How long the lock of a state is waited for that somebody else holds.
    #[serde(default = "a_minute")]
    #[schemars(extend("examples" = ["5m"]))]
    pub(crate) lock_timeout: DurationText,
    /// How long the plan of one component may take.
    #[serde(default = "a_quarter")]
    #[schemars(extend("examples" = ["30m"]))]
    pub(crate) plan_timeout: DurationText,
    /// How long the apply of one component may take. Then Terraform is asked to stop, which it does once what it has begun is done.
    #[serde(default = "an_hour")]
    #[schemars(extend("examples" = ["2h"]))]
    pub(crate) apply_timeout: DurationText,
    /// How many components are planned at a time.
    #[serde(default = "four")]
    #[schemars(extend("examples" = [8]))]
    pub(crate) parallel: std::num::NonZeroU32,
    /// The key under which sensitive values enter plan digests. Plans that hold such values can't be promoted without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"env": "PROD_PLAN_KEY"}]))]
    pub(crate) plan_key: Option<PlanKey>,
}

/// Variables of the environment: `NAME`, or `NAME=FROM` where tollgate itself has it under another name. So plans can have other
/// credentials than applies: ones that can only read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TerraformEnvironment {
    /// What plans get.
    #[serde(default)]
    #[schemars(extend("examples" = [["AWS_PROFILE=PLAN_AWS_PROFILE", "PG_CONN_STR"]]))]
    pub(crate) plan: Vec<PassedText>,
    /// What applies get.
    #[serde(default)]
    #[schemars(extend("examples" = [["AWS_PROFILE", "PG_CONN_STR"]]))]
    pub(crate) apply: Vec<PassedText>,
}

/// How the Ops and Apps targets of a pair may differ. All else must be alike where the gate `pair-parity` stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pairs {
    /// What is different on purpose, each with all below it: `/variables/NAME` for variables of Terraform, `/objects/KIND/NAME/…` for
    /// manifests and `/live/…` for what is there. A step `*` stands for any.
    #[serde(default)]
    #[schemars(extend("examples" = [["/variables/node_count", "/variables/instance_size"]]))]
    pub(crate) differ: Vec<PointerText>,
}

fn a_minute() -> DurationText {
    DurationText("60s".to_owned())
}

fn a_quarter() -> DurationText {
    DurationText("15m".to_owned())
}

fn an_hour() -> DurationText {
    DurationText("1h".to_owned())
}

const fn four() -> std::num::NonZeroU32 {
    std::num::NonZeroU32::MIN.saturating_add(3)
}
