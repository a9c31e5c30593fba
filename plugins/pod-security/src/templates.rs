//! Where a document holds pods.

use tollgate_sdk::{Document, Node, Value, workload};

/// The places of all pods and pod templates: what holds a pod's `metadata` and `spec`.
///
/// Kubernetes' own kinds hold theirs where the API defines it, even if it is missing there. Custom kinds start pods too, under
/// names of their own, and one that nobody has heard of must not be a way around the standards: whatever has a list
/// `spec.containers` counts, at any depth, the document itself included.
pub(crate) fn templates<'a>(document: &'a Document<'_>) -> Vec<Node<'a>> {
    let mut found: Vec<Node<'a>> = workload::pods(document).iter().map(|pod| pod.root().clone()).collect();
    let known: Vec<String> = found.iter().map(Node::pointer).collect();
    search(&document.root(), &known, &mut found);
    found
}

/// Adds what looks like a template. It goes on below one that it found, so that none hides another.
fn search<'a>(node: &Node<'a>, known: &[String], found: &mut Vec<Node<'a>>) {
    let Some(value) = node.value().filter(|value| holds_template(value)) else { return };
    if is_template(value) && !known.contains(&node.pointer()) {
        found.push(node.clone());
    }
    node.members().for_each(|(_, member)| search(&member, known, found));
    node.elements().for_each(|element| search(&element, known, found));
}

/// Whether a value is a template or holds one. Most values don't, and it is cheaper to find out without their places. How deep
/// it can go is bounded by the reader of JSON.
fn holds_template(value: &Value<'_>) -> bool {
    match value {
        Value::Object(members) => is_template(value) || members.iter().any(|(_, member)| holds_template(member)),
        Value::Array(elements) => elements.iter().any(holds_template),
        _ => false,
    }
}

fn is_template(value: &Value<'_>) -> bool {
    matches!(value.get("spec").and_then(|spec| spec.get("containers")), Some(Value::Array(_)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(body: &serde_json::Value) -> Vec<String> {
        let bytes = body.to_string();
        let document = Document::read(0, "", bytes.as_bytes()).unwrap();
        templates(&document).iter().map(Node::pointer).collect()
    }

    #[test]
    fn a_kind_of_kubernetes_has_one_template_even_where_it_is_missing() {
        let spec = json!({"containers": [{"name": "web"}]});
        assert_eq!(pointers(&json!({"apiVersion": "v1", "kind": "Pod", "spec": spec})), [""]);
        assert_eq!(pointers(&json!({"apiVersion": "batch/v1", "kind": "CronJob"})), ["/spec/jobTemplate/spec/template"]);
        let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}});
        assert_eq!(pointers(&deployment), ["/spec/template"]);
    }

    #[test]
    fn a_custom_kind_may_call_its_template_as_it_likes() {
        let template = json!({"spec": {"containers": []}});
        let spec = json!({"tasks": [{"name": "a"}, {"template": template}], "podTemplateSpec": template, "a/b": template});
        let body = json!({"apiVersion": "example.com/v1", "kind": "Job", "spec": spec});
        let mut found = pointers(&body);
        found.sort();
        assert_eq!(found, ["/spec/a~1b", "/spec/podTemplateSpec", "/spec/tasks/1/template"]);
    }

    #[test]
    fn a_custom_kind_that_is_itself_like_a_pod_counts() {
        assert_eq!(pointers(&json!({"apiVersion": "example.com/v1", "kind": "Sidecars", "spec": {"containers": [{}]}})), [""]);
        assert_eq!(pointers(&json!({"kind": ["Pod"], "spec": {"containers": [{}]}})), [""]);
    }

    #[test]
    fn a_template_does_not_hide_another_one_within_it() {
        let inner = json!({"spec": {"containers": [{}]}});
        let body = json!({"kind": "Odd", "spec": {"template": {"spec": {"containers": [], "template": inner}}}});
        assert_eq!(pointers(&body), ["/spec/template", "/spec/template/spec/template"]);
    }

    #[test]
    fn a_schema_that_describes_containers_is_not_a_template() {
        let schema = json!({"properties": {"spec": {"properties": {"containers": {"type": "array"}}}}});
        let body = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": {"schema": schema}});
        assert_eq!(pointers(&body), Vec::<String>::new());
    }

    #[test]
    fn what_holds_no_pod_has_no_template() {
        for body in [json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": "containers"}}), json!([1]), json!("x")] {
            assert_eq!(pointers(&body), Vec::<String>::new());
        }
    }
}
