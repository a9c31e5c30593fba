//! `destructive-change`: what a plan deletes needs more people than what it changes.

mod deleted;
mod people;
mod rules;
#[cfg(test)]
mod tests;

use tollgate_sdk::promotion::{Answer, Needs, Request};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct DestructiveChange;

/// What counts as destructive, and who has to agree to it.
#[settings]
pub struct Settings {
    /// Kinds of which not a single object is deleted without approvals.
    #[setting(default = ["PersistentVolumeClaim", "Namespace", "CustomResourceDefinition", "StatefulSet"])]
    kinds: Vec<String>,
    /// The share of all objects on the target beyond which deleting needs approvals, whatever their kinds: 0.2 is every fifth.
    #[setting(default = 0.2, min = 0.0, max = 1.0)]
    share: f64,
    /// Who has to agree.
    approvals: Approvals,
}

/// Who has to agree.
#[settings]
pub struct Approvals {
    /// How many different people, none of whom made or asked for the change.
    #[setting(default = 1, min = 1)]
    count: u32,
    /// Teams or mail addresses of those who may; empty: everybody who may sign.
    from: Vec<String>,
}

impl Promotion for DestructiveChange {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "destructive-change", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::ACTIONS | Needs::APPROVALS | Needs::CHANGE
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let Some(what) = deleted::destructive(&request.promotion()?.plan, settings)? else {
            return Ok(Answer::of(Vec::new()));
        };
        let approved = people::who_approved(request, &settings.approvals.from);
        let needed = settings.approvals.count as usize;
        if approved.len() >= needed {
            let message = format!("{what}, which {} approved", approved.into_iter().collect::<Vec<_>>().join(" and "));
            return Ok(Answer::of(vec![rules::APPROVED_DELETION.of_promotion(message)]));
        }
        let people = if needed == 1 { "person" } else { "people" };
        let uncounted = people::uncounted(request).map(|why| format!("; {why}")).unwrap_or_default();
        let reason = format!("{what}, which {needed} {people} who did not make it must approve; {} did{uncounted}", approved.len());
        Ok(Answer::wait_for(reason, &settings.approvals.from))
    }
}

export_promotion!(DestructiveChange);
