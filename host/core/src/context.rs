//! Where a question to a policy comes from.

use std::sync::{Arc, OnceLock};

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
    #[serde(skip)]
    json: Json,
}

/// The same as JSON, once somebody has asked for it. It says nothing of its own.
#[derive(Clone, Debug, Default)]
struct Json(OnceLock<Arc<[u8]>>);

impl PartialEq for Json {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Json {}

impl Context {
    /// A check, for no target.
    pub const fn check() -> Self {
        Self::new(PlaceOfEvaluation::Check, None, None)
    }

    /// A promotion to a target, or of a policy.
    pub const fn promote(target: Option<String>) -> Self {
        Self::new(PlaceOfEvaluation::Promote, target, None)
    }

    /// A question of the cluster that a target is in.
    pub fn admission(target: &str, admission: AdmissionContext) -> Self {
        Self::new(PlaceOfEvaluation::Admission, Some(target.to_owned()), Some(Arc::new(admission)))
    }

    const fn new(place: PlaceOfEvaluation, target: Option<String>, admission: Option<Arc<AdmissionContext>>) -> Self {
        Self { place, target, admission, json: Json(OnceLock::new()) }
    }

    /// As it crosses to plugins. It is written once, however many of them are asked: what may run at a target is long. What is
    /// changed after that is not in it.
    pub fn json(&self) -> Arc<[u8]> {
        let write = || serde_json::to_vec(self).unwrap_or_default().into();
        Arc::clone(self.json.0.get_or_init(write))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_crosses_is_the_context_itself_and_asking_for_it_changes_nothing() {
        let (asked, other) = (Context::promote(Some("prod-apps".to_owned())), Context::promote(Some("prod-apps".to_owned())));
        assert_eq!(&*asked.json(), br#"{"place":"promote","target":"prod-apps"}"#);
        assert!(Arc::ptr_eq(&asked.json(), &asked.json()));
        assert_eq!(asked, other);
        assert_eq!(serde_json::from_slice::<Context>(&asked.json()).unwrap(), other);
    }
}
