//! `workload-limits`: containers say what they need, and run without rights that they don't.

mod quantity;
mod resources;
mod rights;
mod rules;
#[cfg(test)]
mod unknown;

use serde::{Deserialize, Serialize};
use tollgate_sdk::workload::pods;
use tollgate_sdk::{Check, Description, Findings, Needs, PluginError, Validator, export_validator};

struct WorkloadLimits;

/// What the operator can set.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Settings {
    /// Whether a limit of CPU is required as well.
    cpu_limit: bool,
}

impl tollgate_sdk::Settings for Settings {}

impl Validator for WorkloadLimits {
    type Settings = Settings;

    const DESCRIPTION: Description = Description {
        name: "workload-limits",
        version: env!("CARGO_PKG_VERSION"),
        rules: &rules::ALL,
        settings_schema: include_str!("settings.schema.json"),
    };

    fn needs(_: &Settings) -> Needs {
        Needs::document()
    }

    fn check(check: &Check<'_, Settings>, findings: &mut Findings) -> Result<(), PluginError> {
        for pod in check.documents.iter().flat_map(pods) {
            findings.extend(pod.unreadable().iter().flat_map(rules::unreadable));
            for container in pod.containers() {
                findings.extend(resources::judge(&pod, &container, check.settings.cpu_limit));
                findings.extend(rights::judge_user(&pod, &container));
                findings.extend(rights::judge_privileged(&container));
            }
        }
        Ok(())
    }
}

export_validator!(WorkloadLimits);

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::testing;

    #[test]
    fn every_case_comes_out_as_it_says() {
        testing::run_cases::<WorkloadLimits>("cases");
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&WorkloadLimits::DESCRIPTION);
    }

    #[test]
    fn an_unknown_setting_is_refused_at_its_place() {
        let errors = testing::configure::<WorkloadLimits>(r#"{"cpuLimits": true}"#).unwrap_err();
        assert_eq!(errors[0].pointer, "/cpuLimits");
        assert!(errors[0].message.contains("`cpuLimit`"), "{}", errors[0].message);
    }
}
