//! Roles, with a word on what each rule is for, and who has them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_core::ports::{Access, Grant};
use tollgate_manifest::to_yaml;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::deliver::Access as Arguments;

const GROUP: &str = "rbac.authorization.k8s.io";

/// Whoever has the roles, as bindings name them.
pub(super) fn subjects(arguments: &Arguments) -> Result<Vec<Value>, Failure> {
    let account = |text: &String| match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok(json!({"kind": "ServiceAccount", "namespace": namespace, "name": name}))
        }
        _ => Err(Failure::of_message(ExitCode::Usage, format!("`--service-account` is `NAMESPACE/NAME`, not `{text}`"))),
    };
    let other = |kind: &str, name: &String| json!({"apiGroup": GROUP, "kind": kind, "name": name});
    let mut all = arguments.service_account.iter().map(account).collect::<Result<Vec<_>, _>>()?;
    all.extend(arguments.user.iter().map(|name| other("User", name)));
    all.extend(arguments.group.iter().map(|name| other("Group", name)));
    Ok(all)
}

/// All manifests of one target, in an order in which they can be applied.
pub(super) fn text(target: &str, access: &Access, subjects: &[Value]) -> Result<String, Failure> {
    let role = Named { target, subjects };
    let mut documents = vec![head(target, access)];
    for (name, annotations) in &access.namespaces {
        documents.push(namespace(name, annotations)?);
    }
    let mut by_namespace: BTreeMap<Option<&str>, Vec<&Grant>> = BTreeMap::new();
    for grant in &access.grants {
        by_namespace.entry(grant.namespace.as_deref()).or_default().push(grant);
    }
    let of_cluster = by_namespace.remove(&None).unwrap_or_default();
    for (namespace, grants) in by_namespace {
        documents.push(role.role("Role", namespace, &rules(&grants)?)?);
        documents.push(role.binding("Role", namespace)?);
    }
    let (paths, purpose) = &access.paths;
    let discovery = rule(purpose, &json!({"nonResourceURLs": paths, "verbs": ["get"]}))?;
    documents.push(role.role("ClusterRole", None, &(rules(&of_cluster)? + &discovery))?);
    documents.push(role.binding("ClusterRole", None)?);
    Ok(documents.concat())
}

/// What it is, for whoever reads it later.
fn head(target: &str, access: &Access) -> String {
    let mut head = format!(
        "# What tollgate needs to plan and apply to `{target}`: for the recipe that was named, and for all that were there before.\n"
    );
    for what in &access.left_out {
        let what: String = what.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
        head.push_str(&format!("# Left out: {what}\n"));
    }
    head
}

fn namespace(name: &str, annotations: &BTreeMap<String, String>) -> Result<String, Failure> {
    let mut metadata = json!({"name": name});
    let why = if annotations.is_empty() {
        "# The namespace of the target. The roles in it come before all else."
    } else {
        metadata["annotations"] = json!(annotations);
        "# A recipe brings it, and takes it over from here. The roles in it come before all else."
    };
    Ok(format!("---\n{why}\n{}", yaml(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))?))
}

fn rules(grants: &[&Grant]) -> Result<String, Failure> {
    grants.iter().map(|grant| rule(grant.purpose, &of_grant(grant))).collect()
}

fn of_grant(Grant { group, resources, names, verbs, .. }: &Grant) -> Value {
    let mut rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
    if !names.is_empty() {
        rule["resourceNames"] = json!(names);
    }
    rule
}

fn rule(purpose: &str, rule: &Value) -> Result<String, Failure> {
    Ok(format!("# {purpose}\n{}", yaml(&json!([rule]))?))
}

fn yaml(object: &Value) -> Result<String, Failure> {
    to_yaml(object).map_err(|error| Failure::new(ExitCode::Unexpected, &error))
}

/// The roles of a target all have its name.
struct Named<'a> {
    target: &'a str,
    subjects: &'a [Value],
}

impl Named<'_> {
    fn name(&self) -> String {
        format!("tollgate-{}", self.target)
    }

    fn object(&self, kind: &str, namespace: Option<&str>) -> Value {
        let labels = json!({"app.kubernetes.io/name": "tollgate", "app.kubernetes.io/component": "access", "app.kubernetes.io/instance": self.target});
        let mut metadata = json!({"name": self.name(), "labels": labels});
        if let Some(namespace) = namespace {
            metadata["namespace"] = json!(namespace);
        }
        json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind, "metadata": metadata})
    }

    fn role(&self, kind: &str, namespace: Option<&str>, rules: &str) -> Result<String, Failure> {
        Ok(format!("---\n{}rules:\n{rules}", yaml(&self.object(kind, namespace))?))
    }

    fn binding(&self, kind: &str, namespace: Option<&str>) -> Result<String, Failure> {
        let mut binding = self.object(&format!("{kind}Binding"), namespace);
        binding["roleRef"] = json!({"apiGroup": GROUP, "kind": kind, "name": self.name()});
        binding["subjects"] = json!(self.subjects);
        Ok(format!("---\n{}", yaml(&binding)?))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn mk_grant(namespace: Option<&str>, names: &[&str]) -> Grant {
        let set = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<String>>();
        Grant {
            namespace: namespace.map(str::to_owned),
            group: "apps".to_owned(),
            resources: set(&["deployments"]),
            names: set(names),
            verbs: set(&["get", "patch"]),
            purpose: "To be seen.",
        }
    }

    #[test]
    fn every_rule_says_what_it_is_for_and_reads_as_a_role() {
        let access = Access {
            namespaces: [("shop".to_owned(), BTreeMap::new())].into(),
            grants: vec![mk_grant(Some("shop"), &[]), mk_grant(None, &["cart"])],
            paths: (["/apis".to_owned()].into(), "Which kinds there are."),
            left_out: ["a\nb".to_owned()].into(),
        };
        let subjects = [json!({"kind": "ServiceAccount", "namespace": "ci", "name": "deployer"})];
        let text = text("prod", &access, &subjects).unwrap();
        let documents: Vec<&str> = text.split("---\n").collect();
        assert!(documents[0].ends_with("# Left out: a b\n"), "{text}");
        assert!(documents[2].contains("kind: Role\n") && documents[2].contains("rules:\n# To be seen.\n- "), "{text}");
        assert!(documents[3].contains("kind: RoleBinding\n") && documents[3].contains("name: deployer"), "{text}");
        assert!(documents[4].contains("resourceNames:") && documents[4].contains("\n# Which kinds there are.\n- "), "{text}");
        assert_eq!(documents.len(), 6, "{text}");
    }

    #[test]
    fn an_account_has_a_namespace_and_a_name() {
        let arguments = |account: &str| Arguments {
            to: crate::cli::deliver::Selection { reference: String::new(), to: Vec::new(), trust: crate::cli::Trust::default() },
            service_account: vec![account.to_owned()],
            user: Vec::new(),
            group: Vec::new(),
        };
        for wrong in ["deployer", "/deployer", "ci/", "ci/a/b"] {
            assert_eq!(subjects(&arguments(wrong)).unwrap_err().exit, ExitCode::Usage, "{wrong}");
        }
        assert_eq!(subjects(&arguments("ci/deployer")).unwrap()[0]["namespace"], "ci");
    }
}
