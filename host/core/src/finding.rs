//! Findings: what a policy has to say. They are data; a finding is never an error.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::{DocumentReference, Location};
use crate::pointer::Pointer;

/// What a finding does to the verdict of its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Note,
    Warn,
    Deny,
}

/// Sorts and labels findings; decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// `<policy>/<rule>`: `image-pinned/tag`. The policy owns the part before the slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(String);

impl RuleId {
    /// The id of a policy's rule.
    pub fn new(policy: &str, rule: &str) -> Self {
        Self(format!("{policy}/{rule}"))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last slash.
    pub fn rule(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.0.as_str(), |(_, rule)| rule)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A document, and the value in it.
    Document { document: DocumentReference, pointer: Pointer },
    /// A source file as such: what could not be parsed has no document.
    File,
    /// A component of a recipe.
    Component(String),
    /// A target.
    Target(String),
    /// The promotion as a whole.
    Promotion,
}

/// One thing that a policy, or the host itself (`source/…`, `recipe/…`, `structure/…`), has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the policy; `source`, `recipe`, `structure` for the host's own.
    pub policy: String,
    pub rule: RuleId,
    pub level: Level,
    pub severity: Severity,
    /// One sentence or two, without the place.
    pub message: String,
    pub subject: Subject,
    /// Nothing for what stands in no file.
    pub location: Option<Location>,
    /// What would fix it.
    pub remediation: Option<String>,
    /// The controls that the rule answers to.
    pub controls: Vec<String>,
}

impl Finding {
    /// The order in which reports list findings: by file and place, then by rule.
    pub fn report_order(&self, other: &Self) -> std::cmp::Ordering {
        let key =
            |finding: &Self| (finding.location.clone(), finding.rule.clone(), finding.subject.clone(), finding.message.clone());
        key(self).cmp(&key(other))
    }
}
