//! Mappings of any kind.

use std::collections::BTreeMap;

use serde_json::Value;

/// Any JSON.
pub(crate) type Anything = BTreeMap<String, Value>;
