//! `policy-integrity`: a policy revision that asks less than the one in force needs more people.

mod rules;

use tollgate_sdk::promotion::listing::listed;
use tollgate_sdk::promotion::people::{Involved, Quorum};
use tollgate_sdk::promotion::{Answer, ApprovalKind, Finding, Needs, PolicyChange, Request};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct PolicyIntegrity;

/// Who lets a policy become weaker.
#[settings]
pub struct Settings {
    /// How many people have to review a revision that makes a gate weaker, each counted once.
    #[setting(default = 2, min = 1)]
    approvals: u32,
    /// Teams and mail addresses whose review counts. Empty: everybody who can sign.
    from: Vec<String>,
}

impl Promotion for PolicyIntegrity {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "policy-integrity", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::CHANGE | Needs::APPROVALS
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let policy = request.policy_change()?;
        let mut findings = if policy.weakened.is_empty() { Vec::new() } else { judge(policy, settings, request)? };
        findings.extend(files(policy));
        Ok(Answer::of(findings))
    }
}

export_promotion!(PolicyIntegrity);

/// Of a revision that makes something weaker.
fn judge(policy: &PolicyChange, settings: &Settings, request: &Request) -> Result<Vec<Finding>, PluginError> {
    let change = request.change()?;
    let quorum = Quorum { kind: ApprovalKind::Review, approvals: settings.approvals, from: &settings.from };
    let involved = Involved::of(change, &request.approvals).and_requester(change);
    let counted = quorum.count(&request.approvals, &involved);
    let sentence = quorum.sentence(&counted);
    let weakened = policy.weakened.iter().map(|what| {
        let message = format!("{what}; {sentence}");
        if quorum.is_met(&counted) {
            rules::APPROVED.of_promotion(message)
        } else {
            rules::WEAKENED.of_promotion(message).fix(who_can(&settings.from))
        }
    });
    let objections = quorum.objections(&request.rejections).0.into_iter().map(|rejection| {
        let message = format!("{} says no ({}): {}", rejection.by.principal, rejection.source, rejection.reason);
        rules::REJECTED.of_promotion(message)
    });
    let doubts = involved.doubts(false).into_iter().map(|doubt| rules::UNKNOWN_AUTHOR.of_promotion(doubt));
    Ok(weakened.chain(objections).chain(doubts).collect())
}

fn who_can(from: &[String]) -> String {
    let who = if from.is_empty() { "people who did not write it".to_owned() } else { from.join(", ") };
    format!("Let {who} review the revision")
}

fn files(policy: &PolicyChange) -> Option<Finding> {
    let message = || format!("it changes {}", listed(&policy.files));
    (!policy.files.is_empty()).then(|| rules::FILES.of_promotion(message()))
}

#[cfg(test)]
mod tests;
