//! `soak`: a recipe has stood for a while on the targets before, so that what shows late has had time to show.

mod rules;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use tollgate_sdk::promotion::{Answer, Needs, ProposedMove, Request, Wait};
use tollgate_sdk::{Description, Duration, PluginError, Promotion, export_promotion, host, settings};

use standing::{Standing, standing};

struct Soak;

/// For how long a recipe stands before it moves on.
#[settings]
pub struct Settings {
    /// For how long it has stood, without a break, on each target before.
    #[setting(default = Duration::from_hours(24))]
    r#for: Duration,
    /// The same for single targets that it moves to, by their names.
    targets: BTreeMap<String, Duration>,
    /// A rollback waits like any other change. Otherwise it goes, with a note.
    rollbacks_wait: bool,
}

impl Promotion for Soak {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "soak", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::PROOFS
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let target = &promotion.target;
        if target.after.is_empty() && target.after_any.is_empty() {
            let message = format!("nothing comes before `{}`, so there is nowhere to stand", target.name);
            return Ok(Answer::of(vec![rules::NOTHING_BEFORE.of_promotion(message)]));
        }
        let time = settings.targets.get(&target.name).copied().unwrap_or(settings.r#for);
        let missing = missing(promotion, time, host::evaluation_time());
        Ok(match wait(&missing) {
            None => Answer::of(Vec::new()),
            Some(wait) if promotion.is_rollback && !settings.rollbacks_wait => {
                let message = format!("this is a rollback, so it goes although {}", wait.reason);
                Answer::of(vec![rules::PASSED_SOAK.of_promotion(message)])
            }
            Some(wait) => Answer::Pending(wait),
        })
    }
}

export_promotion!(Soak);

/// Where the recipe has not stood for long enough: of a group, the best of it where none is enough.
fn missing(promotion: &ProposedMove, time: Duration, now: u64) -> Vec<Standing> {
    let at = |target: &String| standing(promotion, target, time, now);
    let groups = promotion.target.after_any.iter().filter_map(|group| group.iter().map(at).min_by_key(Standing::rank));
    promotion.target.after.iter().map(at).chain(groups).filter(|standing| !standing.is_enough()).collect()
}

/// Until the last of them is enough; without an end where one of them will not be by time alone.
fn wait(missing: &[Standing]) -> Option<Wait> {
    let reasons: Vec<&str> = missing.iter().filter_map(Standing::reason).collect();
    let ends: Option<Vec<u64>> = missing.iter().map(Standing::end).collect();
    let until = ends.and_then(|ends| ends.into_iter().max());
    (!reasons.is_empty()).then(|| Wait { reason: reasons.join("; "), from: Vec::new(), until })
}
