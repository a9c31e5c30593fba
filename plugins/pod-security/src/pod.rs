//! What the checks see of a pod: its containers of all three lists, and the security contexts.

use std::fmt;

use tollgate_sdk::Node;
use tollgate_sdk::workload::{self, ContainerKind};

use crate::reading::{Read as _, Reading};
use crate::text::Shortened;

/// Who sets a value: the pod as a whole, or one of its containers. Its text goes into messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    Pod,
    Container { kind: ContainerKind, name: &'a str },
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod => f.write_str("the pod"),
            Self::Container { kind, name: "" } => write!(f, "{} without a name", kind.noun()),
            Self::Container { kind, name } => write!(f, "{} `{}`", kind.noun(), Shortened(name)),
        }
    }
}

/// A container of any of the three lists.
#[derive(Debug)]
pub(crate) struct Container<'a> {
    pub(crate) owner: Owner<'a>,
    /// Its `name`; empty where it has none.
    pub(crate) name: &'a str,
    pub(crate) node: Node<'a>,
    pub(crate) security: Node<'a>,
}

impl<'a> Container<'a> {
    fn new(container: &workload::Container<'a>) -> Self {
        let (kind, name) = (container.kind(), container.name());
        let owner = Owner::Container { kind, name };
        Self { owner, name, security: container.get("securityContext"), node: container.node().clone() }
    }
}

/// A pod, or the template of one.
#[derive(Debug)]
pub(crate) struct Pod<'a> {
    /// What holds `metadata` and `spec`.
    pub(crate) template: Node<'a>,
    pub(crate) spec: Node<'a>,
    pub(crate) security: Node<'a>,
    pub(crate) containers: Vec<Container<'a>>,
}

impl<'a> Pod<'a> {
    /// Reads what can be read. The `pod-shape` check says what can't.
    pub(crate) fn new(pod: &workload::Pod<'a>) -> Self {
        let spec = pod.spec();
        let containers = pod.containers().iter().map(Container::new).collect();
        Self { template: pod.root().clone(), security: spec.get("securityContext"), spec, containers }
    }

    /// The pod's annotations.
    pub(crate) fn annotations(&self) -> Node<'a> {
        self.template.walk(&["metadata", "annotations"])
    }

    /// The security contexts of the pod and of each container, with who sets them. They may be missing.
    pub(crate) fn contexts(&self) -> impl Iterator<Item = (Owner<'a>, &Node<'a>)> {
        let containers = self.containers.iter().map(|container| (container.owner, &container.security));
        std::iter::once((Owner::Pod, &self.security)).chain(containers)
    }

    /// Whether the pod says that it runs on Windows.
    pub(crate) fn is_windows(&self) -> bool {
        self.spec.walk(&["os", "name"]).as_str() == Some("windows")
    }

    /// Whether the pod has a user namespace of its own: root in it is nobody on the node.
    pub(crate) fn has_user_namespace(&self) -> bool {
        self.spec.get("hostUsers").flag() == Reading::Known(false)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tollgate_sdk::Document;

    use super::*;

    fn with_pod(spec: &Value, look: impl FnOnce(&Pod<'_>)) {
        let body = json!({"apiVersion": "v1", "kind": "Pod", "spec": spec}).to_string();
        let document = Document::read(0, "", body.as_bytes()).unwrap();
        look(&Pod::new(&workload::pods(&document)[0]));
    }

    #[test]
    fn containers_of_all_three_lists_count() {
        let spec = json!({"containers": [{"name": "web"}], "initContainers": [{"name": "setup"}, {}], "ephemeralContainers": [{"name": "debug"}]});
        with_pod(&spec, |pod| {
            let owners: Vec<_> = pod.containers.iter().map(|container| container.owner.to_string()).collect();
            let expected =
                ["container `web`", "init container `setup`", "init container without a name", "ephemeral container `debug`"];
            assert_eq!(owners, expected);
        });
    }

    #[test]
    fn the_pods_own_context_comes_first() {
        with_pod(&json!({"containers": [{"name": "web"}]}), |pod| {
            let pointers: Vec<_> = pod.contexts().map(|(_, security)| security.pointer()).collect();
            assert_eq!(pointers, ["/spec/securityContext", "/spec/containers/0/securityContext"]);
        });
    }

    #[test]
    fn only_the_exact_word_is_windows() {
        for (name, expected) in
            [(json!("windows"), true), (json!("Windows"), false), (json!("linux"), false), (json!(["windows"]), false)]
        {
            with_pod(&json!({"os": {"name": name}}), |pod| assert_eq!(pod.is_windows(), expected));
        }
    }

    #[test]
    fn only_a_plain_false_is_a_user_namespace() {
        for (flag, expected) in [(json!(false), true), (json!(true), false), (json!(null), false), (json!("false"), false)] {
            with_pod(&json!({"hostUsers": flag}), |pod| assert_eq!(pod.has_user_namespace(), expected));
        }
    }
}
