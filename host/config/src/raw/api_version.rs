//! The version of a file's form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the configuration's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum ApiVersion {
    #[serde(rename = "tollgate.dev/v1alpha1")]
    V1Alpha1,
}
