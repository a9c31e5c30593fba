//! Rights to whatever there is, and will be.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::access::{self, Texts};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "rbac-wildcard",
        title: "Role names what it grants",
        help: include_str!("../../rules/rbac-wildcard.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["CIS-5.1.3"],
    },
    judges: &[Judge::Object(&[Kind::Role, Kind::ClusterRole], judge)],
};

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    access::each(object, report, |report, access| {
        let found = stars(&access.verbs, "every verb", report)
            | stars(&access.resources, "every kind of object", report)
            | stars(&access.urls, "every address of the API server", report);
        // A star for groups says much only together with another.
        if found {
            stars(&access.groups, "every group of the API", report);
        }
    })
}

fn stars(texts: &Texts<'_>, what: &str, report: &mut Report<'_>) -> bool {
    let stars = texts.iter().filter(|(text, _)| matches!(*text, "*" | "*/*" | "/*"));
    stars.inspect(|(text, node)| report.find(node, format!("`{text}` grants {what}"), "Name what is needed")).count() > 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::pointers;

    fn found(rule: &serde_json::Value) -> Vec<String> {
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": [rule]});
        pointers("rbac-wildcard", &role)
    }

    #[test]
    fn a_star_is_found_where_it_stands() {
        assert_eq!(found(&json!({"verbs": ["get", "*"], "apiGroups": [""], "resources": ["pods"]})), ["/rules/0/verbs/1"]);
        assert_eq!(found(&json!({"verbs": ["get"], "apiGroups": [""], "resources": ["*"]})), ["/rules/0/resources/0"]);
        assert_eq!(found(&json!({"verbs": ["get"], "nonResourceURLs": ["*"]})), ["/rules/0/nonResourceURLs/0"]);
        assert!(found(&json!({"verbs": ["get"], "nonResourceURLs": ["/healthz/*"]})).is_empty());
        assert!(found(&json!({"verbs": ["get"], "apiGroups": [""], "resources": ["*/status"]})).is_empty());
    }

    #[test]
    fn a_star_for_groups_counts_only_with_another() {
        assert!(found(&json!({"verbs": ["get"], "apiGroups": ["*"], "resources": ["pods"]})).is_empty());
        let all = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["pods"]});
        assert_eq!(found(&all), ["/rules/0/verbs/0", "/rules/0/apiGroups/0"]);
    }
}
