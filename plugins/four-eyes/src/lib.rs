//! `four-eyes`: so many people have said yes, and none of them had a hand in what they said yes to.

mod rules;

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
        let doubts = involved.doubts(settings.claimed_authors);
        let rejected = objections.into_iter().map(|one| rules::REJECTED.of_promotion(says_no(one)));
        let mut findings: Vec<Finding> =
            doubts.into_iter().map(|doubt| rules::UNKNOWN_AUTHOR.of_promotion(doubt)).chain(rejected).collect();
        let counted = quorum.count(&request.approvals, &involved);
        let sentence = quorum.sentence(&counted);
        let is_met = quorum.is_met(&counted);
        if findings.is_empty() && !is_met {
            return Ok(Answer::wait_for(sentence, &settings.from));
        }
        // A finding may be waived, and what is missing must still be missing then.
        let rule = if is_met { &rules::APPROVED } else { &rules::MISSING_APPROVAL };
        findings.push(rule.of_promotion(sentence));
        findings.extend(others.into_iter().map(|one| rules::OBJECTION.of_promotion(says_no(one))));
        Ok(Answer::of(findings))
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

fn says_no(rejection: &Rejection) -> String {
    format!("{} says no ({}): {}", rejection.by.principal, rejection.source, rejection.reason)
}

#[cfg(test)]
mod cheats;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
