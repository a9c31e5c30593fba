//! No object is there twice.

use tollgate_sdk::selector::in_namespace;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "duplicate-object",
        title: "Object is there once",
        help: include_str!("../../rules/duplicate-object.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for object in set.objects() {
        // What has no name gets one of its own from the API server.
        let first = set.find(object.group(), object.kind(), object.namespace, object.name).filter(|_| !object.name.is_empty());
        if let Some(first) = first.filter(|first| first.id() != object.id()) {
            let place = in_namespace(object.namespace);
            let message = format!("{}{place} is there twice; the first is in `{}`", object.label(), first.file());
            reader.add(&object.root().walk(&["metadata", "name"]), message, "Remove one of the two, or rename it");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "duplicate-object";

    fn objects(all: &[&str]) -> String {
        all.iter().map(|object| format!("{{{object}}}")).collect::<Vec<_>>().join("\n---\n")
    }

    const CART: &str = "apiVersion: apps/v1, kind: Deployment, metadata: {name: cart}";

    #[test]
    fn every_one_after_the_first_is_found_whatever_its_version() {
        let yaml = objects(&[CART, &CART.replace("v1", "v1beta2"), CART]);
        assert_eq!(found(RULE, &yaml), ["1:/metadata/name", "2:/metadata/name"]);
        assert_eq!(message(RULE, &objects(&[CART, CART])), "Deployment `cart` is there twice; the first is in `case.yaml`");
    }

    #[test]
    fn group_kind_namespace_and_name_make_another_object() {
        let others = [("apps/v1", "v1"), ("Deployment", "StatefulSet"), ("{name", "{namespace: shop, name"), ("cart", "mail")];
        for (from, to) in others {
            assert!(found(RULE, &objects(&[CART, &CART.replace(from, to)])).is_empty(), "{to}");
        }
        let generated = "apiVersion: batch/v1, kind: Job, metadata: {generateName: a-}";
        assert!(found(RULE, &objects(&[generated, generated])).is_empty());
    }
}
