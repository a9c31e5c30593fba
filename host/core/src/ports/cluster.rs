//! Looking at what is in a cluster, whoever put it there.

use serde_json::Value;

/// A kind of object, as a cluster has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterKind {
    /// `apps/v1`: the version that the cluster prefers.
    pub api_version: String,
    pub kind: String,
    /// `deployments`
    pub resource: String,
    pub is_namespaced: bool,
}

impl ClusterKind {
    /// Empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }
}

/// Which kinds are to be looked at.
pub type WantedKinds<'a> = dyn Fn(&ClusterKind) -> bool + Sync + 'a;

/// What is in a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InCluster {
    /// Without what the server alone says (`status`, `managedFields`, ids), in the order of their kinds, namespaces and names.
    pub objects: Vec<Value>,
    /// How many objects are not among them, because their controller's owner, which is, says the same.
    pub owned: u64,
    /// What could not be looked at.
    pub unread: Vec<Unread>,
}

/// A collection that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// `secrets in shop`
    pub what: String,
    /// In the words of the server.
    pub why: String,
}

/// Why a cluster can't be looked at, at all.
#[derive(Debug, thiserror::Error)]
#[error("the cluster of {} can't be used", context.as_ref().map_or_else(|| "the current context".to_owned(), |context| format!("context `{context}`")))]
pub struct ClusterError {
    /// Nothing: the one that is current.
    pub context: Option<String>,
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Looks at a cluster.
pub trait ReadCluster: Send + Sync {
    /// The objects of wanted kinds that there are now: those in these namespaces alone, or, where none is named, in all of them and
    /// in none. What may not be listed is named in the answer.
    ///
    /// # Errors
    /// When the cluster can't be asked.
    fn look(&self, namespaces: &[String], wants: &WantedKinds<'_>) -> Result<InCluster, ClusterError>;
}
