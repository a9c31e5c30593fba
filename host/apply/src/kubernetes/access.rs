//! What to grant to whoever applies recipes: as little as does it.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::ports::{Access, Grant};
use tollgate_core::render::Rendered;

use super::inventory::Place;
use super::kinds::Kinds;
use super::needs::{Collection, Needs, Places, Purpose};
use super::stored;

/// Where the API server says which kinds it has.
const DISCOVERY: [&str; 2] = ["/api", "/apis"];

/// What has to be allowed for all of these recipes.
pub(super) fn of_recipes(recipes: &[Rendered], kinds: &Kinds, place: &Place) -> Access {
    let documents = || recipes.iter().flat_map(Rendered::documents);
    let places = Places::new(kinds, place, documents().map(|document| (&document.identity, &document.body)));
    let mut needs = Needs::of_target(place);
    let mut left_out = BTreeSet::new();
    let mut brought = BTreeSet::new();
    for document in documents() {
        let identity = &document.identity;
        match places.find(identity, &document.body) {
            Some(object) => needs.add_object(&object),
            None => drop(
                left_out.insert(format!("{identity}: the cluster has no kind `{}` of {}", identity.kind, identity.api_version)),
            ),
        }
        if identity.kind == "Namespace" && identity.api_version == "v1" {
            brought.insert(identity.name.clone());
        }
    }
    Access {
        namespaces: namespaces(brought, place),
        grants: grants(&needs),
        paths: (DISCOVERY.map(str::to_owned).into(), "Which kinds the cluster has."),
        left_out,
    }
}

/// Roles are in namespaces, so those that the target or a recipe makes must be there before them.
fn namespaces(brought: BTreeSet<String>, place: &Place) -> BTreeMap<String, BTreeMap<String, String>> {
    let taken_over = |name| (name, BTreeMap::from([(stored::MADE.to_owned(), "true".to_owned())]));
    let mut all: BTreeMap<_, _> = brought.into_iter().map(taken_over).collect();
    all.entry(place.namespace.clone()).or_default();
    all
}

/// What rules have in common that are one: where, what for, of which group, which names, which verbs.
type Shared = (bool, Option<String>, Purpose, String, BTreeSet<String>, BTreeSet<String>);

fn grants(needs: &Needs) -> Vec<Grant> {
    let mut verbs: BTreeMap<(Purpose, &Collection, BTreeSet<String>), BTreeSet<String>> = BTreeMap::new();
    for ((purpose, collection, verb), names) in &needs.all {
        let names = if is_by_name(*purpose, collection) { names.clone() } else { BTreeSet::new() };
        verbs.entry((*purpose, collection, names)).or_default().insert((*verb).to_owned());
    }
    let mut rules: BTreeMap<Shared, BTreeSet<String>> = BTreeMap::new();
    let mut named = Vec::new();
    for ((purpose, collection, names), verbs) in verbs {
        let Collection { namespace, group, resource } = collection.clone();
        let shared = (namespace.is_none(), namespace, purpose, group, names, verbs);
        // Names of one kind are not for another.
        if shared.4.is_empty() {
            rules.entry(shared).or_default().insert(resource);
        } else {
            named.push((shared, [resource].into()));
        }
    }
    let mut all: Vec<(Shared, BTreeSet<String>)> = rules.into_iter().chain(named).collect();
    all.sort();
    let grant = |((_, namespace, purpose, group, names, verbs), resources): (Shared, BTreeSet<String>)| Grant {
        namespace,
        group,
        resources,
        names,
        verbs,
        purpose: purpose.sentence(),
    };
    all.into_iter().map(grant).collect()
}

/// In the namespaces that a target writes to, a recipe with one more object of a kind needs nothing else. What is in no namespace
/// is everybody's, and a Secret is nobody else's business: those are named one by one.
fn is_by_name(purpose: Purpose, collection: &Collection) -> bool {
    match purpose {
        Purpose::Objects => collection.namespace.is_none() || collection.holds_secrets(),
        _ => true,
    }
}
