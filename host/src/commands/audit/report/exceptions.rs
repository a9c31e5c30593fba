//! What did not go the usual way.

use std::collections::BTreeMap;

use tollgate_core::decision::DecisionWord;
use tollgate_core::entry::{Body, Entry, OutcomeState};
use tollgate_core::finding::Finding;
use tollgate_core::history::History;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_report::audit::Exception;

use super::Period;
use crate::commands::audit::words;
use crate::delivery::recorded;

/// All of a time, in order.
pub(super) fn all(period: &Period, history: &History, ledger: &dyn ReadLedger) -> Result<Vec<Exception>, LedgerError> {
    let reviews = reviews(history);
    let mut exceptions = Vec::new();
    for entry in period.entries(history) {
        let kind = kind(entry);
        exceptions.extend(kind.map(|kind| exception(kind, entry, words::sentence(entry) + &review(entry, &reviews))));
        if matches!(&entry.body, Body::Decided(_)) {
            exceptions.extend(waived(entry, ledger)?);
        }
    }
    Ok(exceptions)
}

fn exception(kind: &str, entry: &Entry, what: String) -> Exception {
    Exception {
        kind: kind.to_owned(),
        entry: entry.index,
        at: entry.at,
        by: entry.by.principal.clone(),
        target: entry.subject.target.clone(),
        what,
    }
}

fn kind(entry: &Entry) -> Option<&'static str> {
    Some(match &entry.body {
        Body::Override(_) => "override",
        Body::Review(_) => "review",
        Body::Rejection(_) => "rejection",
        Body::Freeze(_) => "freeze",
        Body::Thaw(_) => "thaw",
        Body::Hold(_) => "hold",
        Body::PolicyAccept(accept) if accept.gates.is_empty() => "ungated policy",
        Body::Decided(decided) if decided.decision == DecisionWord::Denied => "denied",
        Body::Decided(decided) if decided.is_rollback => "rollback",
        Body::Outcome(outcome) => match outcome.state {
            OutcomeState::Succeeded => return None,
            other => other.word(),
        },
        _ => return None,
    })
}

/// Who looked at each override afterwards, by its entry.
fn reviews(history: &History) -> BTreeMap<u64, &Entry> {
    let review = |entry: &'_ Entry| if let Body::Review(review) = &entry.body { Some(review.of) } else { None };
    history.entries().iter().filter_map(|entry| Some((review(entry)?, entry))).collect()
}

fn review(entry: &Entry, reviews: &BTreeMap<u64, &Entry>) -> String {
    let Body::Override(given) = &entry.body else { return String::new() };
    if given.confirms.is_some() {
        return String::new();
    }
    match reviews.get(&entry.index) {
        Some(review) => format!("; looked at by {} in entry {}", review.by.principal, review.index),
        None => format!("; nobody looked at it afterwards, which is due by {}", given.review_by),
    }
}

/// Findings that a waiver accepted.
fn waived(entry: &Entry, ledger: &dyn ReadLedger) -> Result<Vec<Exception>, LedgerError> {
    let waived = |finding: &Finding| {
        let terms = finding.waiver.as_ref()?;
        let what = format!(
            "{} is accepted until {} by {}: {} ({})",
            finding.rule, terms.expires, terms.approver, terms.reason, finding.message
        );
        Some(exception("waiver", entry, what))
    };
    Ok(recorded::findings_of(entry, ledger)?.iter().filter_map(waived).collect())
}
