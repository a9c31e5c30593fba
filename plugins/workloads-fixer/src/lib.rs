//! Fixes for what `workloads` finds. Each is safe: the object asks of the cluster what it asked before, or, where the API
//! would refuse it, what was evidently meant.

mod api_version;
mod repetition;
mod selector;
mod service_account;

use tollgate_sdk::{Fix, Found, fixer};

/// The fix of one finding, where there is a safe one.
#[fixer(
    validator = "workloads",
    rules = ["deprecated-api", "deprecated-service-account-field", "duplicate-env", "duplicate-port", "empty-selector"]
)]
pub fn workloads_fixer(found: &Found<'_>) -> Option<Fix> {
    match found.rule() {
        "deprecated-api" => api_version::fix(found),
        "deprecated-service-account-field" => service_account::fix(found),
        "duplicate-env" => repetition::fix(found, "env"),
        "duplicate-port" => repetition::fix(found, "ports"),
        "empty-selector" => selector::fix(found),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use super::*;

    #[test]
    fn the_fixer_says_what_is_true_of_it() {
        testing::assert_fixer_description(&<WorkloadsFixer as tollgate_sdk::Fixer>::DESCRIPTION);
    }
}
