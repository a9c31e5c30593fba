//! `service-selects`: a Service selects at least one pod of what is delivered with it.

#[cfg(test)]
mod model;

use tollgate_sdk::selector::{LabelSelector, Labelled, Labels};
use tollgate_sdk::workload::Pod;
use tollgate_sdk::{Check, Description, Document, Finding, Findings, Level, Needs, NoSettings, Node, PluginError, Rule, Severity};
use tollgate_sdk::{Validator, Value, export_validator};

static NOTHING: Rule = Rule {
    id: "nothing",
    title: "Service selects at least one pod",
    help: include_str!("../rules/nothing.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: &[],
};

struct ServiceSelects;

impl Validator for ServiceSelects {
    type Settings = NoSettings;

    const DESCRIPTION: Description =
        Description { name: "service-selects", version: env!("CARGO_PKG_VERSION"), rules: &[&NOTHING] };

    /// Of every kind, because a kind that nobody has heard of may make the pods.
    fn needs(_: &NoSettings) -> Needs {
        Needs::set()
    }

    fn check(check: &Check<'_, NoSettings>, findings: &mut Findings) -> Result<(), PluginError> {
        let pods = Labelled::pods(check.documents);
        findings.extend(check.documents.iter().filter_map(|document| judge(document, &pods)));
        Ok(())
    }
}

export_validator!(ServiceSelects);

fn judge<'a>(document: &'a Document<'a>, pods: &Labelled<'a, (&'a Document<'a>, Pod<'a>)>) -> Option<Finding> {
    let node = selector(document)?;
    if node.exists() && !node.is_object() {
        return Some(unreadable(document, &node));
    }
    let selector = LabelSelector::having(Labels::of(&node));
    if selector.is_empty() || pods.any_in(document.namespace(), &selector) {
        return None;
    }
    let message = format!("Service `{}` {}", document.name(), pods.selects_nothing("pod", document.namespace(), &selector));
    Some(
        NOTHING
            .at(&node, message)
            .fix("Make the selector equal to labels of the pod template that should serve it, in the same namespace"),
    )
}

/// What is no selector selects nothing, whatever it says.
fn unreadable(document: &Document<'_>, node: &Node<'_>) -> Finding {
    let kind = node.value().map_or("nothing", Value::kind);
    let message = format!("Service `{}` selects by a {kind}, which no pod has", document.name());
    NOTHING.at(node, message).fix("Write the selector as an object of labels")
}

/// What a Service selects its pods by; nothing for other objects and for a Service that has nothing to do with pods.
fn selector<'a>(document: &'a Document<'_>) -> Option<Node<'a>> {
    let is_service = document.group().is_empty() && document.kind() == "Service";
    let spec = document.root().get("spec");
    if is_service && spec.exists() && !spec.is_object() {
        return Some(spec);
    }
    // The API server ignores the selector of a name that is served elsewhere.
    let is_external = spec.get("type").as_str() == Some("ExternalName");
    (is_service && !is_external).then(|| spec.get("selector"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::testing;

    const SERVICE: &str =
        "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {selector: {app: cart, tier: web}}}\n---\n";

    fn message(others: &str) -> Option<String> {
        let findings = testing::check::<ServiceSelects>("{}", &format!("{SERVICE}{others}"));
        findings.first().map(|finding| finding.message().to_owned())
    }

    fn pod(namespace: &str, labels: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{{namespace} labels: {{{labels}}}}}}}")
    }

    #[test]
    fn every_case_comes_out_as_it_says() {
        testing::run_cases::<ServiceSelects>("cases");
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<NoSettings>(&ServiceSelects::DESCRIPTION);
    }

    #[test]
    fn all_of_the_selector_must_match_in_one_pod() {
        assert_eq!(message(&pod("namespace: shop,", "app: cart, tier: web, more: x")), None);
        let halves = format!("{}\n---\n{}", pod("namespace: shop,", "app: cart"), pod("namespace: shop,", "tier: web"));
        assert_eq!(message(&halves).unwrap(), "Service `cart` selects `app=cart, tier=web`, which no pod in namespace `shop` has");
    }

    #[test]
    fn a_pod_in_another_namespace_does_not_count_but_is_named() {
        let found = message(&pod("namespace: other,", "app: cart, tier: web")).unwrap();
        assert!(found.ends_with("which no pod in namespace `shop` has; namespace `other` has one"), "{found}");
        let found = message(&pod("", "app: cart, tier: web")).unwrap();
        assert!(found.ends_with("; one without a namespace has them"), "{found}");
    }

    #[test]
    fn a_service_of_another_group_is_not_judged() {
        let service = "{apiVersion: serving.example.com/v1, kind: Service, spec: {selector: {app: cart}}}";
        assert!(testing::check::<ServiceSelects>("{}", service).is_empty());
    }
}
