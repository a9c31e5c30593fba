//! Findings of a plugin, checked against the rules that it described and the documents that it was given.

use tollgate_core::evaluate::{DocumentFinding, EvaluationError, VisibleDocument};
use tollgate_core::finding::Level;
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::Description;

use crate::answer::{OutputMeter, invalid, quoted};
use crate::bindings::validator::exports::tollgate::gate::validation as wit;
use crate::bindings::validator::tollgate::gate::types;
use crate::description::level;
use crate::outline;

/// Takes over a validator's findings.
///
/// # Errors
/// When there are too many or too long ones, or one names a rule or document that does not exist, points out of its
/// document, or raises the level of its rule.
pub(crate) fn checked(
    findings: Vec<wit::Finding>,
    description: &Description,
    documents: &[VisibleDocument],
) -> Result<Vec<DocumentFinding>, EvaluationError> {
    OutputMeter::findings(findings.len())?;
    let mut meter = OutputMeter::default();
    for finding in &findings {
        meter.add([finding.rule.as_str(), finding.message.as_str(), finding.pointer.as_str()]);
        meter.add(finding.remediation.as_deref());
    }
    meter.finish()?;
    findings.into_iter().map(|finding| one(finding, description, documents)).collect()
}

fn one(
    finding: wit::Finding,
    description: &Description,
    documents: &[VisibleDocument],
) -> Result<DocumentFinding, EvaluationError> {
    let level = lowered(&finding.rule, finding.level, description)?;
    let index = usize::try_from(finding.document).unwrap_or(usize::MAX);
    let document = documents
        .get(index)
        .ok_or_else(|| invalid(format!("a finding names document {}, which was not given", finding.document)))?;
    let pointer: Pointer =
        finding.pointer.parse().map_err(|_| invalid(format!("{} is not a JSON pointer", quoted(&finding.pointer))))?;
    if !outline::is_within(&document.body, &pointer) {
        return Err(invalid(format!("pointer {} leads out of its document", quoted(pointer.as_str()))));
    }
    let wit::Finding { rule, message, remediation, .. } = finding;
    Ok(DocumentFinding { rule, message, document: index, pointer, remediation, level })
}

/// The level of a finding whose rule exists and does not have a lower one.
///
/// # Errors
/// When the plugin described no such rule, or the finding goes above its rule's level.
pub(crate) fn lowered(
    rule: &str,
    wanted: Option<types::Level>,
    description: &Description,
) -> Result<Option<Level>, EvaluationError> {
    let known = description
        .rule(rule)
        .ok_or_else(|| invalid(format!("a finding names rule {}, which it did not describe", quoted(rule))))?;
    let wanted = wanted.map(level);
    match wanted {
        Some(level) if level > known.level => Err(invalid(format!("a finding raises the level of its rule {}", quoted(rule)))),
        _ => Ok(wanted),
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::finding::Severity;
    use tollgate_core::policy::Rule;

    use super::*;

    fn mk_finding() -> wit::Finding {
        wit::Finding {
            rule: "tag".to_owned(),
            message: "no tag".to_owned(),
            document: 0,
            pointer: "/a".to_owned(),
            remediation: None,
            level: None,
        }
    }

    fn check(finding: wit::Finding) -> Result<Vec<DocumentFinding>, EvaluationError> {
        let rule = Rule {
            id: "tag".to_owned(),
            title: String::new(),
            help: String::new(),
            level: Level::Warn,
            severity: Severity::Low,
            controls: Vec::new(),
        };
        let description = Description {
            name: "test".to_owned(),
            version: "0.1.0".to_owned(),
            rules: vec![rule],
            settings_schema: serde_json::Value::Bool(true),
        };
        let document = VisibleDocument { file: "a.yaml".to_owned(), body: br#"{"a":[1]}"#.as_slice().into() };
        checked(vec![finding], &description, &[document])
    }

    #[test]
    fn a_good_finding_is_taken_over() {
        let taken = check(wit::Finding { level: Some(types::Level::Note), ..mk_finding() }).unwrap();
        assert_eq!(taken[0].pointer.as_str(), "/a");
        assert_eq!(taken[0].level, Some(Level::Note));
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for finding in [
            wit::Finding { rule: "digest".to_owned(), ..mk_finding() },
            wit::Finding { document: 1, ..mk_finding() },
            wit::Finding { document: u32::MAX, ..mk_finding() },
            wit::Finding { pointer: "a".to_owned(), ..mk_finding() },
            wit::Finding { pointer: "/a/1".to_owned(), ..mk_finding() },
        ] {
            assert!(matches!(check(finding), Err(EvaluationError::InvalidOutput { .. })));
        }
    }

    #[test]
    fn a_level_may_be_lowered_and_never_raised() {
        assert!(check(wit::Finding { level: Some(types::Level::Warn), ..mk_finding() }).is_ok());
        assert!(check(wit::Finding { level: Some(types::Level::Deny), ..mk_finding() }).is_err());
    }

    #[test]
    fn long_messages_are_refused() {
        let long = wit::Finding { message: "x".repeat(2 * 1024 * 1024), ..mk_finding() };
        assert!(matches!(check(long), Err(EvaluationError::OutputTooLarge { .. })));
    }
}
