//! The first line of a bundle: what belongs to it, and what is no envelope of its own.

use serde::{Deserialize, Serialize};
use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;

/// The `payloadType` of manifests.
pub(super) const MANIFEST_TYPE: &str = "application/vnd.tollgate.bundle+json";

/// The version of bundles that is written and read.
pub(super) const VERSION: u32 = 1;

/// What belongs to a bundle, in the order of its lines.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) version: u32,
    pub(super) promotion: PromotionId,
    /// When it was put together. By this time the keys of manifest and VSA must be allowed.
    pub(super) at: Timestamp,
    /// The signed note under which all proofs are.
    pub(super) checkpoint: String,
    pub(super) recipe: Recipe,
    /// Of the line.
    pub(super) vsa: Digest,
    pub(super) statements: Vec<StatementMember>,
    pub(super) entries: Vec<EntryMember>,
}

/// The line of a statement.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StatementMember {
    /// The entry that brought it.
    pub(super) entry: u64,
    pub(super) digest: Digest,
}

/// The line of an entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EntryMember {
    pub(super) index: u64,
    pub(super) digest: Digest,
    /// From the leaf's sibling up to the root's child, in base64.
    pub(super) proof: Vec<String>,
}
