//! What the operator can set.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use tollgate_sdk::SettingsError;

use crate::release::Release;

/// Parts of names that say that a value is secret.
const SECRET_WORDS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "bearer",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "accountkey",
    "storagekey",
    "batchkey",
    "keycontent",
    "connectionstring",
];

/// What names end in that only tell of a secret: where it is, or how long it holds.
const HARMLESS_ENDINGS: [&str; 48] = [
    "algorithm",
    "applicationcredentials",
    "arn",
    "audience",
    "count",
    "dir",
    "directory",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "file",
    "filename",
    "header",
    "host",
    "hours",
    "id",
    "interval",
    "issuer",
    "length",
    "limit",
    "manager",
    "minutes",
    "mode",
    "mount",
    "name",
    "namespace",
    "path",
    "policy",
    "port",
    "prefix",
    "provider",
    "ref",
    "required",
    "seconds",
    "secrets",
    "size",
    "store",
    "timeout",
    "tokens",
    "ttl",
    "type",
    "uri",
    "url",
    "user",
    "username",
    "version",
];

/// The settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// How many replicas a workload runs at least.
    pub(crate) min_replicas: u32,
    /// The release of Kubernetes that must serve the documents.
    pub(crate) kubernetes: Release,
    /// Whether an object that names no namespace counts as one of `default`.
    pub(crate) require_namespace: bool,
    /// Whether pods need a priority class.
    pub(crate) require_priority_class: bool,
    /// How a Service may be reached from outside the cluster.
    pub(crate) allowed_exposure: Vec<Exposure>,
    /// Parts of the names of secret environment variables, in lower case and without separators.
    pub(crate) secret_words: Vec<Word>,
    /// What names end in that are not secret all the same, whole words of them.
    pub(crate) harmless_endings: Vec<Word>,
}

/// Part of a name. Those of the defaults are not copied, since settings are read for each document.
type Word = Cow<'static, str>;

/// How a Service is reached from outside the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Exposure {
    NodePort,
    LoadBalancer,
    #[serde(rename = "externalIPs")]
    ExternalIps,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_replicas: 2,
            kubernetes: Release::NEWEST,
            require_namespace: false,
            require_priority_class: false,
            allowed_exposure: Vec::new(),
            secret_words: SECRET_WORDS.map(Word::Borrowed).to_vec(),
            harmless_endings: HARMLESS_ENDINGS.map(Word::Borrowed).to_vec(),
        }
    }
}

impl tollgate_sdk::Settings for Settings {
    fn schema() -> String {
        include_str!("settings.schema.json").to_owned()
    }

    fn problems(&self) -> Vec<SettingsError> {
        let none = SettingsError { pointer: "/minReplicas".to_owned(), message: "`minReplicas` must be at least 1".to_owned() };
        let words = broken_words("secretWords", &self.secret_words).chain(broken_words("harmlessEndings", &self.harmless_endings));
        (self.min_replicas == 0).then_some(none).into_iter().chain(words).collect()
    }
}

/// Words that no name could hold, so that they would match nothing without saying so; an empty one would match everything.
fn broken_words(setting: &str, words: &[Word]) -> impl Iterator<Item = SettingsError> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let broken = words.iter().enumerate().filter(move |(_, word)| !is_word(word));
    broken.map(move |(index, word)| SettingsError {
        pointer: format!("/{setting}/{index}"),
        message: format!("`{word}` must be lower-case letters and digits: names are compared without case and separators"),
    })
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use super::*;
    use crate::Workloads;

    fn refused(settings: &str) -> Vec<String> {
        testing::configure::<Workloads>(settings).unwrap_err().into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn settings_that_could_never_match_are_refused_at_their_place() {
        assert_eq!(refused(r#"{"minReplicas": 0}"#), ["/minReplicas"]);
        assert_eq!(refused(r#"{"minReplicas": -1}"#), ["/minReplicas"]);
        assert_eq!(refused(r#"{"secretWords": ["pin", "API_KEY", ""]}"#), ["/secretWords/1", "/secretWords/2"]);
        assert_eq!(refused(r#"{"harmlessEndings": ["_FILE"]}"#), ["/harmlessEndings/0"]);
        assert_eq!(refused(r#"{"kubernetes": "v1.99"}"#), ["/kubernetes"]);
        assert_eq!(refused(r#"{"allowedExposure": ["ClusterIP"]}"#), ["/allowedExposure/0"]);
        assert_eq!(refused(r#"{"minReplica": 3}"#), ["/minReplica"]);
    }

    #[test]
    fn the_defaults_are_accepted() {
        let settings = serde_json::to_string(&Settings::default()).unwrap();
        assert!(testing::configure::<Workloads>(&settings).is_ok());
    }

    #[test]
    fn the_schema_lists_the_releases_that_are_known() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("settings.schema.json")).unwrap();
        let listed = schema["properties"]["kubernetes"]["enum"].as_array().unwrap();
        let known: Vec<_> = (16..=37).map(|minor| Release::minor(minor).to_string()).collect();
        assert_eq!(listed, &known);
    }
}
