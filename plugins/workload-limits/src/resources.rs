//! What a container requests, and what it is limited to.

use tollgate_sdk::workload::{Container, ContainerKind, Pod};
use tollgate_sdk::{Finding, Node, Quantity};

use crate::rules;

/// Ephemeral containers are left out: the API allows them no resources.
pub(crate) fn judge(pod: &Pod<'_>, container: &Container<'_>, cpu_limit: bool) -> Vec<Finding> {
    if container.kind() == ContainerKind::Ephemeral {
        return Vec::new();
    }
    let limits: &[&'static str] = if cpu_limit { &["memory", "cpu"] } else { &["memory"] };
    let limits = limits.iter().filter(|resource| !is_set(pod, container, "limits", resource));
    // The API server takes a missing request from the limit.
    let requests = ["cpu", "memory"]
        .into_iter()
        .filter(|resource| !is_set(pod, container, "requests", resource) && !is_set(pod, container, "limits", resource));
    limits.map(|resource| limit(container, resource)).chain(requests.map(|resource| request(container, resource))).collect()
}

/// Whether a resource is set for the container, or for its pod as a whole.
fn is_set(pod: &Pod<'_>, container: &Container<'_>, list: &'static str, resource: &'static str) -> bool {
    let path = ["resources", list, resource];
    is_set_to_something(&container.node().walk(&path)) || is_set_to_something(&pod.spec().walk(&path))
}

/// Zero is as good as nothing, and what is no quantity sets nothing.
fn is_set_to_something(node: &Node<'_>) -> bool {
    node.as_quantity().is_some_and(|quantity| quantity > Quantity::ZERO)
}

fn limit(container: &Container<'_>, resource: &'static str) -> Finding {
    let place = container.node().walk(&["resources", "limits", resource]);
    rules::LIMITS
        .at(&place, format!("{} has no {} limit", container.label(), noun(resource)))
        .fix(format!("Set `resources.limits.{resource}` to what the container may use at most"))
}

fn request(container: &Container<'_>, resource: &'static str) -> Finding {
    let place = container.node().walk(&["resources", "requests", resource]);
    rules::REQUESTS
        .at(&place, format!("{} requests no {}", container.label(), noun(resource)))
        .fix(format!("Set `resources.requests.{resource}` to what the container usually needs"))
}

fn noun(resource: &str) -> &str {
    if resource == "cpu" { "CPU" } else { resource }
}

#[cfg(test)]
mod tests {
    use crate::WorkloadLimits;
    use tollgate_sdk::testing;

    fn found(settings: &str, pod: &str, container: &str) -> Vec<String> {
        let safe = "securityContext: {runAsNonRoot: true}";
        let yaml = format!("{{apiVersion: v1, kind: Pod, spec: {{{safe}, {pod} containers: [{{name: a, {container}}}]}}}}");
        let findings = testing::check::<WorkloadLimits>(settings, &yaml);
        findings.iter().map(|finding| finding.pointer().replace("/spec/containers/0/resources", "")).collect()
    }

    #[test]
    fn what_is_missing_is_pointed_to_where_it_should_be() {
        assert_eq!(found("{}", "", ""), ["/limits/memory", "/requests/cpu", "/requests/memory"]);
        assert_eq!(found(r#"{"cpuLimit": true}"#, "", ""), ["/limits/memory", "/limits/cpu", "/requests/cpu", "/requests/memory"]);
    }

    #[test]
    fn a_limit_is_a_request_as_well() {
        assert!(found("{}", "", "resources: {limits: {memory: 1Gi, cpu: 1}}").is_empty());
        assert_eq!(found("{}", "", "resources: {limits: {memory: 1Gi}}"), ["/requests/cpu"]);
        assert_eq!(found("{}", "", "resources: {requests: {memory: 1Gi, cpu: 0.5}}"), ["/limits/memory"]);
    }

    #[test]
    fn the_pod_as_a_whole_may_have_them() {
        assert!(found("{}", "resources: {limits: {memory: 1Gi, cpu: 1}},", "").is_empty());
    }

    #[test]
    fn zero_and_nothing_are_no_quantities() {
        assert_eq!(found("{}", "", "resources: {limits: {memory: 0, cpu: '0'}}").len(), 3);
        assert_eq!(found("{}", "", "resources: {limits: {memory: null, cpu: ''}}").len(), 3);
        assert_eq!(found("{}", "", "resources: {limits: [memory]}").len(), 3);
        assert_eq!(found("{}", "", "resources: {limits: {memory: -1Gi, cpu: 1KB}}").len(), 3);
    }
}
