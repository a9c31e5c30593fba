//! The keys that a pod takes from a ConfigMap are in it.

use std::collections::BTreeSet;

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::config::{self, ConfigReference};
use crate::object::Object;
use crate::reader::Reader;
use crate::set::{Member, Set};

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "missing-config-key",
        title: "Pod takes keys that its ConfigMap has",
        help: include_str!("../../rules/missing-config-key.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    set.pods.iter().for_each(|member| judge_pod(set, member, reader));
}

fn judge_pod<'a>(set: &Set<'a>, member: &Member<'a>, reader: &Reader) {
    let mut told = BTreeSet::new();
    for reference in config::references(&member.pod, reader) {
        let Some(config) = config_map(set, member.object, &reference) else { continue };
        for place in &reference.keys {
            let Some(key) = reader.text(place).filter(|key| !has_key(config, key)) else { continue };
            if told.insert((config.name, key)) {
                let message = format!("{} takes key `{key}` of {}, which has no such key", member.object.label(), config.label());
                reader.add(place, message, "Name a key of the ConfigMap, or add the key to it");
            }
        }
    }
}

/// The ConfigMap of the set that must have the keys of a reference. What is in a Secret is withheld, so nobody knows its keys.
fn config_map<'a>(set: &Set<'a>, object: Object<'a>, reference: &ConfigReference<'a>) -> Option<Object<'a>> {
    let is_judged = reference.kind == "ConfigMap" && !reference.is_optional;
    set.find("", "ConfigMap", object.namespace, reference.name.as_str().filter(|_| is_judged)?)
}

fn has_key<'a>(config: Object<'a>, key: &'a str) -> bool {
    ["data", "binaryData"].iter().any(|list| config.root().get(list).get(key).value().is_some())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "missing-config-key";
    const CONFIG: &str =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {text: x, empty: ''}, binaryData: {bytes: eA==}}\n---\n";

    fn pod(spec: &str) -> String {
        format!("{CONFIG}{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{{spec}}}}}")
    }

    fn variable(reference: &str) -> String {
        pod(&format!("containers: [{{env: [{{valueFrom: {{configMapKeyRef: {{{reference}}}}}}}]}}]"))
    }

    #[test]
    fn keys_of_both_kinds_of_data_are_there() {
        for key in ["text", "empty", "bytes"] {
            assert!(found(RULE, &variable(&format!("name: a, key: {key}"))).is_empty(), "{key}");
        }
        assert_eq!(
            message(RULE, &variable("name: a, key: Text")),
            "Pod `p` takes key `Text` of ConfigMap `a`, which has no such key"
        );
    }

    #[test]
    fn an_optional_key_may_be_missing_and_a_missing_config_map_is_another_matter() {
        assert!(found(RULE, &variable("name: a, key: gone, optional: true")).is_empty());
        assert!(found(RULE, &variable("name: gone, key: text")).is_empty());
    }

    #[test]
    fn items_of_volumes_are_keys() {
        let items = "items: [{key: text, path: a}, {key: gone, path: b}]";
        let volumes = format!(
            "volumes: [{{configMap: {{name: a, {items}}}}}, {{projected: {{sources: [{{configMap: {{name: a, \
                items: [{{key: far}}]}}}}]}}}}]"
        );
        assert_eq!(
            found(RULE, &pod(&volumes)),
            ["1:/spec/volumes/0/configMap/items/1/key", "1:/spec/volumes/1/projected/sources/0/configMap/items/0/key"]
        );
    }
}
