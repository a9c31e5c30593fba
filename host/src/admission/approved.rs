//! What the ledger says may run at a target, made ready to be compared with single objects.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::admission::{ApprovedContext, ApprovedDocument, ApprovedRecipe, ApprovedRecipes, InventoryName};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::{Target, TargetKind};
use tollgate_core::policy::KindFilter;
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_core::recipe::Recipe;
use tollgate_core::render::RenderedDocument;
use tollgate_manifest::withhold_secrets;
use tollgate_report::failure::Failure;

use crate::commands::deciding::Destination;
use crate::commands::recorded::recorded;
use crate::delivery::proofs::recipe_of;
use crate::delivery::render::render;
use crate::exit::fail;
use crate::wiring::Delivery;

/// An object at a target, whatever version of its group is spoken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    group: String,
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl Key {
    fn of(identity: &ObjectIdentity) -> Self {
        let (kind, name) = (identity.kind.clone(), identity.name.clone());
        Self { group: identity.group().to_owned(), kind, namespace: identity.namespace.clone(), name }
    }
}

/// Where an approved object comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) component: String,
    /// Relative to the repository's root.
    pub(crate) file: String,
    /// As its manifest has it.
    pub(crate) identity: ObjectIdentity,
}

/// What may run at a target.
#[derive(Debug, Default)]
pub(crate) struct Approved {
    all: Arc<ApprovedRecipes>,
    documents: HashMap<Key, Vec<Arc<ApprovedDocument>>>,
    origins: HashMap<Key, Origin>,
    autoscaled: HashSet<Key>,
    /// Where objects go that name no namespace.
    namespace: Option<String>,
}

impl Approved {
    /// What is approved, as far as it concerns an object as the cluster has it.
    pub(crate) fn context(&self, identity: &ObjectIdentity) -> ApprovedContext {
        let keys = self.keys(identity);
        let documents = keys.iter().find_map(|key| self.documents.get(key)).cloned().unwrap_or_default();
        let autoscaled = keys.iter().any(|key| self.autoscaled.contains(key));
        ApprovedContext { all: Arc::clone(&self.all), documents, autoscaled }
    }

    /// Where an object comes from, if a recipe has it.
    pub(crate) fn origin(&self, identity: &ObjectIdentity) -> Option<&Origin> {
        self.keys(identity).iter().find_map(|key| self.origins.get(key))
    }

    /// The recipes, newest first.
    pub(crate) fn recipes(&self) -> &[ApprovedRecipe] {
        &self.all.recipes
    }

    /// Namespaces that the recipes write to.
    pub(crate) fn namespaces(&self) -> &[String] {
        &self.all.namespaces
    }

    /// Kinds that the recipes hold.
    pub(crate) fn kinds(&self) -> &[KindFilter] {
        &self.all.kinds
    }

    /// An object that is in the target's own namespace may stand in a manifest that does not say so.
    fn keys(&self, identity: &ObjectIdentity) -> Vec<Key> {
        let key = Key::of(identity);
        let unsaid = (key.namespace.is_some() && key.namespace == self.namespace).then(|| Key { namespace: None, ..key.clone() });
        [key].into_iter().chain(unsaid).collect()
    }

    fn add(&mut self, promotion: &Promotion<'_>, document: &RenderedDocument) {
        let key = Key::of(&document.identity);
        let body = withheld(document);
        if let Some(scaled) = scaled_by(document, &body) {
            self.autoscaled.insert(scaled);
        }
        let origin =
            Origin { component: document.component.clone(), file: document.path.clone(), identity: document.identity.clone() };
        self.origins.entry(key.clone()).or_insert(origin);
        let documents = self.documents.entry(key).or_default();
        if !documents.iter().any(|known| known.document == body) {
            documents.push(Arc::new(ApprovedDocument { promotion: promotion.id.clone(), document: body }));
        }
    }
}

/// A Secret's values are nobody's business.
fn withheld(document: &RenderedDocument) -> Value {
    if !document.is_secret() {
        return document.body.clone();
    }
    let bytes = serde_json::to_vec(&document.body).unwrap_or_default();
    withhold_secrets(&bytes).and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}

/// The object that an autoscaler scales.
fn scaled_by(document: &RenderedDocument, body: &Value) -> Option<Key> {
    if document.identity.kind != "HorizontalPodAutoscaler" {
        return None;
    }
    let reference = body.pointer("/spec/scaleTargetRef")?;
    let text = |key: &str| reference.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let identity = ObjectIdentity {
        api_version: text("apiVersion"),
        kind: text("kind"),
        namespace: document.identity.namespace.clone(),
        name: text("name"),
    };
    Some(Key::of(&identity))
}

/// What may run: what succeeded last, and what was begun since. Nothing where nothing was ever begun.
pub(crate) fn approved(delivery: &Delivery, history: &Gist, target: &Target) -> Result<Option<Approved>, Failure> {
    let destination = Destination::new(delivery, target)?;
    let running = standing(history, &target.name);
    if running.is_empty() {
        return Ok(None);
    }
    let (namespace, inventory) = place(target);
    let mut approved = Approved { namespace: namespace.clone(), ..Approved::default() };
    let mut all = ApprovedRecipes { inventory, ..ApprovedRecipes::default() };
    let mut images = BTreeSet::new();
    let (mut kinds, mut namespaces) = (BTreeMap::new(), BTreeSet::from_iter(namespace));
    for promotion in &running {
        let candidate = recorded(&destination, promotion)?;
        let recipe = candidate.recipe.clone().unwrap_or_default();
        let rendered = render(&candidate, &recipe).map_err(|error| fail(crate::delivery::decide::DecideError::from(error)))?;
        for document in rendered.documents() {
            let (group, kind) = (document.identity.group().to_owned(), document.identity.kind.clone());
            kinds.insert((group.clone(), kind.clone()), KindFilter { group, kind });
            namespaces.extend(document.identity.namespace.clone());
            approved.add(promotion, document);
        }
        images.extend(pinned(&recipe));
        let state = state(promotion).to_owned();
        all.recipes.extend(promotion.recipe().map(|recipe| ApprovedRecipe { recipe, promotion: promotion.id.clone(), state }));
    }
    images.extend(images_before(delivery, history, target)?);
    all.kinds = kinds.into_values().collect();
    all.namespaces = namespaces.into_iter().collect();
    all.images = images.into_iter().collect();
    approved.all = Arc::new(all);
    Ok(Some(approved))
}

/// The promotions whose objects may be there, newest first.
fn standing<'a>(history: &'a Gist, target: &str) -> Vec<Promotion<'a>> {
    let current = history.current(target);
    let newest = history.newest_to(target).filter(|promotion| promotion.running.is_some());
    let mut all: Vec<Promotion<'a>> = history.open_attempts(target).into_iter().chain(newest).chain(current.clone()).collect();
    let begun = |promotion: &Promotion<'_>| promotion.running.map_or(0, |(entry, _)| entry.index);
    // What was begun before the one that succeeded last has been replaced by it.
    let since = current.as_ref().map_or(0, begun);
    all.retain(|promotion| begun(promotion) >= since);
    all.sort_by_key(|promotion| std::cmp::Reverse(begun(promotion)));
    all.dedup_by(|one, other| one.id == other.id);
    all
}

fn state(promotion: &Promotion<'_>) -> &'static str {
    match promotion.state() {
        PromotionState::Succeeded => "current",
        PromotionState::Running => "running",
        _ => "failed",
    }
}

fn pinned(recipe: &Recipe) -> impl Iterator<Item = String> + '_ {
    let images = recipe.components().iter().flat_map(|component| &component.images);
    images.map(|image| image.reference.pinned(image.digest).to_string())
}

/// The images of what ran before: pods of it may have to be made again while it is replaced.
fn images_before(delivery: &Delivery, history: &Gist, target: &Target) -> Result<Vec<String>, Failure> {
    let current = history.current(&target.name).and_then(|promotion| promotion.recipe());
    let Some(before) = history.way_back(&target.name, current) else { return Ok(Vec::new()) };
    let recipe = recipe_of(before.decision, &delivery.ledger).map_err(fail)?;
    Ok(recipe.iter().flat_map(pinned).collect())
}

fn place(target: &Target) -> (Option<String>, Option<InventoryName>) {
    match &target.kind {
        TargetKind::Kubernetes(kubernetes) => {
            let namespace = kubernetes.namespace.clone();
            let inventory = InventoryName { namespace: namespace.clone(), name: format!("tollgate-{}", target.name) };
            (Some(namespace), Some(inventory))
        }
        TargetKind::Directory(_) | TargetKind::Git(_) => (None, None),
    }
}
