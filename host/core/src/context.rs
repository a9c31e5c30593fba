//! Where a question to a policy comes from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::admission::AdmissionContext;

/// Where a question comes from. Crosses to plugins as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    pub place: PlaceOfEvaluation,
    /// The target, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What a cluster asks, at admission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admission: Option<Arc<AdmissionContext>>,
}

impl Context {
    /// A check, for no target.
    pub const fn check() -> Self {
        Self { place: PlaceOfEvaluation::Check, target: None, admission: None }
    }

    /// A promotion to a target, or of a policy.
    pub const fn promote(target: Option<String>) -> Self {
        Self { place: PlaceOfEvaluation::Promote, target, admission: None }
    }

    /// A question of the cluster that a target is in.
    pub fn admission(target: &str, admission: AdmissionContext) -> Self {
        Self { place: PlaceOfEvaluation::Admission, target: Some(target.to_owned()), admission: Some(Arc::new(admission)) }
    }
}

/// The places in which the one evaluator answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceOfEvaluation {
    Check,
    Promote,
    Admission,
}
