//! Who may do everything.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "rbac-cluster-admin",
        title: "Nobody is bound to `cluster-admin`",
        help: include_str!("../../rules/rbac-cluster-admin.md"),
        level: Level::Deny,
        severity: Severity::Critical,
        controls: &["CIS-5.1.1"],
    },
    judges: &[Judge::Object(&[Kind::RoleBinding, Kind::ClusterRoleBinding], judge)],
};

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let kind = report.text(&object.root, &["roleRef", "kind"])?;
    let name = report.text(&object.root, &["roleRef", "name"])?;
    if name != Some("cluster-admin") || kind == Some("Role") {
        return Ok(());
    }
    let scope = if object.kind == Kind::RoleBinding { "its namespace" } else { "the cluster" };
    let message = format!("{} lets its subjects do everything in {scope}", object.label());
    report.find(&object.root.walk(&["roleRef", "name"]), message, "Bind a role that grants only what is needed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, pointers};

    fn binding(kind: &str, role: &serde_json::Value) -> serde_json::Value {
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "cart"}, "roleRef": role})
    }

    #[test]
    fn both_kinds_of_bindings_are_judged_by_how_far_they_reach() {
        let role = json!({"kind": "ClusterRole", "name": "cluster-admin"});
        for (kind, scope) in [("RoleBinding", "its namespace"), ("ClusterRoleBinding", "the cluster")] {
            let found = found_with("{}", "rbac-cluster-admin", &binding(kind, &role));
            let expected = format!("{kind} `cart` lets its subjects do everything in {scope}");
            assert_eq!(found, [("/roleRef/name".to_owned(), expected)]);
        }
    }

    #[test]
    fn other_roles_are_fine() {
        for role in [json!({"kind": "ClusterRole", "name": "view"}), json!({"kind": "Role", "name": "cluster-admin"})] {
            assert!(pointers("rbac-cluster-admin", &binding("RoleBinding", &role)).is_empty(), "{role}");
        }
    }
}
