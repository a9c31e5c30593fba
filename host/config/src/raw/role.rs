//! Roles as written. Targets have one, and gates choose their targets by it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `ops` is the shadow that a change is proven on; `apps` runs the applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Ops,
    Apps,
}
