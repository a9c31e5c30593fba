//! Typed access to the pods that an object makes.

use std::borrow::Cow;

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

    /// Where something stands that is neither a pod's `spec` nor a list of containers nor one of them, so that there may be
    /// something in it which nobody sees.
    pub fn unreadable(&self) -> Vec<Node<'a>> {
        let holders = [self.root.clone(), self.spec()].into_iter().filter(|node| node.exists() && !node.is_object());
        let lists = ContainerKind::ALL.into_iter().map(|kind| self.spec().get(kind.list()));
        let lists = lists.filter(|list| list.exists() && !list.is_list());
        let containers = self.containers().into_iter().map(|container| container.node);
        holders.chain(lists).chain(containers.filter(|container| !container.is_object())).collect()
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
    let place = defined.as_ref().and_then(Node::value).map(std::ptr::from_ref);
    let found = root.find_objects(has_containers).into_iter().filter(|node| node.value().map(std::ptr::from_ref) != place);
    defined.into_iter().chain(found).map(|root| Pod { root }).collect()
}

fn has_containers(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    let spec = members.iter().find(|(name, _)| name == "spec");
    matches!(spec.and_then(|(_, spec)| spec.get("containers")), Some(Value::Array(_)))
}

#[cfg(test)]
mod tests;
