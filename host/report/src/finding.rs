//! Findings, as reports show them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::document::{DocumentReference, Location, Span};
pub use tollgate_core::finding::Status as FindingStatus;
use tollgate_core::finding::{Finding, Level, Severity, Subject};
use tollgate_core::policy::Enforcement;
use tollgate_core::terms::Terms;

/// Names of the host's own policies: nothing softens what they say.
const HOST_POLICIES: [&str; 4] = ["source", "render", "recipe", "structure"];

/// By policy, the strictest enforcement of the gates that ask it.
pub type Enforcements = BTreeMap<String, Enforcement>;

/// One thing that a policy, or the host itself, has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingReport {
    /// Name of the policy; `source`, `render`, `recipe`, `structure` for the host's own.
    pub policy: String,
    /// `<policy>/<rule>`
    pub rule: String,
    /// What it does to the verdict of its gate.
    #[schemars(schema_with = "crate::words::level")]
    pub level: Level,
    /// Sorts and labels; decides nothing.
    #[schemars(schema_with = "crate::words::severity")]
    pub severity: Severity,
    /// One sentence or two, without the place.
    pub message: String,
    /// Relative to the repository's root, else as given; null for what stands in no file.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in Unicode scalars.
    pub column: Option<u32>,
    /// From 1.
    pub end_line: Option<u32>,
    /// From 1, in Unicode scalars, exclusive.
    pub end_column: Option<u32>,
    /// RFC 6901, into the document.
    pub pointer: Option<String>,
    /// Null for what is not about one document.
    pub document: Option<DocumentReport>,
    /// The component that it is about, where it is about one as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The target that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The controls that the rule answers to.
    pub controls: Vec<String>,
    /// Of the strictest gate that asks the policy. `mandatory`: nobody can let it through.
    #[schemars(schema_with = "crate::words::enforcement")]
    pub enforcement: Enforcement,
    /// Against the base of the check; null where there was none.
    #[schemars(schema_with = "crate::words::status")]
    pub status: Option<FindingStatus>,
    /// What accepts it for a time. A finding with a waiver does not block.
    pub waiver: Option<WaiverReport>,
    /// The same for the same finding wherever it moves to in its file: 64 hex digits. Two findings may share one.
    pub fingerprint: String,
    /// Whether it is a reason for a denial.
    pub blocks: bool,
    /// What would fix it.
    pub remediation: Option<String>,
}

/// What accepts a finding for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaiverReport {
    pub reason: String,
    /// Who answers for it.
    pub approver: String,
    /// The last day on which it holds, as `2026-12-31`, in UTC.
    pub expires: String,
    /// Where it is written.
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl From<&Terms> for WaiverReport {
    fn from(terms: &Terms) -> Self {
        Self {
            reason: terms.reason.clone(),
            approver: terms.approver.clone(),
            expires: terms.expires.to_string(),
            file: terms.location.file.clone(),
            line: terms.location.span.line,
        }
    }
}

/// Names a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentReport {
    /// Position among the documents of the file, from 0.
    pub index: u32,
    pub api_version: String,
    pub kind: String,
    /// Null where the manifest leaves it out.
    pub namespace: Option<String>,
    /// Empty where the manifest has no name.
    pub name: String,
    /// The environments that it was rendered for, which may be none in particular; nothing for an object that stands in its file as
    /// it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_for: Option<Vec<String>>,
}

impl From<&DocumentReference> for DocumentReport {
    fn from(reference: &DocumentReference) -> Self {
        let identity = reference.identity.clone();
        Self {
            index: reference.index,
            api_version: identity.api_version,
            kind: identity.kind,
            namespace: identity.namespace,
            name: identity.name,
            rendered_for: reference.rendered_for.clone(),
        }
    }
}

impl std::fmt::Display for DocumentReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        write!(f, "{} {namespace}{}", self.kind, self.name)?;
        match self.rendered_for.as_deref() {
            Some(environments) if !environments.is_empty() => write!(f, " (rendered for {})", environments.join(", ")),
            _ => Ok(()),
        }
    }
}

impl FindingReport {
    /// What a report shows of a finding. A policy that `enforcements` does not know is taken to be mandatory.
    pub fn new(finding: &Finding, enforcements: &Enforcements) -> Self {
        let span = finding.location.as_ref().map(|location| location.span);
        let enforcement = enforcement_of(&finding.policy, enforcements);
        let counts = finding.waiver.is_none() && finding.status != Some(FindingStatus::Fixed);
        let (document, pointer) = match &finding.subject {
            Subject::Document { document, pointer } => (Some(document.into()), Some(pointer.as_str().to_owned())),
            _ => (None, None),
        };
        Self {
            policy: finding.policy.clone(),
            rule: finding.rule.as_str().to_owned(),
            level: finding.level,
            severity: finding.severity,
            message: finding.message.clone(),
            file: finding.location.as_ref().map(|location| location.file.clone()),
            line: span.map(|span| span.line),
            column: span.map(|span| span.column),
            end_line: span.map(|span| span.end_line),
            end_column: span.map(|span| span.end_column),
            pointer,
            document,
            component: if let Subject::Component(name) = &finding.subject { Some(name.clone()) } else { None },
            target: if let Subject::Target(name) = &finding.subject { Some(name.clone()) } else { None },
            controls: finding.controls.clone(),
            enforcement,
            blocks: counts && finding.level == Level::Deny && enforcement != Enforcement::Advisory,
            status: finding.status,
            waiver: finding.waiver.as_ref().map(WaiverReport::from),
            fingerprint: finding.fingerprint().hex(),
            remediation: finding.remediation.clone(),
        }
    }

    /// Where it stands, if it stands in a file.
    pub fn location(&self) -> Option<Location> {
        let span = Span { line: self.line?, column: self.column?, end_line: self.end_line?, end_column: self.end_column? };
        Some(Location { file: self.file.clone()?, span })
    }

    /// Whether it is about an object whose values must not be seen.
    pub(crate) fn is_about_secret(&self) -> bool {
        self.document.as_ref().is_some_and(|document| document.kind == "Secret")
    }

    /// Whether the host itself found it, not a policy.
    pub(crate) fn is_hosts_own(&self) -> bool {
        HOST_POLICIES.contains(&self.policy.as_str())
    }
}

fn enforcement_of(policy: &str, enforcements: &Enforcements) -> Enforcement {
    if HOST_POLICIES.contains(&policy) {
        return Enforcement::Mandatory;
    }
    enforcements.get(policy).copied().unwrap_or(Enforcement::Mandatory)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use tollgate_core::document::ObjectIdentity;
    use tollgate_core::finding::RuleId;

    pub(crate) fn mk_finding(policy: &str, rule: &str, level: Level, place: Option<(&str, Span)>) -> Finding {
        Finding {
            policy: policy.to_owned(),
            rule: RuleId::new(policy, rule),
            level,
            severity: Severity::High,
            message: format!("something about `{rule}`"),
            subject: Subject::Promotion,
            location: place.map(|(file, span)| Location { file: file.to_owned(), span }),
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }

    pub(crate) fn mk_document(kind: &str, name: &str, pointer: &str) -> Subject {
        let identity =
            ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() };
        Subject::Document {
            document: DocumentReference { index: 0, identity, rendered_for: None },
            pointer: pointer.parse().unwrap(),
        }
    }

    pub(crate) fn mk_waiver() -> WaiverReport {
        WaiverReport {
            reason: "the vendor ships a fix in January".to_owned(),
            approver: "platform-lead@example.com".to_owned(),
            expires: "2027-01-31".to_owned(),
            file: "waivers.yaml".to_owned(),
            line: 4,
        }
    }

    fn report_of(finding: &Finding) -> FindingReport {
        FindingReport::new(finding, &Enforcements::from([("a".to_owned(), Enforcement::Advisory)]))
    }

    #[test]
    fn what_the_host_finds_and_what_nobody_knows_is_mandatory() {
        for policy in ["source", "render", "recipe", "structure", "unheard-of"] {
            let enforcements = Enforcements::from([("source".to_owned(), Enforcement::Advisory)]);
            let finding = mk_finding(policy, "r", Level::Deny, None);
            assert_eq!(FindingReport::new(&finding, &enforcements).enforcement, Enforcement::Mandatory, "{policy}");
        }
        assert_eq!(report_of(&mk_finding("a", "r", Level::Deny, None)).enforcement, Enforcement::Advisory);
    }

    #[test]
    fn the_place_survives_and_is_missing_where_there_is_none() {
        let span = Span { line: 3, column: 5, end_line: 3, end_column: 9 };
        let placed = report_of(&mk_finding("a", "r", Level::Deny, Some(("x.yaml", span))));
        assert_eq!(placed.location(), Some(Location { file: "x.yaml".to_owned(), span }));
        assert_eq!(report_of(&mk_finding("a", "r", Level::Deny, None)).location(), None);
    }

    #[test]
    fn each_subject_is_named_by_its_own_member() {
        let with = |subject| report_of(&Finding { subject, ..mk_finding("a", "r", Level::Deny, None) });
        assert_eq!(with(Subject::Component("cart".to_owned())).component.as_deref(), Some("cart"));
        assert_eq!(with(Subject::Target("prod-apps".to_owned())).target.as_deref(), Some("prod-apps"));
        let document = with(mk_document("Secret", "key", "/data"));
        assert_eq!((document.pointer.as_deref(), document.is_about_secret()), (Some("/data"), true));
        assert!(with(Subject::File).document.is_none());
    }
}
