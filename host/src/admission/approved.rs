//! What may run at a target, made ready to be compared with single objects.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::admission::{ApprovedContext, ApprovedDocument, ApprovedRecipe, ApprovedRecipes, InventoryName};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::policy::KindFilter;
use tollgate_core::render::RenderedDocument;
use tollgate_manifest::withhold_secrets;

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

    /// Nothing yet, at a target whose objects go into a namespace where they name none.
    pub(crate) fn at(namespace: Option<String>, inventory: Option<InventoryName>) -> Self {
        let namespaces = namespace.iter().cloned().collect();
        let all = Arc::new(ApprovedRecipes { inventory, namespaces, ..ApprovedRecipes::default() });
        Self { all, namespace, ..Self::default() }
    }

    /// A recipe with all of its documents. The newest comes first.
    pub(crate) fn add(&mut self, recipe: ApprovedRecipe, documents: &[RenderedDocument]) {
        let mut all = ApprovedRecipes::clone(&self.all);
        for document in documents {
            let (group, kind) = (document.identity.group().to_owned(), document.identity.kind.clone());
            all.kinds.push(KindFilter { group, kind });
            all.namespaces.extend(document.identity.namespace.clone());
            self.add_document(&recipe.promotion, document);
        }
        all.kinds.sort_by(|a, b| (&a.group, &a.kind).cmp(&(&b.group, &b.kind)));
        all.kinds.dedup();
        all.namespaces.sort();
        all.namespaces.dedup();
        all.recipes.push(recipe);
        self.all = Arc::new(all);
    }

    /// References with digests that pods may run.
    pub(crate) fn add_images(&mut self, images: impl IntoIterator<Item = String>) {
        let mut all = ApprovedRecipes::clone(&self.all);
        all.images.extend(images);
        all.images.sort();
        all.images.dedup();
        self.all = Arc::new(all);
    }

    fn add_document(&mut self, promotion: &str, document: &RenderedDocument) {
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
            documents.push(Arc::new(ApprovedDocument { promotion: promotion.to_owned(), document: body }));
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
