//! Who asks a cluster.

use serde::{Deserialize, Serialize};

/// Who asks the cluster, by its authenticator's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub groups: Vec<String>,
}
