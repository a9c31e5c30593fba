//! What a case says, beside its file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::api_version::ApiVersion;
use super::policy::Settings;
use super::text::{PathText, PlainPointerText, Text};

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum CaseKind {
    Case,
}

/// What a case of a plugin or pack says, where its own file can't hold comments or somebody wants an editor to complete it.
/// It stands beside the file: `plan.json.case.yaml` beside `plan.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseFile {
    /// The version of the file's form.
    #[schemars(extend("examples" = ["tollgate.dev/v1alpha1"]))]
    pub(crate) api_version: ApiVersion,
    /// What the file is.
    #[schemars(extend("examples" = ["Case"]))]
    pub(crate) kind: CaseKind,
    /// Settings for the plugin. A pack's policies are set by the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"allowed": ["shop"]}]))]
    pub(crate) settings: Option<Settings>,
    /// Files that the plugin is granted, by the key under which it reads them. Paths start from the case's directory.
    #[serde(default)]
    #[schemars(extend("examples" = [{"cost-centres": "../centres.txt"}]))]
    pub(crate) data: BTreeMap<String, PathText>,
    /// When it is judged, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["2026-12-31T12:00:00Z"]))]
    pub(crate) time: Option<Text>,
    /// What is found: all of it. A case under `pass` has none.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"rule": "label", "line": 3}]]))]
    pub(crate) expect: Vec<Expectation>,
}

/// A finding that the case must have, at a line, or at a pointer into a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Expectation {
    /// The rule; of a pack with the policy's name before it.
    #[schemars(extend("examples" = ["label"]))]
    pub(crate) rule: Text,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1), extend("examples" = [3]))]
    pub(crate) line: Option<u32>,
    /// Instead of the line: the position of the document in the file, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [0]))]
    pub(crate) document: Option<u32>,
    /// Instead of the line: where in the document, as a JSON pointer (RFC 6901); without it the whole document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["/metadata/labels"]))]
    pub(crate) pointer: Option<PlainPointerText>,
}
