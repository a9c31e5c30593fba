//! What the checks see of a pod.

use tollgate_sdk::workload::{self, Container};
use tollgate_sdk::{Document, Node};

use crate::object::Kind;

/// A pod, or the template of one.
#[derive(Debug)]
pub(crate) struct Pod<'a> {
    /// The kind whose pod it is, where the API defines one there. [`Kind::Other`] for what is found by its shape.
    pub(crate) owner: Kind,
    pub(crate) document: Node<'a>,
    pub(crate) spec: Node<'a>,
    pub(crate) containers: Vec<Container<'a>>,
    /// What stands where containers should be, and may hold some that nobody sees.
    pub(crate) unreadable: Vec<Node<'a>>,
}

impl<'a> Pod<'a> {
    /// The pods that a document of a kind makes.
    pub(crate) fn all(document: &'a Document<'_>, kind: Kind) -> impl Iterator<Item = Self> {
        let pods = workload::pods(document).into_iter().enumerate();
        // The first is the one that the API defines, if there is one.
        pods.map(move |(index, pod)| Self {
            owner: if index == 0 && kind.has_pod() { kind } else { Kind::Other },
            document: document.root(),
            spec: pod.spec(),
            containers: pod.containers(),
            unreadable: pod.unreadable(),
        })
    }

    /// Whether it runs for as long as it can, so that others may depend on it. A Job's does not, and of kinds that nobody knows
    /// those don't that say so.
    pub(crate) fn is_long_running(&self) -> bool {
        match self.owner {
            Kind::Job | Kind::CronJob => false,
            Kind::Pod | Kind::PodTemplate | Kind::Other => {
                !matches!(self.spec.get("restartPolicy").as_str(), Some("Never" | "OnFailure"))
            }
            _ => true,
        }
    }

    /// Whether it says that it runs on Windows.
    pub(crate) fn is_windows(&self) -> bool {
        self.spec.walk(&["os", "name"]).as_str() == Some("windows")
    }
}

impl Kind {
    const fn has_pod(self) -> bool {
        matches!(
            self,
            Self::Pod
                | Self::PodTemplate
                | Self::ReplicationController
                | Self::Deployment
                | Self::ReplicaSet
                | Self::StatefulSet
                | Self::DaemonSet
                | Self::Job
                | Self::CronJob
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::object::Object;

    fn owners(body: &Value) -> Vec<(Kind, bool)> {
        let bytes = body.to_string();
        let document = Document::read(0, "", bytes.as_bytes()).unwrap();
        Pod::all(&document, Object::new(&document).kind).map(|pod| (pod.owner, pod.is_long_running())).collect()
    }

    #[test]
    fn only_the_pod_where_the_api_defines_one_belongs_to_the_kind() {
        let pod = json!({"spec": {"containers": []}});
        let job = json!({"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": pod, "other": pod}});
        assert_eq!(owners(&job), [(Kind::Job, false), (Kind::Other, true)]);
        let service = json!({"apiVersion": "v1", "kind": "Service", "spec": {"containers": []}});
        assert_eq!(owners(&service), [(Kind::Other, true)]);
    }

    #[test]
    fn a_pod_that_does_not_restart_is_long_running_only_in_a_kind_that_restarts_it() {
        let spec = json!({"containers": [], "restartPolicy": "Never"});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": spec});
        assert_eq!(owners(&pod), [(Kind::Pod, false)]);
        let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}});
        assert_eq!(owners(&deployment), [(Kind::Deployment, true)]);
        let custom = json!({"apiVersion": "example.com/v1", "kind": "Rollout", "spec": {"template": {"spec": {"containers": []}}}});
        assert_eq!(owners(&custom), [(Kind::Other, true)]);
    }
}
