//! What may run at a target, made ready to be compared with single objects.

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::admission::{ApprovedContext, ApprovedDocument, ApprovedRecipe, ApprovedRecipes, InventoryName};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::policy::KindFilter;
use tollgate_core::render::RenderedDocument;
use tollgate_core::schema_defaults::Definitions;
use tollgate_manifest::withhold_secrets;

use super::secret_values::SecretValues;

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

/// An approved document. Of a Secret, the values are kept beside it, unreadable.
#[derive(Debug)]
struct Kept {
    document: Arc<ApprovedDocument>,
    values: SecretValues,
}

impl Kept {
    /// The document as it is compared with an object that comes.
    fn beside(&self, live: Option<&SecretValues>) -> Arc<ApprovedDocument> {
        let marked = live.and_then(|live| self.values.mark(&self.document.document, live));
        let promotion = || self.document.promotion.clone();
        marked
            .map_or_else(|| Arc::clone(&self.document), |document| Arc::new(ApprovedDocument { promotion: promotion(), document }))
    }
}

/// What may run at a target.
#[derive(Debug, Default)]
pub(crate) struct Approved {
    all: Arc<ApprovedRecipes>,
    documents: HashMap<Key, Vec<Kept>>,
    origins: HashMap<Key, Origin>,
    autoscaled: HashSet<Key>,
    /// Where objects go that name no namespace.
    namespace: Option<String>,
    hasher: RandomState,
}

impl Approved {
    /// What is approved, as far as it concerns an object as the cluster has it. Of a Secret that comes, it is marked which values are
    /// other ones.
    pub(crate) fn context(&self, identity: &ObjectIdentity, object: Option<&[u8]>) -> ApprovedContext {
        let keys = self.keys(identity);
        let secret = object.filter(|_| identity.holds_secrets()).and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
        let live = secret.map(|secret| SecretValues::of(&secret, &self.hasher));
        let kept = keys.iter().find_map(|key| self.documents.get(key)).map_or(&[][..], Vec::as_slice);
        let documents = kept.iter().map(|kept| kept.beside(live.as_ref())).collect();
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
        let definitions = Definitions::among(documents.iter().map(|document| &document.body));
        for document in documents {
            let (group, kind) = (document.identity.group().to_owned(), document.identity.kind.clone());
            all.kinds.push(KindFilter { group, kind });
            all.namespaces.extend(document.identity.namespace.clone());
            self.add_document(&recipe.promotion, document, &definitions);
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

    fn add_document(&mut self, promotion: &str, document: &RenderedDocument, definitions: &Definitions<'_>) {
        let key = Key::of(&document.identity);
        let mut body = withheld(document);
        definitions.complete(&mut body);
        if let Some(scaled) = scaled_by(document, &body) {
            self.autoscaled.insert(scaled);
        }
        let origin =
            Origin { component: document.component.clone(), file: document.path.clone(), identity: document.identity.clone() };
        self.origins.entry(key.clone()).or_insert(origin);
        let values = if document.is_secret() { SecretValues::of(&document.body, &self.hasher) } else { SecretValues::default() };
        let documents = self.documents.entry(key).or_default();
        if !documents.iter().any(|known| known.document.document == body && known.values == values) {
            let document = Arc::new(ApprovedDocument { promotion: promotion.to_owned(), document: body });
            documents.push(Kept { document, values });
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
