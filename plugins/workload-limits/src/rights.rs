//! What a container may do on its node.

use tollgate_sdk::workload::{Container, Pod};
use tollgate_sdk::{Finding, Node};

use crate::rules;

/// The user that a container runs as. What the container says wins over what its pod says.
pub(crate) fn judge_user(pod: &Pod<'_>, container: &Container<'_>) -> Option<Finding> {
    let contexts = [pod.spec().get("securityContext"), container.get("securityContext")];
    if let Some(context) = contexts.iter().find(|context| is_of_another_type(context)) {
        return Some(rules::NON_ROOT.unreadable(context));
    }
    let user = effective(pod, container, "runAsUser");
    if user.exists() && user.as_i64().is_none_or(i64::is_negative) {
        return Some(rules::NON_ROOT.unreadable(&user));
    }
    if user.as_i64() == Some(0) {
        let message = format!("{} runs as user 0, which is root", container.label());
        return Some(
            rules::NON_ROOT.at(&user, message).fix("Set `runAsUser` to another user, or leave it out and let the image say"),
        );
    }
    let non_root = effective(pod, container, "runAsNonRoot");
    if non_root.as_bool() == Some(true) {
        return None;
    }
    let message = format!("{} may run as root", container.label());
    Some(rules::NON_ROOT.at(&non_root, message).fix("Set `securityContext.runAsNonRoot: true` for the container or its pod"))
}

/// The member of the security context that holds for a container; where neither has it, the place in the container.
fn effective<'a>(pod: &Pod<'a>, container: &Container<'a>, key: &'static str) -> Node<'a> {
    let own = container.node().walk(&["securityContext", key]);
    let of_pod = pod.spec().walk(&["securityContext", key]);
    if !own.exists() && of_pod.exists() { of_pod } else { own }
}

fn is_of_another_type(context: &Node<'_>) -> bool {
    context.exists() && !context.is_object()
}

/// Anything but `false` counts: what the API would refuse must not slip through here.
pub(crate) fn judge_privileged(container: &Container<'_>) -> Option<Finding> {
    let context = container.get("securityContext");
    if is_of_another_type(&context) {
        return Some(rules::PRIVILEGED.unreadable(&context));
    }
    let privileged = context.get("privileged");
    if !privileged.exists() || privileged.as_bool() == Some(false) {
        return None;
    }
    let message = format!("{} is privileged: it can do on its node whatever root can", container.label());
    Some(rules::PRIVILEGED.at(&privileged, message).fix("Remove `privileged`, and add the single capabilities that are needed"))
}

#[cfg(test)]
mod tests {
    use crate::WorkloadLimits;
    use tollgate_sdk::testing;

    fn found(pod: &str, container: &str) -> Vec<String> {
        let resources = "resources: {limits: {memory: 1Gi, cpu: 1}}";
        let yaml = format!(
            "{{apiVersion: v1, kind: Pod, spec: {{securityContext: {{{pod}}}, {resources}, containers: [{{name: a, securityContext: {{{container}}}}}]}}}}"
        );
        let findings = testing::check::<WorkloadLimits>("{}", &yaml);
        findings.iter().map(|finding| format!("{} {}", finding.rule(), finding.pointer())).collect()
    }

    const CONTAINER: &str = "/spec/containers/0/securityContext";

    #[test]
    fn the_container_wins_over_its_pod() {
        assert!(found("runAsNonRoot: true", "").is_empty());
        assert!(found("runAsNonRoot: false", "runAsNonRoot: true").is_empty());
        assert_eq!(found("runAsNonRoot: true", "runAsNonRoot: false"), [format!("non-root {CONTAINER}/runAsNonRoot")]);
    }

    #[test]
    fn the_finding_points_to_what_was_said_or_should_have_been() {
        assert_eq!(found("", ""), [format!("non-root {CONTAINER}/runAsNonRoot")]);
        assert_eq!(found("runAsNonRoot: false", ""), ["non-root /spec/securityContext/runAsNonRoot"]);
        assert_eq!(found("runAsUser: 1000", ""), [format!("non-root {CONTAINER}/runAsNonRoot")]);
    }

    #[test]
    fn user_zero_is_root_whatever_else_is_said() {
        assert_eq!(found("runAsNonRoot: true, runAsUser: 0", ""), ["non-root /spec/securityContext/runAsUser"]);
        assert!(found("runAsNonRoot: true, runAsUser: 0", "runAsUser: 1000").is_empty());
        assert_eq!(found("runAsNonRoot: true", "runAsUser: 0"), [format!("non-root {CONTAINER}/runAsUser")]);
    }

    #[test]
    fn anything_but_false_is_privileged() {
        assert!(found("runAsNonRoot: true", "privileged: false").is_empty());
        for value in ["true", "'yes'", "1"] {
            assert_eq!(
                found("runAsNonRoot: true", &format!("privileged: {value}")),
                [format!("privileged {CONTAINER}/privileged")]
            );
        }
    }
}
