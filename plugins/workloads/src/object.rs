//! What the checks see of a document: its kind, and where its `spec` is.

use tollgate_sdk::{Document, Node};

/// A kind of the Kubernetes API that some check knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Pod,
    PodTemplate,
    ReplicationController,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Service,
    Ingress,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    Role,
    ClusterRole,
    RoleBinding,
    ClusterRoleBinding,
    /// Any other kind, of Kubernetes or not.
    Other,
}

impl Kind {
    /// The kind of a group, in whichever version. `extensions` is where some of them stood once.
    pub(crate) fn of(group: &str, kind: &str) -> Self {
        match (group, kind) {
            ("", "Pod") => Self::Pod,
            ("", "PodTemplate") => Self::PodTemplate,
            ("", "ReplicationController") => Self::ReplicationController,
            ("", "Service") => Self::Service,
            ("apps" | "extensions", "Deployment") => Self::Deployment,
            ("apps" | "extensions", "ReplicaSet") => Self::ReplicaSet,
            ("apps" | "extensions", "DaemonSet") => Self::DaemonSet,
            ("apps", "StatefulSet") => Self::StatefulSet,
            ("batch", "Job") => Self::Job,
            ("batch", "CronJob") => Self::CronJob,
            ("networking.k8s.io" | "extensions", "Ingress") => Self::Ingress,
            ("policy", "PodDisruptionBudget") => Self::PodDisruptionBudget,
            ("autoscaling", "HorizontalPodAutoscaler") => Self::HorizontalPodAutoscaler,
            ("rbac.authorization.k8s.io", kind) => Self::of_rbac(kind),
            _ => Self::Other,
        }
    }

    fn of_rbac(kind: &str) -> Self {
        match kind {
            "Role" => Self::Role,
            "ClusterRole" => Self::ClusterRole,
            "RoleBinding" => Self::RoleBinding,
            "ClusterRoleBinding" => Self::ClusterRoleBinding,
            _ => Self::Other,
        }
    }
}

/// A document.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(crate) kind: Kind,
    pub(crate) root: Node<'a>,
    group: &'a str,
    kind_name: &'a str,
    name: &'a str,
}

impl<'a> Object<'a> {
    pub(crate) fn new(document: &'a Document<'_>) -> Self {
        let (group, kind_name) = (document.group(), document.kind());
        Self { kind: Kind::of(group, kind_name), root: document.root(), group, kind_name, name: document.name() }
    }

    /// The group of its `apiVersion`; empty is the core group.
    pub(crate) const fn group(&self) -> &'a str {
        self.group
    }

    /// Its `kind`; empty where there is none.
    pub(crate) const fn kind_name(&self) -> &'a str {
        self.kind_name
    }

    /// `metadata.name`; empty where there is none.
    pub(crate) const fn name(&self) -> &'a str {
        self.name
    }

    /// How messages call it: ``Deployment `cart` ``.
    pub(crate) fn label(&self) -> String {
        format!("{} `{}`", self.kind_name, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_group_in_every_version() {
        for (api_version, kind, expected) in [
            ("v1", "Service", Kind::Service),
            ("serving.example.com/v1", "Service", Kind::Other),
            ("apps/v1", "Deployment", Kind::Deployment),
            ("extensions/v1beta1", "Deployment", Kind::Deployment),
            ("v1", "Deployment", Kind::Other),
            ("rbac.authorization.k8s.io/v1beta1", "Role", Kind::Role),
            ("rbac.authorization.k8s.io/v1", "RoleX", Kind::Other),
        ] {
            let body = format!(r#"{{"apiVersion": "{api_version}", "kind": "{kind}", "metadata": {{"name": "cart"}}}}"#);
            let document = Document::read(0, "", body.as_bytes()).unwrap();
            let object = Object::new(&document);
            assert_eq!(object.kind, expected, "{api_version} {kind}");
            assert_eq!(object.label(), format!("{kind} `cart`"));
        }
    }
}
