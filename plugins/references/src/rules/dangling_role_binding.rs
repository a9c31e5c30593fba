//! A RoleBinding or ClusterRoleBinding binds a role that is there to service accounts that are there.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::service_account;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-role-binding",
        title: "Binding names a role and service accounts that are there",
        help: include_str!("../../rules/dangling-role-binding.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

const GROUP: &str = "rbac.authorization.k8s.io";

fn judge(set: &Set<'_>, reader: &Reader) {
    for binding in ["RoleBinding", "ClusterRoleBinding"].iter().flat_map(|kind| set.of_kind(GROUP, kind)) {
        judge_role(set, *binding, reader);
        for subject in reader.each(&binding.root(), &["subjects", "*"]) {
            judge_subject(set, *binding, &subject, reader);
        }
    }
}

fn judge_role<'a>(set: &Set<'a>, binding: Object<'a>, reader: &Reader) {
    let role = binding.root().get("roleRef");
    reader.object(&role);
    let who = format!("{} binds", binding.label());
    let kind = reader.required(&role.get("kind"), &who, "a kind");
    let (Some(kind), Some(name)) = (kind, reader.required(&role.get("name"), &who, "a role")) else { return };
    let namespace = if kind == "ClusterRole" { None } else { binding.namespace };
    let found = if kind == "ClusterRole" { set.find_anywhere(GROUP, kind, name) } else { set.find(GROUP, kind, namespace, name) };
    if found.is_none() && !is_default(kind, name) {
        let message = format!("{who} {}", set.missing(GROUP, kind, namespace, name));
        reader.add(&role.get("name"), message, "Name a role that is delivered with it, or one that Kubernetes has by default");
    }
}

/// The roles that the API server makes by itself, or whose names it keeps for itself (Kubernetes documentation, default roles).
fn is_default(kind: &str, name: &str) -> bool {
    let names: &[&str] = if kind == "ClusterRole" {
        &["cluster-admin", "admin", "edit", "view"]
    } else {
        &["extension-apiserver-authentication-reader"]
    };
    names.contains(&name) || name.starts_with("system:")
}

fn judge_subject<'a>(set: &Set<'a>, binding: Object<'a>, subject: &Node<'a>, reader: &Reader) {
    reader.object(subject);
    let who = format!("{} binds a role to", binding.label());
    if reader.required(&subject.get("kind"), &who, "a kind") != Some("ServiceAccount") {
        return;
    }
    let namespace = reader.required(&subject.get("namespace"), &who, "a service account's namespace");
    let name = reader.required(&subject.get("name"), &who, "a service account");
    let (Some(namespace), Some(name)) = (namespace, name) else { return };
    if set.has_namespace(namespace) && !service_account::exists(set, Some(namespace), name) {
        let message = format!("{who} {}", set.missing("", "ServiceAccount", Some(namespace), name));
        reader.add(&subject.get("name"), message, service_account::fix(name));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, found_with, message};

    const RULE: &str = "dangling-role-binding";

    fn binding(kind: &str, role: &str, subjects: &str) -> String {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: b, namespace: shop}}, \
                roleRef: {{apiGroup: rbac.authorization.k8s.io, {role}}}, subjects: [{subjects}]}}\n---\n"
        )
    }

    #[test]
    fn a_role_is_looked_for_in_the_namespace_of_its_binding_and_a_cluster_role_everywhere() {
        let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: KIND, metadata: {name: reader, namespace: other}}";
        let cart = binding("RoleBinding", "kind: Role, name: reader", "");
        assert_eq!(
            message(RULE, &(cart.clone() + &role.replace("KIND", "Role"))),
            "RoleBinding `b` binds Role `reader`, which is not delivered with it in namespace `shop`; namespace `other` has one"
        );
        assert!(found(RULE, &(cart + &role.replace("KIND", "Role").replace("other", "shop"))).is_empty());
        let cluster = binding("RoleBinding", "kind: ClusterRole, name: reader", "");
        assert!(found(RULE, &(cluster + &role.replace("KIND", "ClusterRole"))).is_empty());
    }

    #[test]
    fn what_kubernetes_has_by_default_is_there() {
        for (kind, name, is_there) in [
            ("ClusterRole", "cluster-admin", true),
            ("ClusterRole", "view", true),
            ("ClusterRole", "system:node", true),
            ("ClusterRole", "system", false),
            ("Role", "view", false),
            ("Role", "extension-apiserver-authentication-reader", true),
        ] {
            let yaml = binding("RoleBinding", &format!("kind: {kind}, name: '{name}'"), "");
            assert_eq!(found(RULE, &yaml).is_empty(), is_there, "{kind} {name}");
        }
    }

    #[test]
    fn service_accounts_are_asked_for_in_namespaces_of_the_set_only() {
        let subjects = "{kind: ServiceAccount, name: a, namespace: shop}, {kind: ServiceAccount, name: a, namespace: far}, \
            {kind: User, name: a, apiGroup: rbac.authorization.k8s.io}, {kind: ServiceAccount, name: default, namespace: shop}";
        let yaml = binding("ClusterRoleBinding", "kind: ClusterRole, name: view", subjects);
        assert_eq!(found(RULE, &yaml), ["0:/subjects/0/name"]);
        assert!(found_with(RULE, r#"{"externalServiceAccounts": ["shop/a"]}"#, &yaml).is_empty());
        let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: shop}}";
        assert!(found(RULE, &(yaml + account)).is_empty());
    }

    #[test]
    fn a_service_account_without_a_namespace_is_nobody() {
        let yaml = binding("RoleBinding", "kind: ClusterRole, name: view", "{kind: ServiceAccount, name: a}");
        assert_eq!(message(RULE, &yaml), "RoleBinding `b` binds a role to a service account's namespace without saying which");
    }
}
