//! Typed access to the pods that an object makes.

use crate::document::Document;
use crate::node::Node;
use crate::value::Value;

/// A pod as an object describes it: a Pod itself, or the template of a workload.
#[derive(Clone, Debug)]
pub struct Pod<'a> {
    root: Node<'a>,
}

/// Which of a pod's lists a container is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContainerKind {
    /// `containers`
    Regular,
    /// `initContainers`
    Init,
    /// `ephemeralContainers`
    Ephemeral,
}

/// One container of a pod.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    kind: ContainerKind,
    node: Node<'a>,
}

impl<'a> Pod<'a> {
    /// What holds the pod's `metadata` and `spec`.
    pub const fn root(&self) -> &Node<'a> {
        &self.root
    }

    /// The pod's `metadata`.
    pub fn metadata(&self) -> Node<'a> {
        self.root.get("metadata")
    }

    /// The pod's `spec`.
    pub fn spec(&self) -> Node<'a> {
        self.root.get("spec")
    }

    /// The containers of all three lists, regular ones first.
    pub fn containers(&self) -> Vec<Container<'a>> {
        let spec = self.spec();
        let of_kind = |kind: ContainerKind| {
            let list = spec.get(kind.list());
            list.elements().map(|node| Container { kind, node }).collect::<Vec<_>>()
        };
        ContainerKind::ALL.into_iter().flat_map(of_kind).collect()
    }
}

impl ContainerKind {
    /// All of them, in the order of [`Pod::containers`].
    pub const ALL: [Self; 3] = [Self::Regular, Self::Init, Self::Ephemeral];

    /// The member of a pod's `spec` that lists them.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Regular => "containers",
            Self::Init => "initContainers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }

    /// How messages call one: `init container`.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Regular => "container",
            Self::Init => "init container",
            Self::Ephemeral => "ephemeral container",
        }
    }
}

impl<'a> Container<'a> {
    /// Which list it is in.
    pub const fn kind(&self) -> ContainerKind {
        self.kind
    }

    /// The container itself.
    pub const fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// A member of the container.
    #[must_use]
    pub fn get(&self, key: &'a str) -> Node<'a> {
        self.node.get(key)
    }

    /// `name`; empty where there is none.
    pub fn name(&self) -> &'a str {
        self.node.get("name").as_str().unwrap_or_default()
    }

    /// How messages call it: ``init container `wait` ``.
    pub fn label(&self) -> String {
        format!("{} `{}`", self.kind.noun(), self.name())
    }
}

/// Where Kubernetes' own kinds keep their pod: group, kind, and the way to what holds `metadata` and `spec`.
const WORKLOADS: [(&str, &str, &[&str]); 9] = [
    ("", "Pod", &[]),
    ("", "PodTemplate", &["template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

/// The pods that an object makes.
///
/// Kubernetes' own workloads have theirs, the first, where the API defines it, even if it is missing there. Besides, whatever
/// has a list `spec.containers` counts, in every kind and at any depth, the object itself included: a pod template in a kind
/// that nobody has heard of still runs, under whatever name it stands there, and one must not hide another.
pub fn pods<'a>(document: &'a Document<'_>) -> Vec<Pod<'a>> {
    let (group, kind, root) = (document.group(), document.kind(), document.root());
    let workload = WORKLOADS.iter().find(|workload| (workload.0, workload.1) == (group, kind));
    let defined = workload.map(|(_, _, path)| root.walk(path));
    let place = defined.as_ref().map(Node::pointer);
    let found = root.find_all(&has_containers).into_iter().filter(|node| Some(node.pointer()) != place);
    defined.into_iter().chain(found).map(|root| Pod { root }).collect()
}

fn has_containers(value: &Value<'_>) -> bool {
    matches!(value.get("spec").and_then(|spec| spec.get("containers")), Some(Value::Array(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod_pointers(body: &serde_json::Value) -> Vec<String> {
        let bytes = serde_json::to_vec(body).unwrap();
        let document = Document::read(0, "", &bytes).unwrap();
        pods(&document).iter().map(|pod| pod.spec().pointer()).collect()
    }

    #[test]
    fn every_workload_of_kubernetes_has_its_pod_where_the_api_keeps_it() {
        for (group, kind, path) in WORKLOADS {
            let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
            let mut expected: String = path.iter().map(|step| format!("/{step}")).collect();
            expected.push_str("/spec");
            assert_eq!(pod_pointers(&json!({"apiVersion": api_version, "kind": kind})), [expected], "{kind}");
        }
    }

    #[test]
    fn the_same_kind_of_another_group_goes_by_its_shape() {
        let pod = json!({"spec": {"containers": []}});
        let body = json!({"apiVersion": "example.com/v1", "kind": "Deployment", "spec": {"anyName": pod}});
        assert_eq!(pod_pointers(&body), ["/spec/anyName/spec"]);
        assert_eq!(pod_pointers(&json!({"apiVersion": "example.com/v1", "kind": "Pod", "spec": {"x": 1}})), Vec::<String>::new());
    }

    #[test]
    fn templates_of_unknown_kinds_are_found_at_any_depth_and_in_lists() {
        let pod = json!({"metadata": {"labels": {}}, "spec": {"containers": [{"name": "a"}]}});
        let body = json!({"apiVersion": "example.com/v1", "kind": "Cluster", "spec": {
            "groups": [{"template": pod}, {"template": {"spec": {}}}], "jobTemplate": {"spec": {"template": pod}}, "templates": [pod]}});
        assert_eq!(
            pod_pointers(&body),
            ["/spec/groups/0/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec/templates/0/spec"]
        );
    }

    #[test]
    fn a_pod_in_an_odd_place_of_a_known_kind_counts_after_the_one_that_the_api_defines() {
        let pod = json!({"spec": {"containers": [{"name": "a"}]}});
        let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"shadow": pod, "template": pod}});
        assert_eq!(pod_pointers(&body), ["/spec/template/spec", "/spec/shadow/spec"]);
        let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"shadow": pod}});
        assert_eq!(pod_pointers(&body), ["/spec/template/spec", "/spec/shadow/spec"]);
    }

    #[test]
    fn an_object_that_is_itself_like_a_pod_counts_whatever_it_calls_itself() {
        let spec = json!({"containers": [{"name": "a"}]});
        assert_eq!(pod_pointers(&json!({"apiVersion": "example.com/v1", "kind": "Sidecars", "spec": spec})), ["/spec"]);
        assert_eq!(pod_pointers(&json!({"kind": ["Pod"], "spec": spec})), ["/spec"]);
        assert_eq!(pod_pointers(&json!({"spec": spec})), ["/spec"]);
    }

    #[test]
    fn an_empty_list_of_containers_hides_no_real_one() {
        let real = json!({"spec": {"containers": [{"name": "a"}]}});
        let within = json!({"kind": "Odd", "spec": {"template": {"spec": {"containers": [], "template": real}}}});
        assert_eq!(pod_pointers(&within), ["/spec/template/spec", "/spec/template/spec/template/spec"]);
        let beside = json!({"kind": "Odd", "spec": {"containers": [], "template": real}});
        assert_eq!(pod_pointers(&beside), ["/spec", "/spec/template/spec"]);
    }

    #[test]
    fn what_only_describes_containers_or_holds_none_is_no_pod() {
        let schema = json!({"properties": {"spec": {"properties": {"containers": {"type": "array"}}}}});
        let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": schema});
        let words = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": "containers: []"}});
        let mapping = json!({"kind": "Odd", "spec": {"containers": {"a": {"image": "b"}}}});
        for body in [definition, words, mapping, json!([1]), json!("x"), json!(null)] {
            assert_eq!(pod_pointers(&body), Vec::<String>::new(), "{body}");
        }
    }

    #[test]
    fn members_with_slashes_and_tildes_in_their_names_are_pointed_to() {
        let pod = json!({"spec": {"containers": []}});
        assert_eq!(
            pod_pointers(&json!({"kind": "Odd", "spec": {"a/b": pod, "c~d": [pod]}})),
            ["/spec/a~1b/spec", "/spec/c~0d/0/spec"]
        );
    }

    #[test]
    fn lists_that_are_no_lists_hold_no_containers() {
        let body = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": {"name": "a"}, "initContainers": null}});
        let bytes = serde_json::to_vec(&body).unwrap();
        let document = Document::read(0, "", &bytes).unwrap();
        assert!(pods(&document)[0].containers().is_empty());
    }

    #[test]
    fn containers_of_all_three_lists_know_their_kind_and_place() {
        let body = json!({"apiVersion": "v1", "kind": "Pod", "spec": {
            "initContainers": [{"name": "wait"}], "containers": [{"name": "main"}, {}], "ephemeralContainers": [{"name": "look"}]}});
        let bytes = serde_json::to_vec(&body).unwrap();
        let document = Document::read(0, "", &bytes).unwrap();
        let containers = pods(&document)[0].containers();
        let summary: Vec<_> = containers.iter().map(|container| (container.label(), container.node().pointer())).collect();
        let expected = [
            ("container `main`", "/spec/containers/0"),
            ("container ``", "/spec/containers/1"),
            ("init container `wait`", "/spec/initContainers/0"),
            ("ephemeral container `look`", "/spec/ephemeralContainers/0"),
        ];
        assert_eq!(summary, expected.map(|(label, pointer)| (label.to_owned(), pointer.to_owned())));
    }
}
