//! A route of the Gateway API sends to Services that are there.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::service_reference::{self, Port, ServiceReference};
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-gateway-route",
        title: "Route sends to a Service and port that are there",
        help: include_str!("../../rules/dangling-gateway-route.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

const KINDS: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// The ways to backends, mirrors included (Gateway API, `HTTPRouteRule`).
const BACKENDS: [&[&str]; 3] = [
    &["spec", "rules", "*", "backendRefs", "*"],
    &["spec", "rules", "*", "filters", "*", "requestMirror", "backendRef"],
    &["spec", "rules", "*", "backendRefs", "*", "filters", "*", "requestMirror", "backendRef"],
];

fn judge(set: &Set<'_>, reader: &Reader) {
    for route in KINDS.iter().flat_map(|kind| set.of_kind("gateway.networking.k8s.io", kind)) {
        for backend in BACKENDS.iter().flat_map(|way| reader.each(&route.root(), way)) {
            judge_backend(set, *route, &backend, reader);
        }
    }
}

fn judge_backend<'a>(set: &Set<'a>, route: Object<'a>, backend: &Node<'a>, reader: &Reader) {
    reader.object(backend);
    let group = reader.text(&backend.get("group")).unwrap_or_default();
    let kind = reader.text(&backend.get("kind")).unwrap_or("Service");
    let namespace = reader.text(&backend.get("namespace")).or(route.namespace);
    let is_beyond = namespace != route.namespace && namespace.is_none_or(|namespace| !set.has_namespace(namespace));
    if (group, kind) != ("", "Service") || is_beyond {
        return;
    }
    let port = backend.get("port");
    if !port.exists() {
        reader.add(&port, format!("{} names a Service without a port of it", route.label()), "Set the `port` of the backend");
    }
    let port = reader.number(&port).and_then(|_| Port::read(port, reader));
    let reference = ServiceReference { from: route, verb: "sends to", namespace, name: backend.get("name"), port };
    service_reference::judge(set, &reference, reader);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "dangling-gateway-route";

    fn route(kind: &str, backend: &str) -> String {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, metadata: {{name: web, namespace: shop}}, \
                spec: {{rules: [{{backendRefs: [{backend}]}}]}}}}"
        )
    }

    #[test]
    fn every_kind_of_route_is_judged() {
        for kind in super::KINDS {
            assert_eq!(found(RULE, &route(kind, "{name: cart, port: 80}")), ["0:/spec/rules/0/backendRefs/0/name"], "{kind}");
        }
    }

    #[test]
    fn a_namespace_of_which_nothing_is_delivered_is_left_to_others() {
        let yaml = route("HTTPRoute", "{name: cart, namespace: other, port: 80}");
        assert!(found(RULE, &yaml).is_empty());
        let with_namespace = format!("{yaml}\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: other}}}}");
        assert_eq!(
            message(RULE, &with_namespace),
            "HTTPRoute `web` sends to Service `cart`, which is not delivered with it in namespace `other`"
        );
    }

    #[test]
    fn a_backend_of_another_kind_is_not_judged() {
        assert!(found(RULE, &route("HTTPRoute", "{group: net.gke.io, kind: ServiceImport, name: cart, port: 80}")).is_empty());
    }

    #[test]
    fn mirrors_are_judged_and_a_port_is_needed() {
        let mirror = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web}, \
            spec: {rules: [{filters: [{requestMirror: {backendRef: {name: cart}}}]}]}}";
        let place = "0:/spec/rules/0/filters/0/requestMirror/backendRef";
        assert_eq!(found(RULE, mirror), [format!("{place}/port"), format!("{place}/name")]);
    }
}
