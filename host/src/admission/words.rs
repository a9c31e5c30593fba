//! What whoever asked a cluster reads: the rule, the field and the fix of every finding.

use tollgate_core::admission::Freshness;
use tollgate_core::decision::{Decision, GateVerdict};
use tollgate_core::finding::{Finding, Subject};
use tollgate_core::policy::Enforcement;
use tollgate_core::verdict::Verdict;

/// How many findings a message names.
const NAMED: usize = 10;
/// API servers cut longer warnings.
const WARNING: usize = 256;
/// API servers take no more of them together.
const WARNINGS: usize = 12;

/// Why an object does not pass.
pub(super) fn denial(subject: &str, decision: &Decision, denying: &[&Finding]) -> String {
    let errors = decision.errors().filter_map(|gate| match &gate.verdict {
        Verdict::Error { message } => Some(format!("gate `{}` could not judge `{subject}`: {message}", gate.name)),
        _ => None,
    });
    let errors: Vec<String> = errors.collect();
    if denying.is_empty() {
        return errors.join("\n");
    }
    let mut message = findings(subject, denying.iter().copied());
    for error in errors {
        message.push('\n');
        message.push_str(&error);
    }
    if let Some(hint) = way_past(decision) {
        message.push('\n');
        message.push_str(&hint);
    }
    message
}

/// Who could let it pass.
fn way_past(decision: &Decision) -> Option<String> {
    let blocks = |gate: &&GateVerdict| {
        gate.verdict == Verdict::Fail && gate.enforcement == Enforcement::Overridable && gate.passed_by.is_none()
    };
    let names: Vec<String> = decision.gates().iter().filter(blocks).map(|gate| format!("`{}`", gate.name)).collect();
    (!names.is_empty()).then(|| format!("In an emergency `tollgate override` lets {} be passed for a time.", names.join(", ")))
}

/// Findings about an object, each with its field and its fix.
pub(super) fn findings<'a>(subject: &str, findings: impl Iterator<Item = &'a Finding>) -> String {
    let lines: Vec<String> = findings.map(line).collect();
    let mut message = format!("`{subject}` is denied:");
    for line in lines.iter().take(NAMED) {
        message.push_str("\n- ");
        message.push_str(line);
    }
    if lines.len() > NAMED {
        message.push_str(&format!("\n- and {} more", lines.len() - NAMED));
    }
    message
}

fn line(finding: &Finding) -> String {
    let field = match &finding.subject {
        Subject::Document { pointer, .. } if !pointer.to_string().is_empty() => format!(" at {pointer}"),
        _ => String::new(),
    };
    let fix = finding.remediation.as_ref().map(|fix| format!(". {fix}")).unwrap_or_default();
    format!("{}{field}: {}{fix}", finding.rule, finding.message)
}

/// What should not be overlooked beside what denies: warnings, and what gates let pass that only advise or were passed.
pub(super) fn warnings(decision: &Decision, told: &[&Finding]) -> Vec<String> {
    let passed = decision.gates().iter().filter_map(|gate| {
        let pass = gate.passed_by?;
        Some(format!("gate `{}` was passed by the override of entry {}, until {}", gate.name, pass.entry, pass.until))
    });
    let broken = decision.gates().iter().filter(|gate| gate.enforcement == Enforcement::Advisory).filter_map(|gate| {
        let Verdict::Error { message } = &gate.verdict else { return None };
        Some(format!("gate `{}` could not judge: {message}", gate.name))
    });
    let found = told.iter().map(|finding| line(finding));
    let all: Vec<String> = passed.chain(broken).chain(found).collect();
    let more = all.len().saturating_sub(WARNINGS);
    let mut shown: Vec<String> = all.iter().take(WARNINGS).map(|warning| cut(warning)).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}

/// No longer than an API server takes.
pub(super) fn cut(warning: &str) -> String {
    match warning.char_indices().nth(WARNING - 1) {
        Some((end, _)) if warning.chars().count() > WARNING => format!("{}…", &warning[..end]),
        _ => warning.to_owned(),
    }
}

/// What every gate said, for the audit log: `image-pinned=fail`.
pub(super) fn gates(decision: &Decision) -> String {
    let said: Vec<String> = decision.gates().iter().map(|gate| format!("{}={}", gate.name, gate.verdict.word())).collect();
    said.join(",")
}

/// That nobody knows any more what is approved.
pub(super) fn stale(freshness: &Freshness) -> String {
    let why = freshness.failure.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let Freshness { age, limit, .. } = freshness;
    format!("tollgate could not read its ledger for {age} s{why}, and may rest on it for {limit} s; see that it can be reached")
}
