//! What break-glass lets pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a gate may be passed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Index of the entry that opened the override.
    pub entry: u64,
    /// It passes an `error` of any gate, and nothing else.
    pub recover: bool,
    pub until: Timestamp,
}

/// The gates that may be passed, by name.
pub type Passes = BTreeMap<String, Vec<Pass>>;
