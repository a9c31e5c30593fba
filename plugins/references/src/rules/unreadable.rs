//! What all rules look at can be read: names, namespaces, labels, pods and the ports of Services.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "unreadable",
        title: "What others refer to can be read",
        help: include_str!("../../rules/unreadable.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for object in set.objects().iter().filter(|object| !object.is_well_named()) {
        for key in ["name", "namespace"] {
            reader.find(&object.root(), &["metadata", key]).and_then(|place| reader.text(&place));
        }
    }
    for member in set.pods.iter() {
        member.pod.unreadable().iter().for_each(|node| reader.unreadable(node));
        reader.object(&member.pod.metadata());
        reader.labels(&member.pod.metadata().get("labels"));
    }
    set.of_kind("", "Service").iter().for_each(|service| judge_service(*service, reader));
    for config in set.of_kind("", "ConfigMap") {
        ["data", "binaryData"].iter().for_each(|list| reader.object(&config.root().get(list)));
    }
}

fn judge_service(service: Object<'_>, reader: &Reader) {
    reader.labels(&service.root().walk(&["metadata", "labels"]));
    for port in reader.each(&service.root(), &["spec", "ports", "*"]) {
        reader.object(&port);
        reader.number(&port.get("port"));
        reader.text(&port.get("name"));
    }
    reader.text(&service.spec().get("type"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::found;

    const RULE: &str = "unreadable";

    #[test]
    fn names_and_namespaces_are_texts() {
        for (metadata, place) in [("x", ""), ("{name: 1}", "/name"), ("{namespace: [a]}", "/namespace")] {
            assert_eq!(
                found(RULE, &format!("{{apiVersion: v1, kind: Any, metadata: {metadata}}}")),
                [format!("0:/metadata{place}")]
            );
        }
        assert!(found(RULE, "{apiVersion: v1, kind: Any}").is_empty());
        assert!(found(RULE, "{apiVersion: v1, kind: Any, metadata: {name: null, namespace: null}}").is_empty());
    }

    #[test]
    fn pods_and_their_labels_are_objects() {
        for (pod, place) in [
            ("metadata: {labels: x}", "/metadata/labels"),
            ("metadata: {labels: {a: 1}}", "/metadata/labels/a"),
            ("spec: x", "/spec"),
            ("spec: {containers: {}}", "/spec/containers"),
            ("spec: {initContainers: [x]}", "/spec/initContainers/0"),
        ] {
            assert_eq!(found(RULE, &format!("{{apiVersion: v1, kind: Pod, {pod}}}")), [format!("0:{place}")]);
        }
    }

    #[test]
    fn services_and_config_maps_are_as_the_api_defines_them() {
        for (object, place) in [
            ("kind: Service, metadata: {labels: {a: true}}", "/metadata/labels/a"),
            ("kind: Service, spec: {type: 1}", "/spec/type"),
            ("kind: Service, spec: {ports: {}}", "/spec/ports"),
            ("kind: Service, spec: {ports: [80]}", "/spec/ports/0"),
            ("kind: Service, spec: {ports: [{port: '80'}]}", "/spec/ports/0/port"),
            ("kind: Service, spec: {ports: [{name: 80}]}", "/spec/ports/0/name"),
            ("kind: ConfigMap, data: [a]", "/data"),
            ("kind: ConfigMap, binaryData: a", "/binaryData"),
        ] {
            assert_eq!(found(RULE, &format!("{{apiVersion: v1, {object}}}")), [format!("0:{place}")]);
        }
    }
}
