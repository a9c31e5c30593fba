//! `admission` as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{DurationText, Name, Text};

/// How clusters are answered that ask `tollgate serve`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Admission {
    /// How old what is known of the ledger may be. It is read again every few seconds; it gets old where it can't be reached.
    #[schemars(extend("examples" = ["1h"]))]
    pub(crate) staleness: DurationText,
    /// What becomes of a question once it is older: nothing passes, or all passes that the policies let pass, with a warning.
    #[schemars(extend("examples" = ["warn"]))]
    pub(crate) when_stale: WhenStale,
    /// Namespaces that clusters don't ask about, so that nothing keeps a cluster from mending itself. The one that `tollgate serve`
    /// runs in is one of them whether it stands here or not.
    #[schemars(extend("examples" = [["kube-system", "cert-manager"]]))]
    pub(crate) exempt: Vec<Name>,
    /// Lets some people pass gates by an annotation of the object, for a time. Without it, no annotation passes anything. Each use
    /// is written to the ledger and owes a review, as `overrides` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"groups": ["on-call"], "gates": ["approved-recipe"]}]))]
    pub(crate) break_glass: Option<BreakGlass>,
}

/// On which terms an annotation lets an object pass in a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BreakGlass {
    /// Users who may, as the cluster names them.
    #[serde(default)]
    #[schemars(extend("examples" = [["platform-lead@example.com"]]))]
    pub(crate) users: Vec<Text>,
    /// Groups whose members may, as the cluster names them.
    #[serde(default)]
    #[schemars(extend("examples" = [["on-call"]]))]
    pub(crate) groups: Vec<Text>,
    /// The gates that it passes. None of them is mandatory.
    #[schemars(length(min = 1))]
    #[schemars(extend("examples" = [["approved-recipe"]]))]
    pub(crate) gates: Vec<Name>,
    /// For how long at most.
    #[serde(default = "four_hours")]
    #[schemars(extend("examples" = ["4h"]))]
    pub(crate) max_duration: DurationText,
}

fn four_hours() -> DurationText {
    DurationText("4h".to_owned())
}

/// What becomes of a question when nobody knows any more what was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WhenStale {
    /// It does not pass.
    Deny,
    /// It passes with a warning where the policies let it pass.
    Warn,
}

impl Default for Admission {
    fn default() -> Self {
        let exempt = ["kube-node-lease", "kube-public", "kube-system"].map(|name| Name(name.to_owned())).to_vec();
        Self { staleness: DurationText("1h".to_owned()), when_stale: WhenStale::Deny, exempt, break_glass: None }
    }
}
