//! A Service sends to ports that its pods have.

use tollgate_sdk::selector::LabelSelector;
use tollgate_sdk::workload::Pod;
use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::running::running;
use crate::service_reference::{Port, PortName};
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "service-port",
        title: "Service sends to a port that its pods have",
        help: include_str!("../../rules/service-port.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    let declared: Vec<_> = set.pods.iter().map(|member| Declared::of(&member.pod, reader)).collect();
    for service in set.of_kind("", "Service") {
        let is_elsewhere =
            reader.find(&service.root(), &["spec", "type"]).and_then(|node| reader.text(&node)) == Some("ExternalName");
        let selector = reader.labels(&service.spec().get("selector"));
        if is_elsewhere || selector.is_empty() {
            continue;
        }
        let selector = LabelSelector::having(selector);
        let selected = set.pods.selected(service.namespace, &selector);
        let pods: Vec<_> = selected.filter_map(|(position, _)| declared.get(position)).collect();
        for port in reader.each(&service.root(), &["spec", "ports", "*"]).iter().filter(|_| !pods.is_empty()) {
            judge_port(*service, port, &pods, reader);
        }
    }
}

fn judge_port<'a>(service: Object<'a>, port: &Node<'a>, pods: &[&Declared<'a>], reader: &Reader) {
    reader.object(port);
    let target = port.get("targetPort");
    let protocol = reader.text(&port.get("protocol")).unwrap_or(TCP);
    // The number of the Service's port is the default.
    let place = if target.exists() { target } else { port.get("port") };
    let Some(Port { node, name }) = Port::read(place, reader) else { return };
    if pods.iter().any(|pod| pod.has(name, protocol)) {
        return;
    }
    let start = format!("{} sends to {protocol} port {} of its pods", service.label(), name.quoted());
    if matches!(name, PortName::Name(_)) {
        let message = format!("{start}, which none of their containers has");
        reader.add(&node, message, "Set `targetPort` to the name or the number of a port of the containers");
    } else {
        let message = format!("{start}, which none of their containers declares");
        reader.add_at(Level::Note, &node, message, "Declare the port in the container, or correct `targetPort`");
    }
}

const TCP: &str = "TCP";

/// The ports that a pod's containers declare, with their protocols.
struct Declared<'a> {
    ports: Vec<(PortName<'a>, &'a str)>,
}

impl<'a> Declared<'a> {
    fn of(pod: &Pod<'a>, reader: &Reader) -> Self {
        let mut ports = Vec::new();
        for port in running(pod, reader).iter().flat_map(|container| reader.each(container, &["ports", "*"])) {
            reader.object(&port);
            let protocol = reader.text(&port.get("protocol")).unwrap_or(TCP);
            ports.extend(reader.text(&port.get("name")).map(|name| (PortName::Name(name), protocol)));
            ports.extend(reader.number(&port.get("containerPort")).map(|number| (PortName::Number(number), protocol)));
        }
        Self { ports }
    }

    fn has(&self, name: PortName<'a>, protocol: &'a str) -> bool {
        self.ports.contains(&(name, protocol))
    }
}

#[cfg(test)]
mod tests {
    use crate::References;
    use crate::rules::testing::{found, message};
    use tollgate_sdk::{Level, testing};

    const RULE: &str = "service-port";

    fn set(port: &str, containers: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: s}}, spec: {{selector: {{app: a}}, \
                ports: [{{{port}}}]}}}}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: p, labels: {{app: a}}}}, \
                spec: {{{containers}}}}}\n---\n"
        )
    }

    const DECLARED: &str =
        "containers: [{name: c}, {ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]}]";

    fn level(port: &str) -> Option<Level> {
        let findings = testing::check::<References>("{}", &set(port, DECLARED));
        findings.iter().find(|finding| finding.rule() == RULE).map(tollgate_sdk::Finding::level)
    }

    #[test]
    fn a_name_must_be_there_and_a_number_should_be_declared() {
        for (port, expected) in [
            ("port: 80, targetPort: http", None),
            ("port: 80, targetPort: 8080", None),
            ("port: 8080", None),
            ("port: 53, targetPort: dns, protocol: UDP", None),
            ("port: 53, targetPort: dns", Some(Level::Deny)),
            ("port: 80, targetPort: web", Some(Level::Deny)),
            ("port: 80, targetPort: 81", Some(Level::Note)),
            ("port: 80", Some(Level::Note)),
        ] {
            assert_eq!(level(port), expected, "{port}");
        }
    }

    #[test]
    fn the_place_is_where_the_port_is_said() {
        assert_eq!(found(RULE, &set("port: 80, targetPort: web", DECLARED)), ["0:/spec/ports/0/targetPort"]);
        assert_eq!(found(RULE, &set("port: 80", DECLARED)), ["0:/spec/ports/0/port"]);
        assert_eq!(
            message(RULE, &set("port: 80, targetPort: web", DECLARED)),
            "Service `s` sends to TCP port `web` of its pods, which none of their containers has"
        );
    }

    #[test]
    fn one_pod_of_several_that_has_it_is_enough() {
        let other = "{apiVersion: v1, kind: Pod, metadata: {name: q, labels: {app: a}}, \
            spec: {containers: [{ports: [{name: web, containerPort: 1}]}]}}";
        assert!(found(RULE, &(set("port: 80, targetPort: web", DECLARED) + other)).is_empty());
    }

    #[test]
    fn a_service_without_pods_is_another_rules_matter() {
        assert!(
            found(RULE, &set("port: 80, targetPort: web", DECLARED).replace("labels: {app: a}", "labels: {app: b}")).is_empty()
        );
        assert!(found(RULE, &set("port: 80, targetPort: web", DECLARED).replace("selector: {app: a}", "selector: {}")).is_empty());
        let elsewhere = set("port: 80, targetPort: web", DECLARED).replace("{selector", "{type: ExternalName, selector");
        assert!(found(RULE, &elsewhere).is_empty());
    }

    #[test]
    fn an_init_container_that_stays_has_ports() {
        let containers =
            |policy: &str| format!("containers: [], initContainers: [{{{policy} ports: [{{name: web, containerPort: 1}}]}}]");
        assert!(found(RULE, &set("port: 80, targetPort: web", &containers("restartPolicy: Always,"))).is_empty());
        assert_eq!(found(RULE, &set("port: 80, targetPort: web", &containers(""))).len(), 1);
    }
}
