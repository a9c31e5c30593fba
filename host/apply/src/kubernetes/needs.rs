//! What an apply does at an API server, as permissions: the one place that knows, for whoever asks for them and whoever grants them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tollgate_core::document::ObjectIdentity;

use super::inventory::Place;
use super::kinds::Kinds;
use super::order::is_definition;

/// What an apply does with every object. A server-side apply is a patch, and a create where the object is not there.
const VERBS: [&str; 4] = ["create", "delete", "get", "patch"];

const ROLES: &str = "rbac.authorization.k8s.io";

/// What something is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    Inventory,
    Objects,
    Lists,
    Roles,
    Bindings,
    Autoscalers,
    Pods,
    StorageClasses,
    Reviews,
}

impl Purpose {
    /// For people.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Inventory => "The inventory of the target: what is its, and which attempt has it.",
            Self::Objects => {
                "Objects of recipes: looked at, applied (also as a dry run), and deleted once a recipe no longer has them."
            }
            Self::Lists => {
                "The same by lists, so that a few requests find what is unchanged; without it, each is asked for by itself."
            }
            Self::Roles => "Roles of recipes, which may grant what tollgate itself may not do: the gates see to what they say.",
            Self::Bindings => "The roles that bindings of recipes name.",
            Self::Autoscalers => "Autoscalers, to leave the number of replicas to them.",
            Self::Pods => "The pods of workloads, to say why one does not get ready.",
            Self::StorageClasses => "Classes of storage, to know whether a claim waits for its first pod.",
            Self::Reviews => "To say all that is missing at once, where something is refused.",
        }
    }

    /// Whether an apply fails without it. Roles may be granted by whoever may do all that they say, too.
    pub(super) const fn is_asked_for(self) -> bool {
        !matches!(self, Self::Lists | Self::Roles | Self::Bindings | Self::Reviews)
    }
}

/// A collection of objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Collection {
    /// Nothing: its objects are in none.
    pub(super) namespace: Option<String>,
    pub(super) group: String,
    /// `deployments`
    pub(super) resource: String,
}

impl Collection {
    fn new(namespace: Option<&str>, group: &str, resource: &str) -> Self {
        Self { namespace: namespace.map(str::to_owned), group: group.to_owned(), resource: resource.to_owned() }
    }

    pub(super) fn holds_secrets(&self) -> bool {
        self.group.is_empty() && self.resource == "secrets"
    }
}

impl std::fmt::Display for Collection {
    /// `deployments.apps in shop`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { namespace, group, resource } = self;
        write!(f, "{resource}")?;
        if !group.is_empty() {
            write!(f, ".{group}")?;
        }
        namespace.iter().try_for_each(|namespace| write!(f, " in {namespace}"))
    }
}

/// Something that is done with objects of a collection: with those of these names, or with any where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) all: BTreeMap<(Purpose, Collection, &'static str), BTreeSet<String>>,
}

impl Needs {
    /// What a target needs for itself, whatever it applies.
    pub(super) fn of_target(place: &Place) -> Self {
        let mut needs = Self::default();
        let inventory = Collection::new(Some(&place.namespace), "", "configmaps");
        needs.add(Purpose::Inventory, &inventory, "create", None);
        for verb in ["get", "update"] {
            needs.add(Purpose::Inventory, &inventory, verb, Some(&place.name));
        }
        let reviews = Collection::new(None, "authorization.k8s.io", "selfsubjectaccessreviews");
        needs.add(Purpose::Reviews, &reviews, "create", None);
        needs
    }

    /// What an object needs beside it.
    pub(super) fn add_object(&mut self, object: &Described<'_>) {
        let Described { collection, name, .. } = object;
        for verb in VERBS {
            self.add(Purpose::Objects, collection, verb, (verb != "create").then_some(name));
        }
        // Whoever may list Secrets may read all of them.
        if collection.namespace.is_some() && !collection.holds_secrets() {
            self.add(Purpose::Lists, collection, "list", None);
        }
        if collection.group == ROLES {
            self.add_role(object);
        }
        let Some(namespace) = collection.namespace.as_deref() else { return };
        if object.body.pointer("/spec/replicas").is_some() {
            let autoscalers = Collection::new(Some(namespace), "autoscaling", "horizontalpodautoscalers");
            self.add(Purpose::Autoscalers, &autoscalers, "list", None);
        }
        if object.body.pointer("/spec/selector/matchLabels").is_some() || object.body.pointer("/spec/template/spec").is_some() {
            self.add(Purpose::Pods, &Collection::new(Some(namespace), "", "pods"), "list", None);
        }
        if collection.group.is_empty() && collection.resource == "persistentvolumeclaims" {
            self.add(Purpose::StorageClasses, &Collection::new(None, "storage.k8s.io", "storageclasses"), "get", None);
        }
    }

    /// Who writes a role must hold all that it says, or may `escalate`; who writes a binding the same of the role it names, or `bind`.
    fn add_role(&mut self, object: &Described<'_>) {
        let Described { collection, name, body } = object;
        if matches!(collection.resource.as_str(), "roles" | "clusterroles") {
            self.add(Purpose::Roles, collection, "escalate", Some(name));
        }
        let text = |member: &str| body.pointer(&format!("/roleRef/{member}")).and_then(Value::as_str);
        if let (Some(kind), Some(name)) = (text("kind"), text("name")) {
            let resource = if kind == "ClusterRole" { "clusterroles" } else { "roles" };
            let named = Collection::new(collection.namespace.as_deref(), ROLES, resource);
            self.add(Purpose::Bindings, &named, "bind", Some(name));
        }
    }

    fn add(&mut self, purpose: Purpose, collection: &Collection, verb: &'static str, name: Option<&str>) {
        self.all.entry((purpose, collection.clone(), verb)).or_default().extend(name.map(str::to_owned));
    }
}

/// An object with its place at the API server.
pub(super) struct Described<'a> {
    pub(super) collection: Collection,
    pub(super) name: String,
    pub(super) body: &'a Value,
}

/// Where objects have their places: the kinds that the server has, and those that objects beside them define.
pub(super) struct Places<'a> {
    kinds: &'a Kinds,
    place: &'a Place,
    /// By group and kind: the plural, and whether it is in namespaces.
    defined: BTreeMap<(String, String), (String, bool)>,
}

impl<'a> Places<'a> {
    pub(super) fn new<'d>(
        kinds: &'a Kinds,
        place: &'a Place,
        objects: impl Iterator<Item = (&'d ObjectIdentity, &'d Value)>,
    ) -> Self {
        let defined = objects.filter(|(identity, _)| is_definition(identity)).filter_map(|(_, body)| {
            let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
            let plural = text("/spec/names/plural")?.to_owned();
            let key = (text("/spec/group")?.to_owned(), text("/spec/names/kind")?.to_owned());
            Some((key, (plural, text("/spec/scope") == Some("Namespaced"))))
        });
        Self { kinds, place, defined: defined.collect() }
    }

    /// An object at its place; nothing where nobody knows its kind.
    pub(super) fn find<'b>(&self, identity: &ObjectIdentity, body: &'b Value) -> Option<Described<'b>> {
        let key = (identity.group().to_owned(), identity.kind.clone());
        let (resource, is_namespaced) = match self.kinds.of_any_version(identity) {
            Some(kind) => (kind.plural().to_owned(), kind.is_namespaced),
            None => self.defined.get(&key)?.clone(),
        };
        let namespace = identity.namespace.clone().unwrap_or_else(|| self.place.namespace.clone());
        let collection = Collection { namespace: is_namespaced.then_some(namespace), group: key.0, resource };
        Some(Described { collection, name: identity.name.clone(), body })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_object(group: &str, resource: &str, namespace: Option<&str>, body: &Value) -> Vec<String> {
        let mut needs = Needs::default();
        let collection = Collection::new(namespace, group, resource);
        needs.add_object(&Described { collection, name: "cart".to_owned(), body });
        let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(",");
        let told = |((_, collection, verb), all): (&(Purpose, Collection, &str), &BTreeSet<String>)| {
            format!("{verb} {collection} [{}]", names(all))
        };
        let beside = |((purpose, ..), _): &(&(Purpose, Collection, &str), &BTreeSet<String>)| {
            !matches!(purpose, Purpose::Objects | Purpose::Lists)
        };
        needs.all.iter().filter(beside).map(told).collect()
    }

    #[test]
    fn everything_in_a_namespace_may_be_listed_but_secrets() {
        let is_listed = |resource: &str, namespace: Option<&str>| {
            let mut needs = Needs::default();
            let collection = Collection::new(namespace, "", resource);
            needs.add_object(&Described { collection, name: "cart".to_owned(), body: &json!({}) });
            needs.all.keys().any(|(purpose, _, verb)| *purpose == Purpose::Lists && *verb == "list")
        };
        assert!(is_listed("configmaps", Some("shop")) && !is_listed("secrets", Some("shop")) && !is_listed("namespaces", None));
    }

    #[test]
    fn what_is_counted_and_what_has_pods_is_looked_at_for_that() {
        let body = json!({"spec": {"replicas": 1, "selector": {"matchLabels": {"app": "cart"}}}});
        let expected = ["list horizontalpodautoscalers.autoscaling in shop []", "list pods in shop []"];
        assert_eq!(of_object("apps", "deployments", Some("shop"), &body), expected);
        assert_eq!(of_object("", "configmaps", Some("shop"), &json!({"data": {"replicas": "1"}})), [""; 0]);
    }

    #[test]
    fn a_claim_asks_what_class_it_is_of() {
        let of_claim = of_object("", "persistentvolumeclaims", Some("shop"), &json!({"spec": {}}));
        assert_eq!(of_claim, ["get storageclasses.storage.k8s.io []"]);
    }

    #[test]
    fn a_role_is_granted_by_its_own_name_and_a_binding_by_that_of_its_role() {
        assert_eq!(of_object(ROLES, "roles", Some("shop"), &json!({})), [format!("escalate roles.{ROLES} in shop [cart]")]);
        let binding = json!({"roleRef": {"kind": "ClusterRole", "name": "view"}});
        assert_eq!(of_object(ROLES, "rolebindings", Some("shop"), &binding), [format!("bind clusterroles.{ROLES} in shop [view]")]);
    }
}
