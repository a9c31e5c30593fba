//! A ServiceMonitor selects Services, and a PodMonitor pods, that are there.

use tollgate_sdk::selector::{Labelled, Labels};
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-monitor",
        title: "Monitor selects something that is there",
        help: include_str!("../../rules/dangling-monitor.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &[],
    },
    judge,
};

const GROUP: &str = "monitoring.coreos.com";
const FIX: &str = "Make `selector` equal to labels of what should be monitored, and name its namespace in `namespaceSelector`";

fn judge(set: &Set<'_>, reader: &Reader) {
    let monitors = set.of_kind(GROUP, "PodMonitor");
    monitors.iter().for_each(|monitor| judge_one(*monitor, "pod", &set.pods, reader));
    let monitors = set.of_kind(GROUP, "ServiceMonitor");
    if !monitors.is_empty() {
        let services = services(set);
        monitors.iter().for_each(|monitor| judge_one(*monitor, "Service", &services, reader));
    }
}

fn services<'a>(set: &Set<'a>) -> Labelled<'a, ()> {
    let mut services = Labelled::default();
    for service in set.of_kind("", "Service") {
        services.add(service.namespace, Labels::of(&service.root().walk(&["metadata", "labels"])), ());
    }
    services
}

fn judge_one<'a, T>(monitor: Object<'a>, noun: &str, things: &Labelled<'a, T>, reader: &Reader) {
    reader.object(&monitor.spec());
    let node = monitor.spec().get("selector");
    let Some(selector) = reader.selector(&node) else { return };
    let any = reader.find(&monitor.root(), &["spec", "namespaceSelector", "any"]).and_then(|any| reader.flag(&any));
    let names = reader.each(&monitor.root(), &["spec", "namespaceSelector", "matchNames", "*"]);
    let mut namespaces: Vec<_> = names.iter().filter_map(|name| reader.text(name)).map(Some).collect();
    if namespaces.is_empty() {
        namespaces.push(monitor.namespace);
    }
    let is_well = if any == Some(true) {
        things.first_namespace_with(&selector).is_some()
    } else {
        namespaces.iter().any(|namespace| things.any_in(*namespace, &selector))
    };
    if !is_well {
        let namespace = namespaces.first().copied().flatten().filter(|_| any != Some(true));
        reader.add(&node, format!("{} {}", monitor.label(), things.selects_nothing(noun, namespace, &selector)), FIX);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "dangling-monitor";

    fn monitor(kind: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: cart, namespace: shop, labels: {{app: cart}}}}}}\n---\n\
                {{apiVersion: v1, kind: Pod, metadata: {{name: cart, namespace: shop, labels: {{app: pod}}}}}}\n---\n\
                {{apiVersion: monitoring.coreos.com/v1, kind: {kind}, metadata: {{name: cart, namespace: watch}}, \
                spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn a_monitor_looks_into_its_own_namespace_unless_it_names_others() {
        let selector = "selector: {matchLabels: {app: cart}}";
        for (namespaces, is_well) in [
            ("", false),
            ("namespaceSelector: {matchNames: [shop]}", true),
            ("namespaceSelector: {matchNames: [a, shop]}", true),
            ("namespaceSelector: {matchNames: [a]}", false),
            ("namespaceSelector: {matchNames: []}", false),
            ("namespaceSelector: {any: true}", true),
            ("namespaceSelector: {any: false}", false),
        ] {
            assert_eq!(
                found(RULE, &monitor("ServiceMonitor", &format!("{selector}, {namespaces}"))).is_empty(),
                is_well,
                "{namespaces}"
            );
        }
    }

    #[test]
    fn services_are_found_by_their_own_labels_and_pods_by_theirs() {
        let everywhere = "namespaceSelector: {any: true}, selector: {matchLabels: {app: pod}}";
        assert!(found(RULE, &monitor("PodMonitor", everywhere)).is_empty());
        assert_eq!(
            message(RULE, &monitor("ServiceMonitor", everywhere)),
            "ServiceMonitor `cart` selects `app=pod`, which no Service has"
        );
    }

    #[test]
    fn an_empty_selector_selects_what_there_is() {
        assert!(found(RULE, &monitor("ServiceMonitor", "selector: {}, namespaceSelector: {matchNames: [shop]}")).is_empty());
        assert_eq!(found(RULE, &monitor("ServiceMonitor", "selector: {}")), ["2:/spec/selector"]);
    }
}
