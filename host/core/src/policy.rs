//! Policies: configured plugins, and what they say of themselves.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::document::ObjectIdentity;
use crate::finding::{Level, Severity};
use crate::pointer::Pointer;

/// Which world of the contract a plugin targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum World {
    Validator,
    Promotion,
    Fixer,
}

/// One rule that a plugin judges by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Without the policy's name: `tag`.
    pub id: String,
    pub title: String,
    /// Markdown.
    pub help: String,
    pub level: Level,
    pub severity: Severity,
    pub controls: Vec<String>,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    pub name: String,
    pub version: String,
    pub rules: Vec<Rule>,
    /// JSON Schema of the settings.
    pub settings_schema: serde_json::Value,
}

impl Description {
    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// How much a validator must see at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Each document in an instance of its own.
    Document,
    /// All documents that go to one target, together.
    Set,
}

/// Which documents a policy is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindFilter {
    /// API group; empty is the core group, `*` matches all of Kubernetes.
    pub group: String,
    /// `*` matches all.
    pub kind: String,
}

impl KindFilter {
    /// Whether an object is of this kind. Documents that are no Kubernetes objects are only of kinds that name their group.
    pub fn matches(&self, identity: &ObjectIdentity) -> bool {
        let is_of_group = self.group == identity.group() || self.group == "*" && identity.is_kubernetes();
        is_of_group && (self.kind == "*" || self.kind == identity.kind)
    }
}

/// What a configured validator needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidatorNeeds {
    pub scope: Scope,
    /// Empty: every Kubernetes object.
    pub kinds: Vec<KindFilter>,
    pub secret_values: bool,
}

impl ValidatorNeeds {
    /// Whether the policy has to be asked about an object.
    pub fn concern(&self, identity: &ObjectIdentity) -> bool {
        if self.kinds.is_empty() { identity.is_kubernetes() } else { self.kinds.iter().any(|kind| kind.matches(identity)) }
    }
}

/// A setting that a plugin refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("setting `{pointer}`: {message}")]
pub struct SettingsError {
    /// Into the settings.
    pub pointer: Pointer,
    pub message: String,
}

/// What the operator lets a policy use. By default the log alone: lines for people, which never change a verdict, and the
/// way in which a panic reaches the plugin's author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    pub log: bool,
    pub clock: bool,
    /// Read-only files by key. Nothing: the interface is not granted.
    pub data: Option<std::collections::BTreeMap<String, Vec<u8>>>,
    /// `data` and `stringData` of Secrets, and the values of dotenv and `.tfvars` files.
    pub secret_values: bool,
}

impl Default for Grants {
    fn default() -> Self {
        Self { log: true, clock: false, data: None, secret_values: false }
    }
}

impl Grants {
    /// The digest of all files given, which is part of the key under which verdicts are kept.
    pub fn data_digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for (key, value) in self.data.iter().flatten() {
            bytes.extend_from_slice(Digest::of(key.as_bytes()).as_bytes());
            bytes.extend_from_slice(Digest::of(value).as_bytes());
        }
        Digest::of(&bytes)
    }
}

/// Limits of memory for a guest (§5 of the design).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitClass {
    /// 64 MiB.
    #[default]
    Native,
    /// 256 MiB, for guests that carry a language runtime.
    Runtime,
}

/// What a `fail` of a gate may be passed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// Never blocks.
    Advisory,
    /// Blocks; break-glass may pass it.
    #[default]
    Overridable,
    /// Blocks; nothing passes it.
    Mandatory,
}

impl Enforcement {
    /// The word, as written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Advisory => "advisory",
            Self::Overridable => "overridable",
            Self::Mandatory => "mandatory",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concern(kinds: &[(&str, &str)], api_version: &str, kind: &str) -> bool {
        let filter = |(group, kind): &(&str, &str)| KindFilter { group: (*group).to_owned(), kind: (*kind).to_owned() };
        let kinds = kinds.iter().map(filter).collect();
        let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
        let identity = ObjectIdentity { api_version, kind, namespace: None, name: String::new() };
        ValidatorNeeds { scope: Scope::Document, kinds, secret_values: false }.concern(&identity)
    }

    #[test]
    fn a_policy_without_kinds_is_asked_about_kubernetes_objects_alone() {
        assert!(concern(&[], "v1", "Pod") && concern(&[], "example.com/v1", "Widget"));
        assert!(!concern(&[], "dockerfile.tollgate/v1", "Dockerfile"));
    }

    #[test]
    fn a_star_stands_for_every_group_of_kubernetes() {
        assert!(concern(&[("*", "*")], "apps/v1", "Deployment") && concern(&[("*", "Pod")], "v1", "Pod"));
        assert!(!concern(&[("*", "*")], "terraform.tollgate/v1", "resource"));
    }

    #[test]
    fn another_language_is_seen_by_who_names_its_group() {
        assert!(concern(&[("terraform.tollgate", "*")], "terraform.tollgate/v1", "resource"));
        assert!(concern(&[("terraform.tollgate", "resource")], "terraform.tollgate/v1", "resource"));
        assert!(!concern(&[("terraform.tollgate", "resource")], "terraform.tollgate/v1", "data"));
        assert!(!concern(&[("toml.tollgate", "*")], "terraform.tollgate/v1", "resource"));
    }
}
