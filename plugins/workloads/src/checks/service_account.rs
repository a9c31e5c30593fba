//! Which service account a pod acts as.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "service-account",
        title: "Pod does not act as the default service account",
        help: include_str!("../../rules/service-account.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &["CIS-5.1.5"],
    },
    judges: &[Judge::Pod(judge)],
};

pub(crate) static TOKEN: Check = Check {
    rule: Rule {
        id: "service-account-token",
        title: "Pod gets a token only if it needs one",
        help: include_str!("../../rules/service-account-token.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &["CIS-5.1.6"],
    },
    judges: &[Judge::Pod(token)],
};

pub(crate) static DEPRECATED_FIELD: Check = Check {
    rule: Rule {
        id: "deprecated-service-account-field",
        title: "Service account is named by the field that is not deprecated",
        help: include_str!("../../rules/deprecated-service-account-field.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Pod(deprecated_field)],
};

/// Without its token the default service account can do nothing.
fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let named = report.text(&pod.spec, &["serviceAccountName"])?.filter(|name| !name.is_empty());
    let name = named.or(report.text(&pod.spec, &["serviceAccount"])?).unwrap_or_default();
    let has_token = report.flag(&pod.spec, &["automountServiceAccountToken"])? != Some(false);
    if has_token && matches!(name, "" | "default") {
        let message = "the pod has the token of the default service account, which every pod of the namespace may share";
        let remediation = "Name a service account of its own in `serviceAccountName`, or set `automountServiceAccountToken: false`";
        report.find(&pod.spec.get("serviceAccountName"), message, remediation);
    }
    Ok(())
}

fn token(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    if report.flag(&pod.spec, &["automountServiceAccountToken"])? != Some(false) {
        let message = "the pod gets a token for the Kubernetes API, whether it needs one or not";
        let remediation = "Set `automountServiceAccountToken: false`, unless the pod talks to the Kubernetes API";
        report.find(&pod.spec.get("automountServiceAccountToken"), message, remediation);
    }
    Ok(())
}

/// The API server writes both fields into what it serves, so one that agrees with the other is nobody's mistake.
fn deprecated_field(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let name = report.text(&pod.spec, &["serviceAccountName"])?.unwrap_or_default();
    let deprecated = report.text(&pod.spec, &["serviceAccount"])?.unwrap_or_default();
    if deprecated.is_empty() || deprecated == name {
        return Ok(());
    }
    let message = format!("the pod names its service account `{deprecated}` in `serviceAccount`, which is deprecated");
    report.find(&pod.spec.get("serviceAccount"), message, "Name it in `serviceAccountName` alone");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    #[test]
    fn the_default_account_is_found_only_where_its_token_is() {
        for spec in
            [json!({}), json!({"serviceAccountName": "default"}), json!({"serviceAccountName": "", "serviceAccount": "default"})]
        {
            let mut spec = spec;
            spec["containers"] = json!([]);
            assert_eq!(pointers("service-account", &pod(&spec)), ["/spec/serviceAccountName"], "{spec}");
            spec["automountServiceAccountToken"] = json!(false);
            assert!(pointers("service-account", &pod(&spec)).is_empty(), "{spec}");
        }
        for spec in [json!({"serviceAccountName": "cart"}), json!({"serviceAccount": "cart"})] {
            assert!(pointers("service-account", &pod(&spec)).is_empty(), "{spec}");
        }
    }

    #[test]
    fn a_token_is_found_unless_the_pod_refuses_it() {
        let place = "/spec/automountServiceAccountToken";
        assert_eq!(pointers("service-account-token", &pod(&json!({"serviceAccountName": "cart"}))), [place]);
        assert_eq!(pointers("service-account-token", &pod(&json!({"automountServiceAccountToken": "false"}))), [place]);
        assert!(pointers("service-account-token", &pod(&json!({"automountServiceAccountToken": false}))).is_empty());
    }

    #[test]
    fn the_deprecated_field_is_fine_where_the_api_server_has_filled_it() {
        let rule = "deprecated-service-account-field";
        assert_eq!(pointers(rule, &pod(&json!({"serviceAccount": "cart"}))), ["/spec/serviceAccount"]);
        assert_eq!(pointers(rule, &pod(&json!({"serviceAccount": "cart", "serviceAccountName": "other"}))).len(), 1);
        assert!(pointers(rule, &pod(&json!({"serviceAccount": "cart", "serviceAccountName": "cart"}))).is_empty());
        assert!(pointers(rule, &pod(&json!({"serviceAccount": ""}))).is_empty());
    }
}
