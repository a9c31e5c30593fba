//! What a promotion gate is asked, in the words of the contract.

mod change;
mod ledger;
mod proposed;

use tollgate_core::canonical::NotCanonical;
use tollgate_core::deciding::{GateRequest, GateSubject, PolicyChange};
use tollgate_core::time::Timestamp;

use crate::bindings::promotion::exports::tollgate::gate::deciding as wit;

/// Says a request in the words of the contract.
///
/// # Errors
/// When a recipe has no id, which no recipe that was made lacks.
pub(crate) fn crossing(request: &GateRequest, settings: &[u8]) -> Result<wit::Request, NotCanonical> {
    Ok(wit::Request {
        settings: settings.to_vec(),
        context: serde_json::to_vec(&request.context).unwrap_or_default(),
        subject: match &request.subject {
            GateSubject::Promotion(proposed) => wit::SubjectOfRequest::Promotion(proposed::promotion(proposed)?),
            GateSubject::Policy(change) => wit::SubjectOfRequest::Policy(policy(change)),
        },
        change: request.change.as_ref().map(change::change),
        approvals: request.approvals.iter().map(ledger::approval).collect(),
        rejections: request.rejections.iter().map(ledger::rejection).collect(),
        stops: request.stops.iter().map(ledger::stop).collect(),
        overrides: request.overrides.iter().map(ledger::used_override).collect(),
        evidence: request.evidence.iter().map(ledger::evidence).collect(),
        facts: request.facts.iter().map(ledger::fact).collect(),
    })
}

fn policy(change: &PolicyChange) -> wit::PolicyChange {
    wit::PolicyChange {
        commit: change.commit.clone(),
        digest: change.digest.to_string(),
        files: change.files.clone(),
        weakened: change.weakened.clone(),
    }
}

/// Seconds since the Unix epoch; what was before it counts as its beginning.
fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
