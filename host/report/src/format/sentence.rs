//! Sentences that several formats say. Each is clean, and on one line.

use tollgate_core::policy::Enforcement;

use crate::check::{CheckReport, NotEvaluated};
use crate::clean;
use crate::failure::Failure;
use crate::finding::{FindingReport, WaiverReport};
use crate::standing::Standing;

/// What was found, what would fix it, and of what blocks who could let it through. What comes to nothing says first why.
pub(crate) fn finding(finding: &FindingReport) -> String {
    let fix = finding.remediation.as_deref().map(clean::line);
    let way = (finding.standing() == Standing::Blocks).then(|| format!("({})", finding.way_through()));
    joined([aside(finding), Some(clean::line(&finding.message)), fix, way].into_iter().flatten())
}

/// Why a finding comes to nothing, if it does.
pub(crate) fn aside(finding: &FindingReport) -> Option<String> {
    match (finding.standing(), &finding.waiver) {
        (Standing::Fixed, _) => Some("fixed".to_owned()),
        (Standing::Waived, Some(waiver)) => Some(self::waiver(waiver)),
        _ => None,
    }
}

/// `waived until 2026-12-31 by lead@example.com: the vendor ships a fix`
pub(crate) fn waiver(waiver: &WaiverReport) -> String {
    clean::line(&format!("waived until {} by {}: {}", waiver.expires, waiver.approver, waiver.reason))
}

/// What could not be done, why, and what to do.
pub(crate) fn failure(failure: &Failure) -> String {
    let causes = failure.causes.iter().map(|cause| format!("caused by: {}", clean::line(cause)));
    let hint = failure.hint.as_deref().map(clean::line);
    joined(std::iter::once(clean::line(&failure.message)).chain(causes).chain(hint))
}

/// A file that no policy saw.
pub(crate) fn not_evaluated(file: &NotEvaluated) -> String {
    clean::line(&format!("`{}` was not evaluated: {}", file.file, file.why))
}

/// Why advisory gates could not judge. Those of other gates are errors of the report.
pub(crate) fn advisory_errors(report: &CheckReport) -> impl Iterator<Item = String> {
    let failed = report.gates.iter().filter(|gate| gate.verdict == "error" && gate.enforcement == Enforcement::Advisory);
    failed.map(|gate| {
        let why = gate.message.as_deref().unwrap_or("no verdict");
        clean::line(&format!("advisory gate `{}` could not judge, which blocks nothing: {why}", gate.name))
    })
}

/// Sentences one after the other, each ended.
fn joined(parts: impl Iterator<Item = String>) -> String {
    let ended = |part: &String| part.ends_with(['.', '!', '?', ':', ';']);
    let mut text = String::new();
    for part in parts.filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push_str(if ended(&text) { " " } else { ". " });
        }
        text.push_str(&part);
    }
    text
}

/// At most so many characters; what is cut off ends in an ellipsis.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit.saturating_sub(1)).chain(std::iter::once('…')).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_code::ExitCode;
    use crate::finding::tests::{mk_finding, mk_waiver};
    use crate::finding::{Enforcements, FindingStatus};
    use tollgate_core::finding::Level;

    fn mk_report() -> FindingReport {
        FindingReport::new(&mk_finding("a", "r", Level::Deny, None), &Enforcements::new())
    }

    #[test]
    fn a_message_and_its_fix_are_two_sentences_on_one_line() {
        let fix = |message: &str| {
            finding(&FindingReport { message: message.to_owned(), remediation: Some("Pin\nit.".to_owned()), ..mk_report() })
        };
        let nobody = "(nobody can let it through, only a fix helps)";
        assert_eq!(fix("image is not pinned"), format!("image is not pinned. Pin it. {nobody}"));
        assert_eq!(fix("is it?\u{1b}[0m"), format!("is it?\u{fffd}[0m. Pin it. {nobody}"));
        assert_eq!(fix(""), format!("Pin it. {nobody}"));
    }

    #[test]
    fn what_comes_to_nothing_says_so_first() {
        let waived = FindingReport { waiver: Some(mk_waiver()), ..mk_report() };
        assert!(finding(&waived).starts_with("waived until 2027-01-31 by platform-lead@example.com: the vendor"));
        let fixed = FindingReport { status: Some(FindingStatus::Fixed), ..waived };
        assert_eq!(finding(&fixed), "fixed. something about `r`");
    }

    #[test]
    fn a_failure_says_what_why_and_what_to_do() {
        let broken = Failure {
            causes: vec!["it trapped".to_owned()],
            ..Failure::of_message(ExitCode::PluginFailed, "plugin failed").with_hint("Look at its log.")
        };
        assert_eq!(failure(&broken), "plugin failed. caused by: it trapped. Look at its log.");
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!((clip("äöü", 3).as_str(), clip("äöüß", 3).as_str(), clip("", 0).as_str()), ("äöü", "äö…", ""));
    }
}
