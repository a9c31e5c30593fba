//! Rights by which one can get more.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::access::{self, Access};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "rbac-escalation",
        title: "Role does not lead to further rights",
        help: include_str!("../../rules/rbac-escalation.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["CIS-5.1.8"],
    },
    judges: &[Judge::Object(&[Kind::Role, Kind::ClusterRole], judge)],
};

/// A right that leads to others.
struct Power {
    verbs: &'static [&'static str],
    groups: &'static [&'static str],
    resources: &'static [&'static str],
    /// What it lets one do.
    effect: &'static str,
}

const ROLES: (&[&str], &[&str]) = (&["rbac.authorization.k8s.io"], &["roles", "clusterroles"]);

/// Documented under "Privilege escalation prevention and bootstrapping" and "User impersonation" of Kubernetes.
const POWERS: [Power; 4] = [
    Power { verbs: &["escalate"], groups: ROLES.0, resources: ROLES.1, effect: "write rights into roles that it does not have" },
    Power { verbs: &["bind"], groups: ROLES.0, resources: ROLES.1, effect: "bind roles that it does not have" },
    Power {
        verbs: &["impersonate"],
        groups: &["", "authentication.k8s.io"],
        resources: &["users", "groups", "serviceaccounts", "uids"],
        effect: "act as somebody else",
    },
    // The API server takes a web socket's GET for a request to run something, too.
    Power { verbs: &["create", "get"], groups: &[""], resources: &["pods/exec", "pods/attach"], effect: "run commands in pods" },
];

/// Names that give everything away even alone.
const ALL_POWERFUL: [&str; 3] = ["cluster-admin", "system:masters", "system:admin"];

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    access::each(object, report, |report, access| {
        let effects: Vec<&str> = POWERS.iter().filter(|power| power.is_granted(access)).map(|power| power.effect).collect();
        if !effects.is_empty() {
            let message = format!("{} may {}", object.label(), effects.join(", and "));
            let remediation = "Remove the verb, or limit it to harmless objects by `resourceNames`";
            report.find(&access.node.get("verbs"), message, remediation);
        }
    })
}

impl Power {
    fn is_granted(&self, access: &Access<'_>) -> bool {
        let is_limited = !access.names.is_empty() && !access.names.iter().any(|(name, _)| ALL_POWERFUL.contains(name));
        !is_limited && access.grants(self.verbs, self.groups, self.resources)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::found_with;

    fn found(rule: &serde_json::Value) -> Option<String> {
        let role =
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "ops"}, "rules": [rule]});
        let mut found = found_with("{}", "rbac-escalation", &role);
        assert!(found.iter().all(|(pointer, _)| pointer == "/rules/0/verbs") && found.len() < 2);
        found.pop().map(|(_, message)| message)
    }

    #[test]
    fn each_right_that_leads_to_others_is_named() {
        for (verb, group, resource, effect) in [
            ("escalate", "rbac.authorization.k8s.io", "clusterroles", "write rights into roles that it does not have"),
            ("bind", "rbac.authorization.k8s.io", "roles", "bind roles that it does not have"),
            ("impersonate", "", "serviceaccounts", "act as somebody else"),
            ("create", "", "pods/exec", "run commands in pods"),
            ("get", "", "pods/attach", "run commands in pods"),
            ("create", "", "*/exec", "run commands in pods"),
        ] {
            let rule = json!({"verbs": [verb], "apiGroups": [group], "resources": [resource]});
            assert_eq!(found(&rule), Some(format!("Role `ops` may {effect}")), "{verb}");
        }
        let all = found(&json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})).unwrap();
        assert_eq!(all.matches(", and ").count(), 3);
    }

    #[test]
    fn a_verb_that_has_no_meaning_for_a_resource_is_harmless() {
        for (verb, group, resource) in
            [("bind", "", "pods"), ("create", "", "pods"), ("escalate", "", "roles"), ("list", "", "pods/exec")]
        {
            assert_eq!(found(&json!({"verbs": [verb], "apiGroups": [group], "resources": [resource]})), None, "{verb} {resource}");
        }
    }

    #[test]
    fn a_right_to_named_roles_is_fine_unless_one_of_them_is_everything() {
        let bind = |names: &[&str]| {
            let groups = ["rbac.authorization.k8s.io"];
            found(&json!({"verbs": ["bind"], "apiGroups": groups, "resources": ["clusterroles"], "resourceNames": names}))
        };
        assert_eq!(bind(&["view", "edit"]), None);
        assert!(bind(&["view", "cluster-admin"]).is_some());
        assert!(bind(&[]).is_some());
    }
}
