//! `plugins.lock` as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{BuiltinText, DigestText, PluginText, Text};

/// The digests of all plugins and built-in packs that the configuration uses. It is `plugins.lock` beside
/// `tollgate.yaml`; `tollgate policy update` writes it, nobody else does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Lock {
    /// The version of the file's form.
    #[schemars(range(min = 1, max = 1), extend("examples" = [1]))]
    pub(crate) version: u32,
    /// Plugins by source: `builtin:NAME`, or a path of a `.wasm` file that starts with `./`.
    #[serde(default)]
    #[schemars(extend("examples" = [{"builtin:same-image": {"digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "version": "0.1.0", "size": 73802}}]))]
    pub(crate) plugins: BTreeMap<PluginText, LockedPlugin>,
    /// Built-in packs by source: `builtin:NAME`.
    #[serde(default)]
    #[schemars(extend("examples" = [{"builtin:recommended": {"digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}]))]
    pub(crate) packs: BTreeMap<BuiltinText, LockedPack>,
}

/// A plugin as it was when it was locked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LockedPlugin {
    /// The digest of its bytes.
    #[schemars(extend("examples" = ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]))]
    pub(crate) digest: DigestText,
    /// The version that it says it has.
    #[schemars(extend("examples" = ["0.1.0"]))]
    pub(crate) version: Text,
    /// Its size in bytes.
    #[schemars(extend("examples" = [73802]))]
    pub(crate) size: u64,
}

/// A built-in pack as it was when it was locked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LockedPack {
    /// The digest of its `pack.yaml`.
    #[schemars(extend("examples" = ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]))]
    pub(crate) digest: DigestText,
}
