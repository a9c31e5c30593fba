//! In which order objects are applied: first what others need. They are deleted the other way round.
//!
//! An object comes after its Namespace, a custom object after its definition, and anything after what its annotation
//! `config.kubernetes.io/depends-on` names. Of what is left, kinds come in the order in which they need each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tollgate_core::document::ObjectIdentity;

/// Names objects that must be there before, as kpt and Config Sync have it: `GROUP/namespaces/NAMESPACE/KIND/NAME` or
/// `GROUP/KIND/NAME`, several joined by commas.
pub(super) const DEPENDS_ON: &str = "config.kubernetes.io/depends-on";

/// An object, as the API server tells it from others: whatever its version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    pub(super) group: String,
    pub(super) kind: String,
    /// Nothing for what belongs to no namespace.
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl Id {
    pub(super) fn of(identity: &ObjectIdentity) -> Self {
        let (kind, namespace, name) = (identity.kind.clone(), identity.namespace.clone(), identity.name.clone());
        Self { group: identity.group().to_owned(), kind, namespace, name }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// Why there is no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoOrder {
    #[error("`{of}` depends on `{text}`, which names no object; write `GROUP/namespaces/NAMESPACE/KIND/NAME` or `GROUP/KIND/NAME`")]
    Unreadable { of: Box<Id>, text: String },
    #[error("`{of}` depends on `{on}`, which is not part of what is applied")]
    Absent { of: Box<Id>, on: Box<Id> },
    #[error("{} need each other, so that none can come first", listed(.0))]
    Cycle(Vec<Id>),
}

fn listed(ids: &[Id]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and ")
}

/// Sorts objects into layers: all of one may be applied at the same time, once those of the layers before are there. Each is given
/// by its identity, with the namespace that it gets, and its body.
pub(super) fn layers(objects: &[(ObjectIdentity, &Value)]) -> Result<Vec<Vec<usize>>, NoOrder> {
    let ids: Vec<Id> = objects.iter().map(|(identity, _)| Id::of(identity)).collect();
    let places: BTreeMap<&Id, usize> = ids.iter().enumerate().map(|(place, id)| (id, place)).collect();
    let kinds = defined_kinds(objects);
    let mut before: Vec<BTreeSet<usize>> = Vec::with_capacity(objects.len());
    for ((_, body), id) in objects.iter().zip(&ids) {
        let mut needs: BTreeSet<usize> = depends_on(id, body, &places)?.into_iter().collect();
        needs.extend(kinds.get(&(id.group.as_str(), id.kind.as_str())));
        needs.extend(namespace(id).as_ref().and_then(|namespace| places.get(namespace)));
        before.push(needs);
    }
    in_layers(&ids, &before)
}

/// The order in which live objects are deleted: first what needs others, custom objects before any definition of their group. Each is
/// given with what it [names](named). What is not among them is waited for by nobody, and where some need each other, kinds alone decide.
pub(super) fn layers_of_deletion(objects: &[(&ObjectIdentity, &[Id])]) -> Vec<Vec<usize>> {
    let ids: Vec<Id> = objects.iter().map(|(identity, _)| Id::of(identity)).collect();
    let places: BTreeMap<&Id, usize> = ids.iter().enumerate().map(|(place, id)| (id, place)).collect();
    let place = |id: &Id| places.get(id).copied();
    let definitions: Vec<usize> = (0..ids.len()).filter(|place| is_definition(objects[*place].0)).collect();
    let defined = |id: &Id| definitions.iter().copied().filter(|place| defines(&ids[*place], id)).collect::<Vec<usize>>();
    let around = |id: &Id| namespace(id).as_ref().and_then(place).into_iter().chain(defined(id));
    let by_kind: Vec<BTreeSet<usize>> = ids.iter().map(|id| around(id).collect()).collect();
    let by_name: Vec<BTreeSet<usize>> =
        objects.iter().zip(&ids).map(|((_, needs), id)| needs.iter().filter_map(place).chain(around(id)).collect()).collect();
    // Namespaces and definitions need nothing, so that by kinds there always is an order.
    let layers = in_layers(&ids, &by_name).or_else(|_| in_layers(&ids, &by_kind));
    let mut layers = layers.unwrap_or_else(|_| vec![(0..ids.len()).collect()]);
    layers.reverse();
    layers
}

/// The places of the definitions of custom kinds, by group and kind.
fn defined_kinds<'a>(objects: &[(ObjectIdentity, &'a Value)]) -> BTreeMap<(&'a str, &'a str), usize> {
    let text = |body: &'a Value, pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let defined = objects.iter().enumerate().filter(|(_, (identity, _))| is_definition(identity));
    defined.filter_map(|(place, (_, body))| Some(((text(body, "/spec/group")?, text(body, "/spec/names/kind")?), place))).collect()
}

pub(super) fn is_definition(identity: &ObjectIdentity) -> bool {
    identity.kind == "CustomResourceDefinition" && identity.group() == "apiextensions.k8s.io"
}

/// Whether a definition is of the group of an object: it is called by its plural and its group.
fn defines(definition: &Id, id: &Id) -> bool {
    definition.name.split_once('.').is_some_and(|(_, group)| group == id.group)
}

fn namespace(id: &Id) -> Option<Id> {
    let name = id.namespace.clone()?;
    Some(Id { group: String::new(), kind: "Namespace".to_owned(), namespace: None, name })
}

fn depends_on(id: &Id, body: &Value, places: &BTreeMap<&Id, usize>) -> Result<Vec<usize>, NoOrder> {
    let one = |text: &str| {
        let on = read(text).ok_or_else(|| NoOrder::Unreadable { of: Box::new(id.clone()), text: text.to_owned() })?;
        places.get(&on).copied().ok_or_else(|| NoOrder::Absent { of: Box::new(id.clone()), on: Box::new(on.clone()) })
    };
    annotated(body).map(one).collect()
}

/// What a live object says that it depends on. What nobody can read keeps nobody from being deleted.
pub(super) fn named(body: &Value) -> Vec<Id> {
    annotated(body).filter_map(read).collect()
}

fn annotated(body: &Value) -> impl Iterator<Item = &str> {
    let annotations = body.pointer("/metadata/annotations");
    let text = annotations.and_then(|annotations| annotations.get(DEPENDS_ON)).and_then(Value::as_str);
    text.into_iter().flat_map(|text| text.split(',')).map(str::trim)
}

fn read(text: &str) -> Option<Id> {
    let steps: Vec<&str> = text.split('/').collect();
    let (group, namespace, kind, name) = match steps.as_slice() {
        [group, "namespaces", namespace, kind, name] => (group, Some((*namespace).to_owned()), kind, name),
        [group, kind, name] => (group, None, kind, name),
        _ => return None,
    };
    let is_whole = !kind.is_empty() && !name.is_empty() && namespace.as_ref().is_none_or(|namespace| !namespace.is_empty());
    is_whole.then(|| Id { group: (*group).to_owned(), kind: (*kind).to_owned(), namespace, name: (*name).to_owned() })
}

/// Layer after layer: of all whose needs are met, those of the lowest rank.
fn in_layers(ids: &[Id], before: &[BTreeSet<usize>]) -> Result<Vec<Vec<usize>>, NoOrder> {
    let mut left: BTreeSet<usize> = (0..ids.len()).collect();
    let mut layers = Vec::new();
    while !left.is_empty() {
        let ready = left.iter().copied().filter(|place| before[*place].is_disjoint(&left));
        let ready: Vec<(u8, usize)> = ready.map(|place| (rank(&ids[place]), place)).collect();
        let Some(lowest) = ready.iter().map(|(rank, _)| *rank).min() else {
            return Err(NoOrder::Cycle(cycle(ids, before, &left)));
        };
        let mut layer: Vec<usize> = ready.into_iter().filter(|(rank, _)| *rank == lowest).map(|(_, place)| place).collect();
        layer.sort_by(|a, b| ids[*a].cmp(&ids[*b]));
        left.retain(|place| !layer.contains(place));
        layers.push(layer);
    }
    Ok(layers)
}

/// A cycle among those that are left, each before the one that it needs.
fn cycle(ids: &[Id], before: &[BTreeSet<usize>], left: &BTreeSet<usize>) -> Vec<Id> {
    let mut path: Vec<usize> = Vec::new();
    let mut next = left.iter().next().copied();
    while let Some(place) = next {
        if let Some(start) = path.iter().position(|known| *known == place) {
            return path[start..].iter().map(|place| ids[*place].clone()).collect();
        }
        path.push(place);
        next = before[place].intersection(left).next().copied();
    }
    path.into_iter().map(|place| ids[place].clone()).collect()
}

/// When a kind comes, of those that need nothing that is missing. Webhooks come last: one whose backend is not there yet blocks
/// what it watches.
fn rank(id: &Id) -> u8 {
    match (id.group.as_str(), id.kind.as_str()) {
        ("", "Namespace") => 0,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => 1,
        ("", "ResourceQuota" | "LimitRange" | "ServiceAccount") => 2,
        ("scheduling.k8s.io", "PriorityClass") | ("storage.k8s.io", "StorageClass") | ("node.k8s.io", "RuntimeClass") => 2,
        ("networking.k8s.io", "IngressClass" | "NetworkPolicy") => 2,
        ("rbac.authorization.k8s.io", "ClusterRole" | "Role") => 3,
        ("rbac.authorization.k8s.io", _) => 4,
        ("", "ConfigMap" | "Secret" | "PersistentVolume") => 5,
        ("", "PersistentVolumeClaim") => 6,
        ("", "Service") => 7,
        ("apps" | "batch", _) | ("", "Pod" | "ReplicationController") => 8,
        ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => 10,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn mk(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectIdentity {
        let (api_version, kind, name) = (api_version.to_owned(), kind.to_owned(), name.to_owned());
        ObjectIdentity { api_version, kind, namespace: namespace.map(str::to_owned), name }
    }

    fn after(on: &str) -> Value {
        json!({"metadata": {"annotations": {DEPENDS_ON: on}}})
    }

    /// The names of objects, layer by layer.
    fn order(objects: &[(ObjectIdentity, &Value)]) -> Result<Vec<Vec<String>>, NoOrder> {
        let names = |layer: Vec<usize>| layer.into_iter().map(|place| objects[place].0.name.clone()).collect();
        Ok(layers(objects)?.into_iter().map(names).collect())
    }

    #[test]
    fn kinds_come_in_the_order_in_which_they_need_each_other() {
        let none = json!({});
        let objects = [
            (mk("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", None, "hook"), &none),
            (mk("apps/v1", "Deployment", Some("shop"), "cart"), &none),
            (mk("rbac.authorization.k8s.io/v1", "RoleBinding", Some("shop"), "binding"), &none),
            (mk("rbac.authorization.k8s.io/v1", "Role", Some("shop"), "role"), &none),
            (mk("v1", "ConfigMap", Some("shop"), "settings"), &none),
            (mk("v1", "Secret", Some("shop"), "password"), &none),
            (mk("v1", "ServiceAccount", Some("shop"), "account"), &none),
            (mk("v1", "Namespace", None, "shop"), &none),
        ];
        let expected: [&[&str]; 7] =
            [&["shop"], &["account"], &["role"], &["binding"], &["settings", "password"], &["cart"], &["hook"]];
        assert_eq!(order(&objects).unwrap(), expected);
    }

    #[test]
    fn a_custom_object_comes_after_the_definition_of_its_kind() {
        let definition = json!({"spec": {"group": "shop.example.com", "names": {"kind": "Till"}}});
        let none = json!({});
        let objects = [
            (mk("shop.example.com/v1", "Till", Some("shop"), "till"), &none),
            (mk("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, "tills.shop.example.com"), &definition),
            (mk("v1", "ConfigMap", Some("shop"), "settings"), &none),
        ];
        assert_eq!(order(&objects).unwrap(), [vec!["tills.shop.example.com"], vec!["settings"], vec!["till"]]);
    }

    #[test]
    fn what_an_annotation_names_comes_first() {
        let (first, second) = (json!({}), after("apps/namespaces/shop/Deployment/cart, /ConfigMap/global"));
        let objects = [
            (mk("v1", "ConfigMap", Some("shop"), "settings"), &second),
            (mk("apps/v1", "Deployment", Some("shop"), "cart"), &first),
            (mk("v1", "ConfigMap", None, "global"), &first),
        ];
        assert_eq!(order(&objects).unwrap(), [vec!["global"], vec!["cart"], vec!["settings"]]);
    }

    #[test]
    fn what_needs_others_is_deleted_before_them() {
        let (cart, settings) = (mk("apps/v1", "Deployment", Some("shop"), "cart"), mk("v1", "ConfigMap", Some("shop"), "settings"));
        let (shop, gone) = (mk("v1", "Namespace", None, "shop"), mk("v1", "ConfigMap", Some("shop"), "gone"));
        let order = |cart_needs: &[Id], settings_need: &[Id]| -> Vec<Vec<usize>> {
            layers_of_deletion(&[(&shop, &[]), (&cart, cart_needs), (&settings, settings_need)])
        };
        assert_eq!(order(&[], &[]), [[1], [2], [0]]);
        assert_eq!(order(&[], &[Id::of(&cart), Id::of(&gone)]), [[2], [1], [0]]);
        assert_eq!(order(&[Id::of(&settings)], &[Id::of(&cart)]), [[1], [2], [0]]);
        assert_eq!(named(&after("apps/namespaces/shop/Deployment/cart, nobody")), [Id::of(&cart)]);
    }

    #[test]
    fn custom_objects_are_deleted_before_their_definition_whatever_that_needs() {
        let definition = mk("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, "tills.shop.example.com");
        let till = mk("shop.example.com/v1", "Till", Some("shop"), "till");
        let hook = mk("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", None, "hook");
        let needs = [Id::of(&hook)];
        assert_eq!(layers_of_deletion(&[(&definition, &needs), (&till, &[]), (&hook, &[])]), [[1], [0], [2]]);
    }

    #[test]
    fn what_cannot_be_ordered_is_named() {
        let (a, b) = (after("/namespaces/shop/ConfigMap/b"), after("/namespaces/shop/ConfigMap/a"));
        let (id_a, id_b) = (mk("v1", "ConfigMap", Some("shop"), "a"), mk("v1", "ConfigMap", Some("shop"), "b"));
        let error = order(&[(id_a.clone(), &a), (id_b, &b)]).unwrap_err();
        assert_eq!(error.to_string(), "`ConfigMap shop/a` and `ConfigMap shop/b` need each other, so that none can come first");
        let error = order(&[(id_a.clone(), &a)]).unwrap_err();
        assert!(error.to_string().contains("`ConfigMap shop/b`, which is not part of"), "{error}");
        for text in ["", "ConfigMap/a", "/namespaces/shop/ConfigMap/", "a/b/c/d/e/f"] {
            let error = order(&[(id_a.clone(), &after(text))]).unwrap_err();
            assert!(matches!(error, NoOrder::Unreadable { .. }), "{error}");
        }
    }

    proptest! {
        #[test]
        fn everything_comes_once_and_after_all_that_it_needs(needs in prop::collection::vec(prop::collection::vec(0usize..12, 0..4), 1..12)) {
            let name = |place: usize| format!("/namespaces/shop/ConfigMap/c{place}");
            // Only what comes before is needed, so that there is an order.
            let bodies: Vec<Value> = needs.iter().enumerate().map(|(place, needs)| {
                let on: Vec<String> = needs.iter().filter(|need| **need < place).map(|need| name(*need)).collect();
                if on.is_empty() { json!({}) } else { after(&on.join(",")) }
            }).collect();
            let objects: Vec<_> = bodies.iter().enumerate().map(|(place, body)| (mk("v1", "ConfigMap", Some("shop"), &format!("c{place}")), body)).collect();
            let layers = layers(&objects).unwrap();
            let layer_of = |place: usize| layers.iter().position(|layer| layer.contains(&place)).unwrap();
            prop_assert_eq!(layers.iter().map(Vec::len).sum::<usize>(), objects.len());
            for (place, needs) in needs.iter().enumerate() {
                for need in needs.iter().filter(|need| **need < place) {
                    prop_assert!(layer_of(*need) < layer_of(place));
                }
            }
        }
    }
}
