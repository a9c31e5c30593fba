//! Findings: what a policy has to say. They are data; a finding is never an error.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::document::{DocumentReference, Location};
use crate::pointer::Pointer;
use crate::terms::Terms;

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

/// How a finding compares with those of the base that a proposal would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The base does not have it.
    New,
    /// The base has it as well.
    Unchanged,
    /// The base has it, and the proposal does not.
    Fixed,
}

/// One thing that a policy, or the host itself (`source/…`, `recipe/…`, `structure/…`), has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the policy; `source`, `render`, `recipe`, `structure` for the host's own.
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
    /// Nothing where there is no base to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// What accepts it; then it blocks nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Terms>,
}

impl Finding {
    /// What the host itself finds, under a name of its own (`source`, `render`, `recipe`, `structure`): it denies, and answers to no
    /// control.
    pub fn of_host(
        (policy, rule): (&str, &str),
        subject: Subject,
        location: Option<Location>,
        message: String,
        remediation: &str,
    ) -> Self {
        Self {
            policy: policy.to_owned(),
            rule: RuleId::new(policy, rule),
            level: Level::Deny,
            severity: Severity::High,
            message,
            subject,
            location,
            remediation: Some(remediation.to_owned()),
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }

    /// The order in which reports list findings: by file and place, then by rule.
    pub fn report_order(&self, other: &Self) -> std::cmp::Ordering {
        let key =
            |finding: &Self| (finding.location.clone(), finding.rule.clone(), finding.subject.clone(), finding.message.clone());
        key(self).cmp(&key(other))
    }

    /// Names the finding wherever it moves to: by its rule, the object or file that it is about, the way to the value without
    /// positions in lists, and what it says. The same finding of two revisions has the same one; so may two findings of one
    /// revision, which then differ by position alone.
    pub fn fingerprint(&self) -> Digest {
        let file = self.location.as_ref().map_or("", |location| location.file.as_str());
        let (kind, names) = match &self.subject {
            Subject::Document { document, pointer } => {
                let identity = &document.identity;
                // An object with a name is the same one in another file.
                let place = if identity.name.is_empty() { file } else { "" };
                let way: Vec<String> = pointer.tokens().map(without_position).collect();
                ("document", vec![identity.group().to_owned(), identity.to_string(), place.to_owned(), way.join("/")])
            }
            Subject::File => ("file", vec![file.to_owned()]),
            Subject::Component(name) => ("component", vec![name.clone()]),
            Subject::Target(name) => ("target", vec![name.clone()]),
            Subject::Promotion => ("promotion", Vec::new()),
        };
        let parts = [self.rule.as_str(), kind, &self.message].map(str::to_owned).into_iter().chain(names);
        let digests: Vec<u8> = parts.flat_map(|part| *Digest::of(part.as_bytes()).as_bytes()).collect();
        Digest::of(&digests)
    }
}

/// A step of a pointer; a position in a list is `*`.
fn without_position(token: String) -> String {
    if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) { "*".to_owned() } else { token }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ObjectIdentity, Span};

    fn mk_finding(index: u32, name: &str, (file, line): (&str, u32), pointer: &str) -> Finding {
        let identity = ObjectIdentity {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: None,
            name: name.to_owned(),
        };
        Finding {
            policy: "image-pinned".to_owned(),
            rule: RuleId::new("image-pinned", "tag"),
            level: Level::Deny,
            severity: Severity::High,
            message: "container `web` is not pinned".to_owned(),
            subject: Subject::Document {
                document: DocumentReference { index, identity, rendered_for: None },
                pointer: pointer.parse().unwrap(),
            },
            location: Some(Location { file: file.to_owned(), span: Span::point(line, 1) }),
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }

    #[test]
    fn a_finding_keeps_its_fingerprint_when_it_moves() {
        let before = mk_finding(0, "cart", ("a.yaml", 3), "/spec/containers/0/image");
        let after = mk_finding(4, "cart", ("b.yaml", 90), "/spec/containers/12/image");
        assert_eq!(before.fingerprint(), after.fingerprint());
    }

    #[test]
    fn findings_about_different_things_have_different_fingerprints() {
        let one = || mk_finding(0, "cart", ("a.yaml", 3), "/spec/containers/0/image");
        let others = [
            mk_finding(0, "web", ("a.yaml", 3), "/spec/containers/0/image"),
            mk_finding(0, "cart", ("a.yaml", 3), "/spec/initContainers/0/image"),
            Finding { message: "another".to_owned(), ..one() },
            Finding { rule: RuleId::new("image-pinned", "digest"), ..one() },
            Finding { subject: Subject::File, ..one() },
            Finding { subject: Subject::Component("cart".to_owned()), ..one() },
            Finding { subject: Subject::Target("cart".to_owned()), ..one() },
        ];
        let mut all: Vec<Digest> = others.iter().chain([&one()]).map(Finding::fingerprint).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), others.len() + 1);
    }

    #[test]
    fn objects_without_a_name_are_told_apart_by_their_file() {
        let fingerprint = |file| mk_finding(0, "", (file, 3), "").fingerprint();
        assert_ne!(fingerprint("a.yaml"), fingerprint("b.yaml"));
        assert_eq!(fingerprint("a.yaml"), fingerprint("a.yaml"));
    }
}
