//! API versions that are gone, or will be.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::Object;
use crate::release::Release;
use crate::report::{Judged, Report};
use crate::retired::{self, Retired};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "deprecated-api",
        title: "API version is served",
        help: include_str!("../../rules/deprecated-api.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judges: &[Judge::Object(&[], judge)],
};

fn judge(object: &Object<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    let api_version = report.text(&object.root, &["apiVersion"])?.unwrap_or_default();
    let kind = report.text(&object.root, &["kind"])?.unwrap_or_default();
    let Some(retired) = retired::find(api_version, kind) else { return Ok(()) };
    let (message, level) = match retired.removed {
        Some(removed) if removed <= settings.kubernetes => {
            (format!("Kubernetes serves no `{kind}` of `{api_version}` since {removed}"), Level::Deny)
        }
        _ if retired.deprecated <= settings.kubernetes => (deprecation(kind, api_version, retired), Level::Warn),
        _ => return Ok(()),
    };
    let place = object.root.get("apiVersion");
    report.add(report.rule().at(&place, message).fix(format!("Use {}", retired.instead)).at_level(level));
    Ok(())
}

fn deprecation(kind: &str, api_version: &str, retired: &Retired) -> String {
    let end = retired.removed.map_or(String::new(), |removed: Release| format!(", and {removed} no longer serves it"));
    format!("`{kind}` of `{api_version}` is deprecated since {}{end}", retired.deprecated)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::{Finding, Level, testing};

    use crate::checks::testing::{found_with, object};

    fn found(settings: &str, api_version: &str, kind: &str) -> Vec<(Level, String)> {
        let body = object(api_version, kind, &json!({})).to_string();
        let findings = testing::check::<crate::Workloads>(settings, &body);
        let of_rule = findings.iter().filter(|finding| finding.rule() == "deprecated-api");
        of_rule.map(|finding: &Finding| (finding.level(), finding.message().to_owned())).collect()
    }

    #[test]
    fn what_the_release_does_not_serve_is_denied_and_what_it_deprecates_is_warned_about() {
        let of = |release: &str| found(&format!(r#"{{"kubernetes": "{release}"}}"#), "batch/v1beta1", "CronJob");
        assert_eq!(of("v1.20"), []);
        let deprecated = "`CronJob` of `batch/v1beta1` is deprecated since v1.21, and v1.25 no longer serves it".to_owned();
        assert_eq!(of("v1.21"), [(Level::Warn, deprecated.clone())]);
        assert_eq!(of("v1.24"), [(Level::Warn, deprecated)]);
        let gone = "Kubernetes serves no `CronJob` of `batch/v1beta1` since v1.25".to_owned();
        assert_eq!(of("v1.25"), [(Level::Deny, gone.clone())]);
        assert_eq!(found("{}", "batch/v1beta1", "CronJob"), [(Level::Deny, gone)]);
    }

    #[test]
    fn a_deprecation_without_an_end_is_warned_about() {
        let expected = "`Endpoints` of `v1` is deprecated since v1.33".to_owned();
        assert_eq!(found("{}", "v1", "Endpoints"), [(Level::Warn, expected)]);
    }

    #[test]
    fn an_api_version_that_is_no_text_is_not_let_through() {
        let found = found_with("{}", "deprecated-api", &json!({"apiVersion": ["batch/v1beta1"], "kind": "CronJob"}));
        assert_eq!(found[0].0, "/apiVersion");
    }
}
