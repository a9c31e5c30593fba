//! Where a question to a policy comes from.

use serde::{Deserialize, Serialize};

/// Where a question comes from. Crosses to plugins as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    pub place: PlaceOfEvaluation,
    /// The target, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// The places in which the one evaluator answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceOfEvaluation {
    Check,
    Promote,
}
