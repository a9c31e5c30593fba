//! What an autoscaler measures the use of is requested.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::autoscaler;
use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::running::running;
use crate::set::{Member, Set};
use crate::utilisation::{self, Measured};

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "autoscaler-without-requests",
        title: "Containers request what their autoscaler measures",
        help: include_str!("../../rules/autoscaler-without-requests.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for target in autoscaler::targets(set, reader) {
        let member = target.object(set).and_then(|object| set.own_pod(object));
        for measured in utilisation::measured(target.scaler, reader) {
            member.iter().for_each(|(_, member)| judge_pod(member, target.scaler, measured, reader));
        }
    }
}

fn judge_pod<'a>(member: &Member<'a>, scaler: Object<'a>, measured: Measured<'a>, reader: &Reader) {
    let spec = member.pod.spec();
    for container in running(&member.pod, reader) {
        let name = reader.text(&container.get("name")).unwrap_or_default();
        let is_meant = measured.container.is_none_or(|measured| measured == name);
        if is_meant && !requests(&container, measured.resource, reader) && !requests(&spec, measured.resource, reader) {
            let place = container.walk(&["resources", "requests"]).get(measured.resource);
            let message = format!(
                "container `{name}` of {} requests no `{resource}`, of which {} measures the use",
                member.object.label(),
                scaler.label(),
                resource = measured.resource
            );
            reader.add(&place, message, "Set the request to what the container usually needs");
        }
    }
}

/// A limit counts as a request of the same size, as it does for the API server.
fn requests<'a>(node: &Node<'a>, resource: &'a str, reader: &Reader) -> bool {
    let lists = ["requests", "limits"].map(|list| reader.find(node, &["resources", list]));
    lists.iter().flatten().any(|list| {
        reader.object(list);
        list.get(resource).exists()
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "autoscaler-without-requests";
    const CPU: &str = "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]";

    fn scaled(spec: &str, version: &str, metrics: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{spec: {{{spec}}}}}}}}}\n---\n\
                {{apiVersion: autoscaling/{version}, kind: HorizontalPodAutoscaler, metadata: {{name: s}}, spec: {{{metrics}, \
                scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}}}}}"
        )
    }

    #[test]
    fn a_request_a_limit_or_one_of_the_whole_pod_is_enough() {
        for (spec, is_well) in [
            ("containers: [{name: c}]", false),
            ("containers: [{name: c, resources: {requests: {cpu: 1}}}]", true),
            ("containers: [{name: c, resources: {limits: {cpu: 1}}}]", true),
            ("containers: [{name: c, resources: {requests: {memory: 1}}}]", false),
            ("containers: [{name: c}], resources: {requests: {cpu: 1}}", true),
            ("containers: []", true),
        ] {
            assert_eq!(found(RULE, &scaled(spec, "v2", CPU)).is_empty(), is_well, "{spec}");
        }
    }

    #[test]
    fn init_containers_count_only_if_they_stay() {
        let init = |policy: &str| scaled(&format!("containers: [], initContainers: [{{name: i, {policy}}}]"), "v2", CPU);
        assert!(found(RULE, &init("")).is_empty());
        assert_eq!(found(RULE, &init("restartPolicy: Always")), ["0:/spec/template/spec/initContainers/0/resources/requests/cpu"]);
    }

    #[test]
    fn it_says_what_is_measured_and_by_whom() {
        let found = message(RULE, &scaled("containers: [{name: c}]", "v2", CPU));
        assert_eq!(
            found,
            "container `c` of Deployment `a` requests no `cpu`, of which HorizontalPodAutoscaler `s` measures the use"
        );
    }

    #[test]
    fn one_container_may_be_measured_alone() {
        let metrics = "metrics: [{type: ContainerResource, containerResource: {name: memory, container: b, \
            target: {type: Utilization, averageUtilization: 1}}}]";
        let yaml = scaled("containers: [{name: a}, {name: b}]", "v2", metrics);
        assert_eq!(found(RULE, &yaml), ["0:/spec/template/spec/containers/1/resources/requests/memory"]);
    }
}
