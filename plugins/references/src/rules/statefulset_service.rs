//! A StatefulSet gives its pods names by a headless Service that is there.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;
use crate::settings::is_external;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "statefulset-service",
        title: "StatefulSet names a headless Service of its own pods",
        help: include_str!("../../rules/statefulset-service.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

const FIX: &str = "Name a Service with `clusterIP: None` that selects the pods of the StatefulSet";

fn judge(set: &Set<'_>, reader: &Reader) {
    for workload in set.of_kind("apps", "StatefulSet") {
        let Some(place) = reader.find(&workload.root(), &["spec", "serviceName"]) else { continue };
        let Some(name) = reader.text(&place).filter(|name| !name.is_empty()) else { continue };
        if is_external(&set.settings.external_services, workload.namespace, name) {
            continue;
        }
        let who = format!("{} takes the names of its pods from", workload.label());
        match set.find("", "Service", workload.namespace, name) {
            Some(service) => judge_service(set, *workload, service, reader),
            None => {
                let message = format!("{who} {}", set.missing("", "Service", workload.namespace, name));
                reader.add_at(
                    Level::Warn,
                    &place,
                    message,
                    "Deliver the headless Service with it, or add it to the setting `externalServices`",
                );
            }
        }
    }
}

fn judge_service<'a>(set: &Set<'a>, workload: Object<'a>, service: Object<'a>, reader: &Reader) {
    let place = workload.spec().get("serviceName");
    let who = format!("{} takes the names of its pods from {}", workload.label(), service.label());
    let address = service.spec().get("clusterIP");
    if reader.text(&address) != Some("None") {
        return reader.add(&place, format!("{who}, which is not headless"), FIX);
    }
    let selector = reader.labels(&service.spec().get("selector"));
    let labels = set.own_pod(workload).and_then(|(position, _)| set.pods.labels(position));
    if !selector.is_empty() && labels.is_some_and(|labels| !selector.are_among(labels)) {
        reader.add(&place, format!("{who}, which selects {selector} and not these pods"), FIX);
    }
}

#[cfg(test)]
mod tests {
    use crate::References;
    use crate::rules::testing::{found, found_with, message};
    use tollgate_sdk::{Level, testing};

    const RULE: &str = "statefulset-service";
    const STATEFUL: &str = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: db, \
        template: {metadata: {labels: {app: db}}, spec: {containers: []}}}}\n---\n";

    fn service(spec: &str) -> String {
        format!("{STATEFUL}{{apiVersion: v1, kind: Service, metadata: {{name: db}}, spec: {{{spec}}}}}")
    }

    #[test]
    fn the_service_must_be_headless_and_select_the_pods() {
        assert!(found(RULE, &service("clusterIP: None, selector: {app: db}")).is_empty());
        assert!(found(RULE, &service("clusterIP: None")).is_empty(), "endpoints by hand");
        assert_eq!(
            message(RULE, &service("selector: {app: db}")),
            "StatefulSet `db` takes the names of its pods from Service `db`, which is not headless"
        );
        assert_eq!(
            message(RULE, &service("clusterIP: None, selector: {app: x}")),
            "StatefulSet `db` takes the names of its pods from Service `db`, which selects `app=x` and not these pods"
        );
    }

    #[test]
    fn one_that_is_not_there_may_come_from_elsewhere() {
        let findings = testing::check::<References>("{}", STATEFUL);
        let finding = findings.iter().find(|finding| finding.rule() == RULE).unwrap();
        assert_eq!((finding.pointer(), finding.level()), ("/spec/serviceName", Level::Warn));
        assert!(found_with(RULE, r#"{"externalServices": ["db"]}"#, STATEFUL).is_empty());
        assert!(found(RULE, &STATEFUL.replace("serviceName: db, ", "")).is_empty());
    }
}
