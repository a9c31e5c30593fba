//! What the API server calls is there.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::service_reference::{self, Port, PortName, ServiceReference};
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "webhook-service",
        title: "Webhook calls a Service that is there",
        help: include_str!("../../rules/webhook-service.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

/// Group, kind, and the way to the Service that the API server calls.
const CALLERS: [(&str, &str, &[&str]); 4] = [
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", &["webhooks", "*", "clientConfig", "service"]),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", &["webhooks", "*", "clientConfig", "service"]),
    ("apiregistration.k8s.io", "APIService", &["spec", "service"]),
    ("apiextensions.k8s.io", "CustomResourceDefinition", &["spec", "conversion", "webhook", "clientConfig", "service"]),
];

/// The port that is called where none is said (Kubernetes API, `ServiceReference`).
const HTTPS: i64 = 443;

fn judge(set: &Set<'_>, reader: &Reader) {
    for (group, kind, way) in CALLERS {
        for caller in set.of_kind(group, kind) {
            for service in reader.each(&caller.root(), way) {
                judge_service(set, *caller, &service, reader);
            }
        }
    }
}

fn judge_service<'a>(set: &Set<'a>, caller: Object<'a>, service: &Node<'a>, reader: &Reader) {
    reader.object(service);
    let who = format!("{} calls", caller.label());
    let namespace = reader.required(&service.get("namespace"), &who, "a Service's namespace");
    let place = service.get("port");
    let port = reader.number(&place).or((!place.exists()).then_some(HTTPS));
    let Some(namespace) = namespace.filter(|namespace| set.has_namespace(namespace)) else { return };
    let port = port.map(|number| Port { node: place, name: PortName::Number(number) });
    let reference = ServiceReference { from: caller, verb: "calls", namespace: Some(namespace), name: service.get("name"), port };
    service_reference::judge(set, &reference, reader);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "webhook-service";
    const SERVICE: &str =
        "\n---\n{apiVersion: v1, kind: Service, metadata: {name: SERVICE, namespace: guard}, spec: {ports: [{port: 443}]}}";

    fn callers(service: &str) -> Vec<String> {
        let client = format!("clientConfig: {{service: {{{service}}}}}");
        vec![
            format!(
                "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {{name: w}}, \
                    webhooks: [{{{client}}}]}}"
            ),
            format!(
                "{{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {{name: w}}, \
                    webhooks: [{{{client}}}]}}"
            ),
            format!(
                "{{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {{name: w}}, \
                    spec: {{service: {{{service}}}}}}}"
            ),
            format!(
                "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: w}}, \
                    spec: {{conversion: {{webhook: {{{client}}}}}}}}}"
            ),
        ]
    }

    #[test]
    fn every_caller_is_judged_in_namespaces_of_the_set() {
        for caller in callers("namespace: guard, name: hook") {
            assert!(found(RULE, &caller).is_empty(), "the namespace is somebody else's: {caller}");
            assert!(found(RULE, &(caller.clone() + &SERVICE.replace("SERVICE", "hook"))).is_empty(), "{caller}");
            let found = message(RULE, &(caller.clone() + &SERVICE.replace("SERVICE", "other")));
            assert!(found.ends_with("calls Service `hook`, which is not delivered with it in namespace `guard`"), "{found}");
        }
    }

    #[test]
    fn the_port_is_that_of_https_unless_another_is_said() {
        let service = SERVICE.replace("SERVICE", "hook");
        for caller in callers("namespace: guard, name: hook, port: 8443") {
            assert_eq!(found(RULE, &(caller.clone() + &service)).len(), 1, "{caller}");
            assert!(found(RULE, &(caller + &service.replace("443}", "8443}"))).is_empty());
        }
        assert_eq!(found(RULE, &(callers("namespace: guard, name: hook")[0].clone() + &service.replace("443}", "80}"))).len(), 1);
    }

    #[test]
    fn a_webhook_by_address_and_an_api_of_the_server_itself_are_not_judged() {
        let address = "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, \
            metadata: {name: w}, webhooks: [{clientConfig: {url: 'https://a.example.com'}}]}";
        let local = "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.apps}, spec: {service: null}}";
        assert!(found(RULE, &format!("{address}\n---\n{local}")).is_empty());
    }
}
