//! The ConfigMaps, Secrets and claims that a pod needs are there.

use std::collections::BTreeSet;

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::config;
use crate::makers;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;
use crate::settings::is_external;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "missing-config",
        title: "Pod takes its configuration from what is there",
        help: include_str!("../../rules/missing-config.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

/// What the cluster puts into every namespace by itself: Kubernetes, and OpenShift.
const EVERYWHERE: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

fn judge(set: &Set<'_>, reader: &Reader) {
    let made = makers::secrets(set, reader);
    for member in set.pods.iter() {
        let mut told = BTreeSet::new();
        for reference in config::references(&member.pod, reader) {
            let who = format!("{} takes", member.object.label());
            let Some(name) = reader.required(&reference.name, &who, reference.kind) else { continue };
            let is_made = reference.kind == "Secret" && made.contains(&(member.object.namespace, name));
            let is_well = reference.is_optional || is_made || is_there(set, member.object, reference.kind, name);
            // One place is enough: a pod may take twenty variables from one ConfigMap.
            if !is_well && told.insert((reference.kind, name)) {
                let missing = set.missing("", reference.kind, member.object.namespace, name);
                reader.add(&reference.name, format!("{who} {missing}"), fix(reference.kind, name));
            }
        }
    }
}

fn is_there(set: &Set<'_>, object: Object<'_>, kind: &str, name: &str) -> bool {
    set.find("", kind, object.namespace, name).is_some()
        || is_external(&set.settings.external_config, object.namespace, name)
        || kind == "ConfigMap" && EVERYWHERE.contains(&name)
}

fn fix(kind: &str, name: &str) -> String {
    format!("Deliver the {kind} with it, or add `{name}` to the setting `externalConfig`")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, found_with, message};

    const RULE: &str = "missing-config";

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: shop}}, spec: {{{spec}}}}}\n---\n")
    }

    #[test]
    fn every_way_to_take_something_is_seen() {
        let container = "env: [{valueFrom: {configMapKeyRef: {name: a, key: k}}}, {valueFrom: {secretKeyRef: {name: b, \
            key: k}}}], envFrom: [{configMapRef: {name: c}}, {secretRef: {name: d}}]";
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            let places = [
                "env/0/valueFrom/configMapKeyRef",
                "env/1/valueFrom/secretKeyRef",
                "envFrom/0/configMapRef",
                "envFrom/1/secretRef",
            ];
            let expected = places.map(|place| format!("0:/spec/{list}/0/{place}/name"));
            assert_eq!(found(RULE, &pod(&format!("{list}: [{{{container}}}]"))), expected, "{list}");
        }
        let volumes = "{configMap: {name: a}}, {secret: {secretName: b}}, {persistentVolumeClaim: {claimName: c}}, \
            {projected: {sources: [{configMap: {name: d}}, {secret: {name: e}}]}}";
        let spec = format!("volumes: [{volumes}], imagePullSecrets: [{{name: f}}]");
        let places = [
            "volumes/0/configMap/name",
            "volumes/1/secret/secretName",
            "volumes/3/projected/sources/0/configMap/name",
            "volumes/3/projected/sources/1/secret/name",
            "volumes/2/persistentVolumeClaim/claimName",
            "imagePullSecrets/0/name",
        ];
        assert_eq!(found(RULE, &pod(&spec)), places.map(|place| format!("0:/spec/{place}")));
    }

    #[test]
    fn what_is_optional_may_be_missing() {
        let optional = |value: &str| pod(&format!("volumes: [{{configMap: {{name: a, optional: {value}}}}}]"));
        assert!(found(RULE, &optional("true")).is_empty());
        assert_eq!(found(RULE, &optional("false")), ["0:/spec/volumes/0/configMap/name"]);
        assert_eq!(found(RULE, &optional("'true'")), ["0:/spec/volumes/0/configMap/optional", "0:/spec/volumes/0/configMap/name"]);
    }

    #[test]
    fn one_thing_is_told_once_for_a_pod() {
        let variable = "{valueFrom: {configMapKeyRef: {name: a, key: k}}}";
        let yaml = pod(&format!("containers: [{{env: [{variable}, {variable}]}}, {{env: [{variable}]}}]"));
        assert_eq!(message(RULE, &yaml), "Pod `a` takes ConfigMap `a`, which is not delivered with it in namespace `shop`");
    }

    #[test]
    fn a_config_map_is_no_secret_and_one_of_another_namespace_is_another() {
        let yaml = pod("imagePullSecrets: [{name: a}]");
        let object = |kind: &str, namespace: &str| {
            format!("{{apiVersion: v1, kind: {kind}, metadata: {{name: a, namespace: {namespace}}}}}")
        };
        assert_eq!(found(RULE, &(yaml.clone() + &object("ConfigMap", "shop"))).len(), 1);
        assert_eq!(found(RULE, &(yaml.clone() + &object("Secret", "other"))).len(), 1);
        assert!(found(RULE, &(yaml.clone() + &object("Secret", "shop"))).is_empty());
        assert!(found_with(RULE, r#"{"externalConfig": ["shop/a"]}"#, &yaml).is_empty());
    }

    #[test]
    fn what_operators_make_will_be_there() {
        let yaml = pod("imagePullSecrets: [{name: a}]");
        for maker in [
            "apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: a, namespace: shop}",
            "apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: x, namespace: shop}, \
                spec: {target: {name: a}}",
            "apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: x, namespace: shop}, spec: {secretName: a}",
            "apiVersion: secrets-store.csi.x-k8s.io/v1, kind: SecretProviderClass, metadata: {name: x, namespace: shop}, \
                spec: {secretObjects: [{secretName: b}, {secretName: a}]}",
        ] {
            assert!(found(RULE, &format!("{yaml}{{{maker}}}")).is_empty(), "{maker}");
            assert_eq!(found(RULE, &format!("{yaml}{{{}}}", maker.replace("shop", "other"))).len(), 1, "{maker}");
        }
        let named_otherwise = "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a, \
            namespace: shop}, spec: {target: {name: b}}}";
        assert_eq!(found(RULE, &(yaml + named_otherwise)).len(), 1);
    }

    #[test]
    fn what_the_cluster_puts_everywhere_is_there() {
        assert!(found(RULE, &pod("volumes: [{projected: {sources: [{configMap: {name: kube-root-ca.crt}}]}}]")).is_empty());
        assert_eq!(found(RULE, &pod("volumes: [{secret: {secretName: kube-root-ca.crt}}]")).len(), 1);
    }
}
