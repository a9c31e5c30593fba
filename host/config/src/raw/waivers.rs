//! Files of waivers as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::api_version::ApiVersion;
use super::text::{DateText, PathText, PlainPointerText, RuleText, Text};

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum WaiversKind {
    Waivers,
}

/// Waivers: known findings that are accepted for a time. tollgate.yaml names the file under `waivers.files`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WaiverFile {
    /// The version of the file's form.
    #[schemars(extend("examples" = ["tollgate.dev/v1alpha1"]))]
    pub(crate) api_version: ApiVersion,
    /// What the file is.
    #[schemars(extend("examples" = ["Waivers"]))]
    pub(crate) kind: WaiversKind,
    /// The waivers.
    #[schemars(extend("examples" = [[{"rule": "image-pinned/digest", "subject": {"kind": "Deployment", "name": "redis-cart"}, "reason": "Moves to the managed service in January.", "approver": "platform-lead@example.com", "expires": "2027-01-31"}]]))]
    pub(crate) waivers: Vec<Waiver>,
}

/// Accepts the findings of one rule about one object until a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Waiver {
    /// The rule: `<policy>/<rule>`.
    #[schemars(extend("examples" = ["image-pinned/digest"]))]
    pub(crate) rule: RuleText,
    /// The object.
    #[schemars(extend("examples" = [{"kind": "Deployment", "name": "redis-cart"}]))]
    pub(crate) subject: WaiverSubject,
    /// Why this is acceptable.
    #[schemars(extend("examples" = ["Moves to the managed service in January."]))]
    pub(crate) reason: Text,
    /// Who answers for it.
    #[schemars(extend("examples" = ["platform-lead@example.com"]))]
    pub(crate) approver: Text,
    /// The last day on which it holds, in UTC.
    #[schemars(extend("examples" = ["2027-01-31"]))]
    pub(crate) expires: DateText,
}

/// The object that a waiver is about. It has a name, or it is named by its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WaiverSubject {
    /// The kind of the object.
    #[schemars(extend("examples" = ["Deployment"]))]
    pub(crate) kind: Text,
    /// Its namespace, where the manifest has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["shop"]))]
    pub(crate) namespace: Option<Text>,
    /// Its name, where the manifest has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["redis-cart"]))]
    pub(crate) name: Option<Text>,
    /// The file that it must stand in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["services/cart/redis.yaml"]))]
    pub(crate) file: Option<PathText>,
    /// The values that the findings must be about, as JSON pointers (RFC 6901); without any, every value of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [["/spec/template/spec/containers/0/image"]]))]
    pub(crate) pointers: Vec<PlainPointerText>,
}

/// Where waivers are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Waivers {
    /// Files of waivers.
    #[schemars(extend("examples" = [["waivers.yaml"]]))]
    pub(crate) files: Vec<PathText>,
    /// Whether an object may waive findings about itself, by annotations `waiver.tollgate.dev/<policy>.<rule>: DAY APPROVER REASON`.
    /// Whoever writes the object writes the waiver, so its review is the approval.
    #[schemars(extend("examples" = [true]))]
    pub(crate) inline: bool,
}
