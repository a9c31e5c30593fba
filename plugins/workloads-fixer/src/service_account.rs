//! The service account of a pod.

use tollgate_sdk::{Fix, Found};

/// Both fields name the same account, so the name moves; where the other one names another account, somebody has to choose.
pub(crate) fn fix(found: &Found<'_>) -> Option<Fix> {
    let (deprecated, spec) = (found.node(), found.up(1));
    let name = deprecated.as_str().filter(|name| !name.is_empty())?;
    let current = spec.get("serviceAccountName");
    if current.as_str().is_some_and(|current| !current.is_empty()) {
        return None;
    }
    Some(Fix::new(format!("Name `{name}` in `serviceAccountName` alone")).rename(&deprecated, &current))
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use crate::WorkloadsFixer;

    fn fixed(yaml: &str) -> Vec<String> {
        testing::fix::<WorkloadsFixer>("{}", yaml, "deprecated-service-account-field", "/spec/serviceAccount")
    }

    #[test]
    fn the_name_moves_to_the_field_that_counts() {
        assert_eq!(fixed("{spec: {serviceAccount: web}}"), [r#"{"spec":{"serviceAccountName":"web"}}"#]);
        assert_eq!(fixed("{spec: {serviceAccount: web, serviceAccountName: ''}}"), [r#"{"spec":{"serviceAccountName":"web"}}"#]);
    }

    #[test]
    fn of_two_names_somebody_has_to_choose_one() {
        assert!(fixed("{spec: {serviceAccount: web, serviceAccountName: api}}").is_empty());
    }
}
