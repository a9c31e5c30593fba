//! What a case expects beside what was found.

use tollgate_core::finding::{Finding, Subject};

use super::{Expected, Place};

/// How a case came out otherwise than it says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// What it names and what was not found.
    pub(super) missing: Vec<String>,
    /// What was found and what it does not name.
    pub(super) unexpected: Vec<String>,
}

/// Compares. Each finding stands for one expectation; those with a pointer, which say more, choose first.
pub(super) fn compare(expected: &[Expected], found: &[Finding], policy: Option<&str>) -> Difference {
    let mut left: Vec<&Finding> = found.iter().collect();
    let mut missing = Vec::new();
    let (pointers, lines): (Vec<&Expected>, Vec<&Expected>) =
        expected.iter().partition(|expected| matches!(expected.place, Place::Pointer(..)));
    for expected in pointers.into_iter().chain(lines) {
        match left.iter().position(|finding| is(finding, expected, policy)) {
            Some(position) => drop(left.remove(position)),
            None => missing.push(expected.to_string()),
        }
    }
    Difference { missing, unexpected: left.into_iter().map(|finding| told(finding, policy)).collect() }
}

fn is(finding: &Finding, expected: &Expected, policy: Option<&str>) -> bool {
    let whole = finding.rule.as_str();
    let is_rule = expected.rule == whole || policy.is_some_and(|policy| whole == format!("{policy}/{}", expected.rule));
    is_rule
        && match &expected.place {
            Place::Line(line) => finding.location.as_ref().is_some_and(|location| location.span.line == *line),
            Place::Pointer(index, expected) => match &finding.subject {
                Subject::Document { document, pointer } => document.index == *index && pointer.as_str() == expected,
                _ => false,
            },
        }
}

/// As a case would name it.
fn told(finding: &Finding, policy: Option<&str>) -> String {
    let whole = finding.rule.as_str();
    let rule = policy.and_then(|policy| whole.strip_prefix(policy)?.strip_prefix('/')).unwrap_or(whole);
    let line = finding.location.as_ref().map(|location| format!(", line {}", location.span.line)).unwrap_or_default();
    match &finding.subject {
        Subject::Document { document, pointer } => format!("{rule} {}:{pointer}{line}: {}", document.index, finding.message),
        _ => format!("{rule}{line}: {}", finding.message),
    }
}
