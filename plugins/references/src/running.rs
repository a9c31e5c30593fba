//! The containers that run as long as their pod does.

use tollgate_sdk::Node;
use tollgate_sdk::workload::Pod;

use crate::reader::Reader;

/// The containers of a pod, and the init containers that stay beside them (Kubernetes API, `restartPolicy` of a container).
pub(crate) fn running<'a>(pod: &Pod<'a>, reader: &Reader) -> Vec<Node<'a>> {
    let mut running = reader.each(&pod.spec(), &["containers", "*"]);
    let init = reader.each(&pod.spec(), &["initContainers", "*"]);
    running.extend(init.into_iter().filter(|container| reader.text(&container.get("restartPolicy")) == Some("Always")));
    running.iter().for_each(|container| reader.object(container));
    running
}
