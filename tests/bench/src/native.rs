//! What `workload-limits` does to a document, without WebAssembly: the same reading of the same bytes by the same SDK, and
//! the same four rules.

use tollgate_sdk::workload::{Container, Pod, pods};
use tollgate_sdk::{Document, Finding, Level, Node, Rule, Severity};

static RULE: Rule = Rule { id: "bench", title: "", help: "", level: Level::Deny, severity: Severity::Low, controls: &[] };

/// How many findings there are. What can't be read has none.
pub(crate) fn judge(file: &str, body: &[u8]) -> usize {
    let Ok(document) = Document::read(0, file, body) else { return 0 };
    let mut findings = Vec::new();
    for pod in pods(&document) {
        for container in pod.containers() {
            findings.extend(resources(&container));
            findings.extend(non_root(&pod, &container));
            findings.extend(privileged(&container));
        }
    }
    findings.len()
}

fn resources(container: &Container<'_>) -> Vec<Finding> {
    let wanted = [("limits", "memory"), ("requests", "cpu"), ("requests", "memory")];
    let place = |(list, resource)| container.node().walk(&["resources", list, resource]);
    wanted.map(place).iter().filter(|place| !place.exists()).map(|place| finding(container, place)).collect()
}

fn non_root(pod: &Pod<'_>, container: &Container<'_>) -> Option<Finding> {
    let path = ["securityContext", "runAsNonRoot"];
    let own = container.node().walk(&path);
    let effective = if own.exists() { own } else { pod.spec().walk(&path) };
    (effective.as_bool() != Some(true)).then(|| finding(container, &effective))
}

fn privileged(container: &Container<'_>) -> Option<Finding> {
    let privileged = container.node().walk(&["securityContext", "privileged"]);
    (privileged.as_bool() == Some(true)).then(|| finding(container, &privileged))
}

fn finding(container: &Container<'_>, place: &Node<'_>) -> Finding {
    RULE.at(place, format!("{} breaks a rule", container.label()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_find_natively_what_the_plugin_finds() {
        let pod = br#"{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "securityContext": {"privileged": true}}]}}"#;
        // No memory limit, neither request, may run as root, privileged.
        assert_eq!(judge("pod.yaml", pod), 5);
        assert_eq!(judge("pod.yaml", b"{"), 0);
    }
}
