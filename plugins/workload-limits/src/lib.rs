//! `workload-limits`: containers say what they need, and run without rights that they don't.

mod resources;
mod rights;
mod rules;
#[cfg(test)]
mod unknown;

use tollgate_sdk::workload::pods;
use tollgate_sdk::{Document, Finding, settings, validator};

use rules::{LIMITS, NON_ROOT, PRIVILEGED, REQUESTS};

#[settings]
pub struct Settings {
    /// Whether a limit of CPU is required as well. A limit of memory always is.
    cpu_limit: bool,
}

#[validator(name = "workload-limits", rules = [LIMITS, REQUESTS, NON_ROOT, PRIVILEGED])]
pub fn workload_limits(document: &Document<'_>, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pod in pods(document) {
        findings.extend(pod.unreadable().iter().flat_map(rules::unreadable));
        for container in pod.containers() {
            findings.extend(resources::judge(&pod, &container, settings.cpu_limit));
            findings.extend(rights::judge_user(&pod, &container));
            findings.extend(rights::judge_privileged(&container));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::{Validator, testing};

    #[test]
    fn every_case_comes_out_as_it_says() {
        testing::run_cases::<WorkloadLimits>("cases");
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&<WorkloadLimits as Validator>::DESCRIPTION);
    }

    #[test]
    fn an_unknown_setting_is_refused_at_its_place() {
        let errors = testing::configure::<WorkloadLimits>(r#"{"cpuLimits": true}"#).unwrap_err();
        assert_eq!(errors[0].pointer, "/cpuLimits");
        assert!(errors[0].message.contains("`cpuLimit`"), "{}", errors[0].message);
    }
}
