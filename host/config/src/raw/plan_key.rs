//! Keys under which secret values enter plan digests, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{PathText, VariableName};

/// Where the operator keeps the key: never in the repository, the ledger or the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct PlanKey {
    /// An environment variable that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["PROD_PLAN_KEY"]))]
    pub(crate) env: Option<VariableName>,
    /// An absolute path of a file that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["/etc/tollgate/plan.key"]))]
    pub(crate) file: Option<PathText>,
}
