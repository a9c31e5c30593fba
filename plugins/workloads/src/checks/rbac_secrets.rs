//! Who may read all Secrets.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::access;
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "rbac-secrets",
        title: "Role does not read all Secrets",
        help: include_str!("../../rules/rbac-secrets.md"),
        level: Level::Warn,
        severity: Severity::High,
        controls: &["CIS-5.1.2"],
    },
    judges: &[Judge::Object(&[Kind::Role, Kind::ClusterRole], judge)],
};

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    access::each(object, report, |report, access| {
        if access.names.is_empty() && access.grants(&["get", "list", "watch"], &[""], &["secrets"]) {
            let scope = if object.kind == Kind::Role { "its namespace" } else { "every namespace where it is bound" };
            let message = format!("{} reads all Secrets of {scope}", object.label());
            report.find(&access.node.get("resources"), message, "Name the Secrets that are needed in `resourceNames`");
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::pointers;

    fn found(rule: &serde_json::Value) -> usize {
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [rule]});
        let found = pointers("rbac-secrets", &role);
        assert!(found.iter().all(|pointer| pointer == "/rules/0/resources"));
        found.len()
    }

    #[test]
    fn reading_all_secrets_is_found_and_reading_named_ones_is_not() {
        assert_eq!(found(&json!({"verbs": ["list"], "apiGroups": [""], "resources": ["configmaps", "secrets"]})), 1);
        assert_eq!(found(&json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})), 1);
        assert_eq!(found(&json!({"verbs": ["create"], "apiGroups": [""], "resources": ["secrets"]})), 0);
        assert_eq!(found(&json!({"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"]})), 0);
        assert_eq!(found(&json!({"verbs": ["get"], "apiGroups": ["example.com"], "resources": ["secrets"]})), 0);
    }
}
