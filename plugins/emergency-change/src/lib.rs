//! `emergency-change`: break-glass that was used is looked at afterwards, and in time.

mod rules;
mod time;

use tollgate_sdk::host;
use tollgate_sdk::promotion::people::is_same;
use tollgate_sdk::promotion::{Answer, Finding, Judgement, Needs, OverrideRecord, Person, Request};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct EmergencyChange;

/// Which overrides count.
#[settings]
enum Scope {
    /// Those on the target that something would move to.
    Target,
    /// Those on any target.
    #[default]
    All,
}

/// Which reviews are asked for.
#[settings]
pub struct Settings {
    /// Whose overrides count: those of the `target` that something would move to, or `all`.
    scope: Scope,
}

impl Promotion for EmergencyChange {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "emergency-change", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::OVERRIDES
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let now = host::evaluation_time();
        let counts = |used: &&OverrideRecord| match settings.scope {
            Scope::All => true,
            Scope::Target => used.target == promotion.target.name,
        };
        let standings: Vec<(&OverrideRecord, Standing<'_>)> =
            request.overrides.iter().filter(counts).map(|used| (used, standing(used, now))).collect();
        let due = |(used, standing): &(&OverrideRecord, Standing<'_>)| {
            // The last second in time is one in which the answer still holds.
            matches!(standing, Standing::Owed).then(|| used.review_by.saturating_add(1))
        };
        Ok(Answer::Findings(Judgement {
            valid_until: standings.iter().filter_map(due).min(),
            findings: standings.iter().filter_map(|(used, standing)| judge(used, standing, promotion.is_rollback)).collect(),
        }))
    }
}

export_promotion!(EmergencyChange);

/// How the review of an override stands.
enum Standing<'r> {
    Accepted,
    Refused(&'r Person),
    Owed,
    Overdue,
}

fn standing(used: &OverrideRecord, now: u64) -> Standing<'_> {
    match &used.reviewed {
        Some((person, is_accepted)) if can_review(person, used) => {
            if *is_accepted {
                Standing::Accepted
            } else {
                Standing::Refused(person)
            }
        }
        _ if used.review_by < now => Standing::Overdue,
        _ => Standing::Owed,
    }
}

/// Whether a review is by a person who did not sign what is reviewed.
fn can_review(person: &Person, used: &OverrideRecord) -> bool {
    !person.automation && !used.by.iter().any(|signer| is_same(&signer.principal, &person.principal))
}

fn judge(used: &OverrideRecord, standing: &Standing<'_>, is_rollback: bool) -> Option<Finding> {
    let command = format!("Review it: `tollgate approve O-{}`", used.entry);
    let what = sentence(used);
    let finding = match standing {
        Standing::Accepted => return None,
        Standing::Refused(person) => rules::REVIEW_REFUSED
            .of_promotion(format!("{} did not accept {what}", person.principal))
            .fix("Repair what it let through"),
        Standing::Owed => rules::REVIEW_OWED.of_promotion(format!("{what}, is to be reviewed")).fix(command),
        Standing::Overdue => {
            rules::REVIEW_OVERDUE.of_promotion(format!("{what}, should have been reviewed{}", reviewer(used))).fix(command)
        }
    };
    // A rule of its own, because the operator can set the level of every rule, and a rollback is never blocked.
    Some(if is_rollback { Finding { rule: rules::PASSED_REVIEW.id.to_owned(), ..finding } } else { finding })
}

/// Who reviewed it in vain.
fn reviewer(used: &OverrideRecord) -> String {
    used.reviewed.as_ref().map_or_else(String::new, |(person, _)| {
        let why = if person.automation { "is a machine" } else { "signed it" };
        format!(", and {}, who has, {why}", person.principal)
    })
}

/// What was used by whom and when: `override O-17 of the gates soak on prod-apps by lead@example.com (…)`.
fn sentence(used: &OverrideRecord) -> String {
    let by = used.by.iter().map(|person| person.principal.as_str()).collect::<Vec<_>>().join(", ");
    let ticket = used.ticket.as_ref().map_or_else(String::new, |ticket| format!(", {ticket}"));
    format!(
        "override O-{} of {} on {} by {by} at {} ({}{ticket}), due at {}",
        used.entry,
        used.gates.join(", "),
        used.target,
        time::show(used.at),
        used.reason,
        time::show(used.review_by)
    )
}

#[cfg(test)]
mod tests;
