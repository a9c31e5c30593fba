//! Admission: what a cluster asks before it takes an object, and what it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::broken_glass::BrokenGlass;
use crate::digest::Digest;
use crate::policy::KindFilter;
pub use crate::requester::Requester;

/// What is about to happen to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    Create,
    Update,
    Delete,
    /// A proxy, a shell in a container: there is no object.
    Connect,
}

impl Operation {
    /// The word, as the cluster says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// A question of a cluster (`AdmissionReview` of admission.k8s.io/v1).
#[derive(Clone, PartialEq, Eq)]
pub struct AdmissionRequest {
    /// The cluster's own name for it.
    pub uid: String,
    pub operation: Operation,
    /// Of the object, in the version that the webhook asked for.
    pub api_version: String,
    pub kind: String,
    /// `deployments`
    pub resource: String,
    /// `scale`, `ephemeralcontainers`, …
    pub sub_resource: Option<String>,
    /// Nothing for what belongs to none.
    pub namespace: Option<String>,
    /// Empty where the cluster will make one up.
    pub name: String,
    pub requester: Requester,
    /// Nothing will be written, whatever the answer.
    pub dry_run: bool,
    /// JSON. Nothing for a delete.
    pub object: Option<Arc<[u8]>>,
    /// JSON. Nothing for a create.
    pub old_object: Option<Arc<[u8]>>,
}

impl std::fmt::Debug for AdmissionRequest {
    // The objects may be Secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AdmissionRequest({} {})", self.operation.word(), self.subject())
    }
}

impl AdmissionRequest {
    /// What it is about, for people: `Deployment shop/cart`.
    pub fn subject(&self) -> String {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let sub_resource = self.sub_resource.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{} {namespace}{}{sub_resource}", self.kind, self.name)
    }
}

/// What the cluster is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ruling {
    Allowed,
    Denied,
    /// It could not be judged, so it does not pass.
    Error,
}

impl Ruling {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Error => "error",
        }
    }
}

/// What one policy said, and what that cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyAnswer {
    pub policy: String,
    /// The word for its verdict.
    pub verdict: &'static str,
    /// Units of fuel.
    pub fuel: u64,
    /// Bytes, at their peak.
    pub memory: u64,
}

/// An answer to a question of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionAnswer {
    pub ruling: Ruling,
    /// Why it does not pass, for whoever asked; empty where it does.
    pub message: String,
    /// For whoever asked, one line each.
    pub warnings: Vec<String>,
    /// What the cluster's audit log is told, by key.
    pub audit: BTreeMap<&'static str, String>,
    pub policies: Vec<PolicyAnswer>,
    /// By what it passes although gates say no.
    pub broken_glass: Option<Box<BrokenGlass>>,
}

impl AdmissionAnswer {
    /// An answer that no policy was asked for.
    pub fn unasked(ruling: Ruling, message: String) -> Self {
        Self { ruling, message, warnings: Vec::new(), audit: BTreeMap::new(), policies: Vec::new(), broken_glass: None }
    }
}

/// How fresh what is known of the ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Seconds since the ledger was last read.
    pub age: u64,
    /// How old it may be, in seconds.
    pub limit: u64,
    /// How many entries there were then.
    pub entries: u64,
    /// Why it could not be read since, where it could not.
    pub failure: Option<String>,
    /// How many times glass was broken that the ledger does not have yet.
    pub unrecorded: u64,
}

impl Freshness {
    /// Whether it is older than it may be.
    pub const fn is_stale(&self) -> bool {
        self.age > self.limit
    }
}

/// What a policy is told of a question of a cluster. Crosses to plugins as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionContext {
    pub operation: Operation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_resource: Option<String>,
    #[serde(default)]
    pub dry_run: bool,
    pub user: Requester,
    /// Secret values withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_object: Option<Value>,
    /// Nothing where nobody knows what was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<ApprovedContext>,
}

/// What was let through to the target, as far as it concerns one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedContext {
    /// What the recipes say beside single objects.
    #[serde(flatten)]
    pub all: Arc<ApprovedRecipes>,
    /// The object as each of them has it, newest first; none: they don't have it. Secret values withheld.
    pub documents: Vec<Arc<ApprovedDocument>>,
    /// Whether an autoscaler of theirs scales the object.
    pub autoscaled: bool,
}

/// What may run at a target now: what succeeded there last, and what was begun since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedRecipes {
    /// Newest first.
    pub recipes: Vec<ApprovedRecipe>,
    /// Sorted.
    pub kinds: Vec<KindFilter>,
    /// That they write to, sorted.
    pub namespaces: Vec<String>,
    /// References with digests, of these recipes and of the one before them, sorted.
    pub images: Vec<String>,
    /// Where the target keeps its inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<InventoryName>,
}

/// A recipe that may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedRecipe {
    pub recipe: Digest,
    /// Its id.
    pub promotion: String,
    /// `current`, `running` or `failed`.
    pub state: String,
}

/// An object as a recipe has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedDocument {
    /// Id of the promotion that brings it.
    pub promotion: String,
    pub document: Value,
}

/// Names the object that holds a target's inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryName {
    pub namespace: String,
    pub name: String,
}
