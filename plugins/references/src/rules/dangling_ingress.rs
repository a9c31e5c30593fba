//! An Ingress sends to Services that are there.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::service_reference::{self, Port, ServiceReference};
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-ingress",
        title: "Ingress sends to a Service and port that are there",
        help: include_str!("../../rules/dangling-ingress.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for group in ["networking.k8s.io", "extensions"] {
        for ingress in set.of_kind(group, "Ingress") {
            let default = if is_beta(*ingress) { "backend" } else { "defaultBackend" };
            let mut backends = reader.each(&ingress.root(), &["spec", default]);
            backends.extend(reader.each(&ingress.root(), &["spec", "rules", "*", "http", "paths", "*", "backend"]));
            for reference in backends.iter().filter_map(|backend| reference(*ingress, backend, reader)) {
                service_reference::judge(set, &reference, reader);
            }
        }
    }
}

/// `v1beta1` writes a backend in another way.
fn is_beta(ingress: Object<'_>) -> bool {
    ingress.api_version().ends_with("beta1")
}

/// The Service that a backend names; nothing for one that is no Service.
fn reference<'a>(ingress: Object<'a>, backend: &Node<'a>, reader: &Reader) -> Option<ServiceReference<'a>> {
    reader.object(backend);
    if reader.find(backend, &["resource"]).is_some() {
        return None;
    }
    let (name, port) = if is_beta(ingress) {
        (backend.get("serviceName"), Port::read(backend.get("servicePort"), reader))
    } else {
        let service = backend.get("service");
        reader.object(&service);
        (service.get("name"), port(&service, reader))
    };
    let is_made_elsewhere = is_action(ingress, name.as_str(), port.as_ref());
    let reference = ServiceReference { from: ingress, verb: "sends to", namespace: ingress.namespace, name, port };
    (!is_made_elsewhere).then_some(reference)
}

fn port<'a>(service: &Node<'a>, reader: &Reader) -> Option<Port<'a>> {
    let port = service.get("port");
    reader.object(&port);
    let name = port.get("name");
    let by_name = reader.text(&name).is_some_and(|name| !name.is_empty());
    let place = if by_name { name } else { port.get("number") };
    if !place.exists() {
        reader.add(&place, "backend names a Service without a port of it", "Set the port's `number` or `name`");
    }
    Port::read(place, reader)
}

/// The AWS load balancer controller takes the name of a backend for one of its actions, which an annotation defines.
fn is_action(ingress: Object<'_>, name: Option<&str>, port: Option<&Port<'_>>) -> bool {
    let is_meant = port.and_then(|port| port.node.as_str()) == Some("use-annotation");
    let action = format!("alb.ingress.kubernetes.io/actions.{}", name.unwrap_or_default());
    let annotations = ingress.root().walk(&["metadata", "annotations"]);
    is_meant && annotations.members().any(|(name, _)| name == action)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, found_with, message};

    const RULE: &str = "dangling-ingress";
    const BACKEND: &str = "/spec/rules/0/http/paths/0/backend";

    fn ingress(backend: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, namespace: shop}}, \
                spec: {{rules: [{{http: {{paths: [{{backend: {backend}}}]}}}}]}}}}\n---\n"
        )
    }

    fn service(namespace: &str, spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Service, metadata: {{name: cart, namespace: {namespace}}}, spec: {{{spec}}}}}\n---\n")
    }

    #[test]
    fn a_port_is_found_by_number_or_by_name_and_not_by_the_other() {
        let service = service("shop", "ports: [{port: 80, name: http}, {port: 443}]");
        for (port, is_there) in
            [("number: 80", true), ("number: 443", true), ("name: http", true), ("number: 8080", false), ("name: https", false)]
        {
            let yaml = ingress(&format!("{{service: {{name: cart, port: {{{port}}}}}}}")) + &service;
            assert_eq!(found(RULE, &yaml).is_empty(), is_there, "{port}");
        }
        let yaml = ingress("{service: {name: cart, port: {number: 1}}}") + &service;
        assert_eq!(message(RULE, &yaml), "Ingress `web` sends to port 1 of Service `cart`, which has 80 (`http`), 443");
    }

    #[test]
    fn a_service_of_another_namespace_does_not_count_but_is_named() {
        let yaml = ingress("{service: {name: cart, port: {number: 80}}}") + &service("other", "ports: [{port: 80}]");
        assert_eq!(
            message(RULE, &yaml),
            "Ingress `web` sends to Service `cart`, which is not delivered with it in namespace `shop`; namespace `other` has one"
        );
    }

    #[test]
    fn a_backend_that_is_no_service_is_not_judged_and_one_that_is_nothing_is() {
        assert!(found(RULE, &ingress("{resource: {kind: Bucket, name: a}}")).is_empty());
        // As `v1beta1` wrote it: the API server refuses it in `v1`.
        let old = ingress("{serviceName: cart, servicePort: 80}");
        assert_eq!(found(RULE, &old), [format!("0:{BACKEND}/service/port/number"), format!("0:{BACKEND}/service/name")]);
        let service = service("shop", "ports: [{port: 80}]");
        assert!(found(RULE, &(old.replace("io/v1", "io/v1beta1") + &service)).is_empty());
    }

    #[test]
    fn a_name_that_is_served_elsewhere_needs_no_ports() {
        let yaml = ingress("{service: {name: cart, port: {number: 80}}}");
        assert!(found(RULE, &(yaml.clone() + &service("shop", "type: ExternalName, externalName: a.example.com"))).is_empty());
        assert_eq!(found(RULE, &(yaml + &service("shop", "clusterIP: None"))), [format!("0:{BACKEND}/service/port/number")]);
    }

    #[test]
    fn an_action_of_the_load_balancer_is_no_service() {
        let backend = "{service: {name: redirect, port: {name: use-annotation}}}";
        assert_eq!(found(RULE, &ingress(backend)).len(), 1);
        let annotated =
            ingress(backend).replace("{name: web", "{annotations: {alb.ingress.kubernetes.io/actions.redirect: '{}'}, name: web");
        assert!(found(RULE, &annotated).is_empty());
    }

    #[test]
    fn what_is_there_from_elsewhere_is_not_asked_for() {
        let yaml = ingress("{service: {name: cart, port: {number: 80}}}");
        assert!(found_with(RULE, r#"{"externalServices": ["shop/cart"]}"#, &yaml).is_empty());
        assert_eq!(found_with(RULE, r#"{"externalServices": ["other/*"]}"#, &yaml).len(), 1);
    }
}
