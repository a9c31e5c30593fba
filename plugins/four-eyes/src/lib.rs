//! `four-eyes`: so many people have said yes, and none of them had a hand in what they said yes to.

mod rules;

use tollgate_sdk::promotion::listing::listed;
use tollgate_sdk::promotion::people::{Involved, Quorum};
use tollgate_sdk::promotion::{Answer, ApprovalKind, Finding, Needs, Rejection, Request, SubjectOfRequest};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct FourEyes;

/// What has to be approved.
#[settings]
enum At {
    /// The content.
    Review,
    /// This move of it.
    #[default]
    Promotion,
}

/// How many people say yes, to what, and who they are.
#[settings]
pub struct Settings {
    /// What they say yes to: `review` is the content, whatever becomes of it; `promotion` is this recipe, this plan and this
    /// target. A policy revision is always reviewed.
    at: At,
    /// How many people, each counted once.
    #[setting(default = 1, min = 1)]
    approvals: u32,
    /// Teams and mail addresses whose yes counts. Empty: everybody who can sign.
    from: Vec<String>,
    /// Believe the author and committer of commits that nobody vouches for. Anybody can write any address there.
    claimed_authors: bool,
}

impl Promotion for FourEyes {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "four-eyes", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::CHANGE | Needs::APPROVALS
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let change = request.change()?;
        let quorum = Quorum { kind: kind(settings, request), approvals: settings.approvals, from: &settings.from };
        let involved = Involved::of(change, &request.approvals).and_requester(change);
        let (objections, others) = quorum.objections(&request.rejections);
        let denials: Vec<Finding> =
            unknown(&involved, settings).into_iter().chain(objections.iter().map(|one| rejected(one))).collect();
        let notes = others.iter().map(|one| rejected(one).as_note());
        if !denials.is_empty() {
            return Ok(Answer::of(denials.into_iter().chain(notes).collect()));
        }
        let counted = quorum.count(&request.approvals, &involved);
        let sentence = quorum.sentence(&counted);
        if !quorum.is_met(&counted) {
            return Ok(Answer::wait_for(sentence, &settings.from));
        }
        Ok(Answer::of(std::iter::once(rules::APPROVED.of_promotion(sentence)).chain(notes).collect()))
    }
}

export_promotion!(FourEyes);

/// An approval of a promotion names recipe and target, which a policy revision has not.
const fn kind(settings: &Settings, request: &Request) -> ApprovalKind {
    match (&request.subject, settings.at) {
        (SubjectOfRequest::Policy(_), _) | (_, At::Review) => ApprovalKind::Review,
        (SubjectOfRequest::Promotion(_), At::Promotion) => ApprovalKind::Promotion,
    }
}

fn unknown(involved: &Involved, settings: &Settings) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        involved.unknown().iter().map(|sentence| rules::UNKNOWN_AUTHOR.of_promotion(sentence.as_str())).collect();
    if !settings.claimed_authors && !involved.unvouched().is_empty() {
        let message = format!("nobody vouches for {}, so anybody may be the author", listed(involved.unvouched()));
        findings.push(rules::UNKNOWN_AUTHOR.of_promotion(message).fix("Sign the commits"));
    }
    findings
}

fn rejected(rejection: &Rejection) -> Finding {
    let message = format!("{} says no ({}): {}", rejection.by.principal, rejection.source, rejection.reason);
    rules::REJECTED.of_promotion(message)
}

#[cfg(test)]
mod cheats;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
