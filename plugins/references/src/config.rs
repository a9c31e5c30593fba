//! What a pod takes from ConfigMaps, Secrets and claims.

use tollgate_sdk::Node;
use tollgate_sdk::workload::{ContainerKind, Pod};

use crate::reader::Reader;

/// One reference of a pod to an object of the core group.
#[derive(Debug)]
pub(crate) struct ConfigReference<'a> {
    pub(crate) kind: &'static str,
    pub(crate) name: Node<'a>,
    /// The pod starts without it.
    pub(crate) is_optional: bool,
    /// The keys that it takes; none where it takes all.
    pub(crate) keys: Vec<Node<'a>>,
}

/// Where references stand: the way to what holds one, and what stands there (Kubernetes API, `PodSpec` and `Container`).
struct Place {
    way: &'static [&'static str],
    kind: &'static str,
    name: &'static str,
    keys: &'static [&'static str],
}

const KEY: &[&str] = &["key"];
const ITEMS: &[&str] = &["items", "*", "key"];

const IN_CONTAINER: [Place; 4] = [
    Place { way: &["env", "*", "valueFrom", "configMapKeyRef"], kind: "ConfigMap", name: "name", keys: KEY },
    Place { way: &["env", "*", "valueFrom", "secretKeyRef"], kind: "Secret", name: "name", keys: KEY },
    Place { way: &["envFrom", "*", "configMapRef"], kind: "ConfigMap", name: "name", keys: &[] },
    Place { way: &["envFrom", "*", "secretRef"], kind: "Secret", name: "name", keys: &[] },
];

const IN_POD: [Place; 6] = [
    Place { way: &["volumes", "*", "configMap"], kind: "ConfigMap", name: "name", keys: ITEMS },
    Place { way: &["volumes", "*", "secret"], kind: "Secret", name: "secretName", keys: ITEMS },
    Place { way: &["volumes", "*", "projected", "sources", "*", "configMap"], kind: "ConfigMap", name: "name", keys: ITEMS },
    Place { way: &["volumes", "*", "projected", "sources", "*", "secret"], kind: "Secret", name: "name", keys: ITEMS },
    Place { way: &["volumes", "*", "persistentVolumeClaim"], kind: "PersistentVolumeClaim", name: "claimName", keys: &[] },
    Place { way: &["imagePullSecrets", "*"], kind: "Secret", name: "name", keys: &[] },
];

/// All references of a pod, those of its containers first.
pub(crate) fn references<'a>(pod: &Pod<'a>, reader: &Reader) -> Vec<ConfigReference<'a>> {
    let mut found = Vec::new();
    for container in ContainerKind::ALL.iter().flat_map(|kind| reader.each(&pod.spec(), &[kind.list(), "*"])) {
        found.extend(IN_CONTAINER.iter().flat_map(|place| place.references(&container, reader)));
    }
    found.extend(IN_POD.iter().flat_map(|place| place.references(&pod.spec(), reader)));
    found
}

impl Place {
    fn references<'a>(&self, node: &Node<'a>, reader: &Reader) -> Vec<ConfigReference<'a>> {
        let holders = reader.each(node, self.way);
        holders.iter().map(|holder| self.reference(holder, reader)).collect()
    }

    fn reference<'a>(&self, holder: &Node<'a>, reader: &Reader) -> ConfigReference<'a> {
        reader.object(holder);
        let is_optional = reader.flag(&holder.get("optional")) == Some(true);
        // Keys are read by who compares them: a key of another type is unreadable there.
        let keys = if self.keys.is_empty() { Vec::new() } else { reader.each(holder, self.keys) };
        ConfigReference { kind: self.kind, name: holder.get(self.name), is_optional, keys }
    }
}
