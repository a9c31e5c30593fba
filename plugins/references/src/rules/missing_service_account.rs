//! The service account of a pod is there.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::reader::Reader;
use crate::service_account;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "missing-service-account",
        title: "Pod runs as a service account that is there",
        help: include_str!("../../rules/missing-service-account.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for member in set.pods.iter() {
        let spec = member.pod.spec();
        // The old name counts only where the new one is missing (Kubernetes API, `PodSpec`).
        let places = ["serviceAccountName", "serviceAccount"].map(|key| spec.get(key));
        let named = places.iter().find(|place| reader.text(place).is_some_and(|name| !name.is_empty()));
        let Some((place, name)) = named.and_then(|place| Some((place, place.as_str()?))) else { continue };
        let object = member.object;
        if !service_account::exists(set, object.namespace, name) {
            let message = format!("{} runs as {}", object.label(), set.missing("", "ServiceAccount", object.namespace, name));
            reader.add(place, message, service_account::fix(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, found_with, message};

    const RULE: &str = "missing-service-account";

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: shop}}, spec: {{{spec}}}}}\n---\n")
    }

    #[test]
    fn the_new_name_of_the_member_wins_over_the_old_one() {
        assert_eq!(found(RULE, &pod("serviceAccount: old")), ["0:/spec/serviceAccount"]);
        assert_eq!(found(RULE, &pod("serviceAccount: old, serviceAccountName: new")), ["0:/spec/serviceAccountName"]);
        assert_eq!(found(RULE, &pod("serviceAccount: old, serviceAccountName: ''")), ["0:/spec/serviceAccount"]);
    }

    #[test]
    fn the_default_one_is_everywhere() {
        assert!(found(RULE, &pod("serviceAccountName: default")).is_empty());
        assert!(found(RULE, &pod("")).is_empty());
    }

    #[test]
    fn one_of_another_namespace_does_not_count() {
        let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: cart, namespace: other}}";
        let yaml = pod("serviceAccountName: cart") + account;
        assert_eq!(
            message(RULE, &yaml),
            "Pod `a` runs as ServiceAccount `cart`, which is not delivered with it in namespace `shop`; namespace `other` has one"
        );
        assert!(found(RULE, &yaml.replace("other", "shop")).is_empty());
        assert!(found_with(RULE, r#"{"externalServiceAccounts": ["cart"]}"#, &yaml).is_empty());
    }
}
