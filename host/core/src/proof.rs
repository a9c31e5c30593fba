//! What the ledger proves: images that were built, recipes that succeeded.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::image::ImageReference;
use crate::recipe::Recipe;
use crate::time::Timestamp;

/// A record that a service's image was built from a commit of its branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    pub service: String,
    pub commit: String,
    pub branch: String,
    /// With the commit as its tag, without a digest.
    pub reference: ImageReference,
    pub digest: Digest,
    /// Git hash of the manifests in the service's own repository.
    pub manifests: String,
    /// Index of the ledger entry.
    pub entry: u64,
}

/// A recipe that succeeded on a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    pub target: String,
    pub environment: String,
    /// False where the environment is not promotable: what runs there proves nothing.
    pub promotable: bool,
    pub recipe: Recipe,
    pub promotion: String,
    pub since: Timestamp,
    /// False once it failed there later.
    pub standing: bool,
}
