//! Entries in a sentence each.

use tollgate_core::act::{Approval, Override, Rejection, Review};
use tollgate_core::broken_glass::InCluster;
use tollgate_core::decision::DecisionWord;
use tollgate_core::entry::{Body, Decided, Entry, PolicyAccept};

/// What an entry says happened.
pub(crate) fn sentence(entry: &Entry) -> String {
    let promotion = entry.subject.promotion.as_ref().map_or_else(|| "it".to_owned(), ToString::to_string);
    match &entry.body {
        Body::Trust(trust) => {
            format!("trust begins: the policies of commit {} on `{}` judge", short(&trust.commit), trust.policy_ref)
        }
        Body::PolicyAccept(accept) => match accept.gates.len() {
            0 => format!("the policies of commit {} come into force; no gate was asked", short(&accept.commit)),
            _ => format!("the policies of commit {} come into force{}", short(&accept.commit), recovered(accept)),
        },
        Body::ServiceBuilt(built) => format!("{} was built: {}", built.service, built.reference),
        Body::Decided(decided) => decision(&promotion, decided),
        Body::Running(running) => format!("{promotion} begins, from {}", running.reference),
        Body::Outcome(outcome) => format!("{promotion} {}: {}", outcome.state.word(), outcome.message),
        Body::Approval(approval) => approved(approval),
        Body::Rejection(rejection) => rejected(rejection),
        Body::Override(given) => overridden(given),
        Body::Review(review) => reviewed(review),
        Body::Freeze(freeze) => match freeze.until {
            Some(until) => format!("{} is frozen until {until}: {}", freeze.scope, freeze.reason),
            None => format!("{} is frozen: {}", freeze.scope, freeze.reason),
        },
        Body::Thaw(thaw) => format!("lifts {}: {}", indices(&thaw.lifts), thaw.reason),
        Body::Hold(hold) => format!("movement stops: {}", hold.reason),
        Body::Evidence(evidence) => format!("evidence: {}", evidence.predicate_type),
        Body::LogKey(added) => format!("a key of the log joins: {}", added.key),
    }
}

/// The word of a decision or of the end of an attempt.
pub(crate) fn outcome(entry: &Entry) -> Option<&'static str> {
    match &entry.body {
        Body::Decided(decided) => Some(decision_word(decided.decision)),
        Body::Outcome(outcome) => Some(outcome.state.word()),
        _ => None,
    }
}

const fn decision_word(word: DecisionWord) -> &'static str {
    match word {
        DecisionWord::Approved => "approved",
        DecisionWord::Pending => "pending",
        DecisionWord::Denied => "denied",
    }
}

fn decision(promotion: &str, decided: &Decided) -> String {
    let Decided { provenance, requester, overrides, .. } = decided;
    let rollback = if decided.is_rollback { ", a rollback" } else { "" };
    let asked = requester.as_ref().map(|requester| format!(", asked for by {requester}")).unwrap_or_default();
    let passed = if overrides.is_empty() { String::new() } else { format!(", by override {}", indices(overrides)) };
    let word = decision_word(decided.decision);
    format!("{promotion} {word}: commit {} of {}{rollback}{asked}{passed}", short(&provenance.commit), provenance.reference)
}

/// By which recoveries errors of gates were passed.
fn recovered(accept: &PolicyAccept) -> String {
    let mut passed: Vec<u64> = accept.gates.iter().filter_map(|gate| gate.passed_by).collect();
    passed.sort_unstable();
    passed.dedup();
    if passed.is_empty() { String::new() } else { format!(", by override {}", indices(&passed)) }
}

fn approved(approval: &Approval) -> String {
    let note = approval.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("approves commit {} ({}){note}", short(&approval.commit), approval.kind.word())
}

fn rejected(rejection: &Rejection) -> String {
    format!("rejects commit {} ({}): {}", short(&rejection.commit), rejection.kind.word(), rejection.reason)
}

fn overridden(given: &Override) -> String {
    let gates = given.gates.join(", ");
    let ticket = given.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
    // Nothing said no: the ledger was too old to be asked.
    let gates = if gates.is_empty() { "the age of the ledger".to_owned() } else { gates };
    if let Some(InCluster { user, object, .. }) = &given.in_cluster {
        let Override { until, reason, .. } = given;
        return format!("{user} passed {gates} in the cluster by an annotation of {object} until {until}{ticket}: {reason}");
    }
    match given.confirms {
        Some(entry) => format!("signs the override of entry {entry} as well"),
        None => match &given.restores {
            Some(restored) => {
                let commit = short(&restored.commit);
                format!(
                    "lets the policies of commit {commit} pass the errors of {gates} until {}{ticket}: {}",
                    given.until, given.reason
                )
            }
            None => format!("overrides {gates} until {}{ticket}: {}", given.until, given.reason),
        },
    }
}

fn reviewed(review: &Review) -> String {
    let word = if review.accepted { "was right" } else { "was wrong" };
    format!("the override of entry {} {word}: {}", review.of, review.note)
}

fn indices(indices: &[u64]) -> String {
    let texts: Vec<String> = indices.iter().map(ToString::to_string).collect();
    format!("entry {}", texts.join(", "))
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
