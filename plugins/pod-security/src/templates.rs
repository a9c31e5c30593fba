//! Where a document holds pods.

use tollgate_sdk::{Document, Node, Value, workload};

/// The places of all pods and pod templates: what holds a pod's `metadata` and `spec`.
///
/// Kubernetes' own kinds hold theirs where the API defines it, even if it is missing there. Custom kinds start pods too, under
/// names of their own, and one that nobody has heard of must not be a way around the standards: whatever has a list
/// `spec.containers` counts, at any depth, the document itself included.
pub(crate) fn templates<'a>(document: &'a Document<'_>) -> Vec<Node<'a>> {
    let root = document.root();
    let mut found: Vec<Node<'a>> = workload::pods(document).iter().map(|pod| pod.root().clone()).collect();
    if let Some(value) = root.value() {
        search(value, &Way::Start, &mut |way| add(way.walk(&root), &mut found));
    }
    found
}

fn add<'a>(node: Node<'a>, found: &mut Vec<Node<'a>>) {
    let pointer = node.pointer();
    if found.iter().all(|other| other.pointer() != pointer) {
        found.push(node);
    }
}

/// How a value was reached. Only the few values that are templates become nodes, because a node is not free.
enum Way<'a, 'way> {
    Start,
    Member(&'way Self, &'a str),
    Element(&'way Self, usize),
}

impl<'a> Way<'a, '_> {
    fn walk(&self, root: &Node<'a>) -> Node<'a> {
        match self {
            Self::Start => root.clone(),
            Self::Member(before, key) => before.walk(root).get(key),
            Self::Element(before, index) => before.walk(root).at(*index),
        }
    }
}

/// Visits all that looks like a template, also below one that it found, so that none hides another. How deep it can go is
/// bounded by the reader of JSON.
fn search<'a>(value: &'a Value<'a>, way: &Way<'a, '_>, visit: &mut dyn FnMut(&Way<'a, '_>)) {
    if is_template(value) {
        visit(way);
    }
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| search(member, &Way::Member(way, key), visit)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| search(element, &Way::Element(way, index), visit));
        }
        _ => {}
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
