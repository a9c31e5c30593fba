//! What people and machines wrote into the ledger.

use tollgate_core::deciding::{ApprovalKind, CountedApproval, CountedRejection, Fact, HeldEvidence, Stop, UsedOverride};

use super::change::person;
use super::{seconds, wit};

pub(super) fn approval(approval: &CountedApproval) -> wit::Approval {
    wit::Approval {
        kind: match approval.kind {
            ApprovalKind::Review => wit::ApprovalKind::Review,
            ApprovalKind::Promotion => wit::ApprovalKind::Promotion,
        },
        by: person(&approval.by),
        at: seconds(approval.at),
        source: approval.source.clone(),
        void: approval.void.clone(),
    }
}

pub(super) fn rejection(rejection: &CountedRejection) -> wit::Rejection {
    wit::Rejection {
        by: person(&rejection.by),
        at: seconds(rejection.at),
        reason: rejection.reason.clone(),
        source: rejection.source.clone(),
    }
}

pub(super) fn stop(stop: &Stop) -> wit::Stop {
    wit::Stop {
        is_hold: stop.is_hold,
        scope: stop.scope.clone(),
        reason: stop.reason.clone(),
        by: stop.by.clone(),
        since: seconds(stop.since),
        until: stop.until.map(seconds),
        entry: stop.entry,
    }
}

pub(super) fn used_override(used: &UsedOverride) -> wit::OverrideRecord {
    wit::OverrideRecord {
        target: used.target.clone(),
        gates: used.gates.clone(),
        by: used.by.iter().map(person).collect(),
        at: seconds(used.at),
        reason: used.reason.clone(),
        ticket: used.ticket.clone(),
        review_by: seconds(used.review_by),
        reviewed: used.reviewed.as_ref().map(|(by, accepted)| (person(by), *accepted)),
        entry: used.entry,
    }
}

pub(super) fn evidence(held: &HeldEvidence) -> wit::Evidence {
    wit::Evidence {
        statement: held.statement.to_string().into_bytes(),
        subjects: held.subjects.iter().map(ToString::to_string).collect(),
        predicate_type: held.predicate_type.clone(),
        signer: held.signer.as_ref().map(person),
        at: seconds(held.at),
        entry: held.entry,
    }
}

pub(super) fn fact(fact: &Fact) -> wit::Fact {
    wit::Fact {
        name: fact.name.clone(),
        value: fact.value.to_string().into_bytes(),
        source: fact.source.clone(),
        at: seconds(fact.at),
        max_age: fact.max_age,
    }
}
