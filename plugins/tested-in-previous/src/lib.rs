//! `tested-in-previous`: this very recipe succeeded, not too long ago, everywhere where it is tested.

mod proven;
mod rules;
#[cfg(test)]
mod tests;

use tollgate_sdk::promotion::{Answer, Judgement, Needs, ProposedMove, Request};
use tollgate_sdk::{Description, Duration, PluginError, Promotion, export_promotion, host, is_glob, settings};

use proven::{Place, Tested};

struct TestedInPrevious;

/// Where a recipe is tested, and how long that is worth something.
#[settings]
pub struct Settings {
    /// Globs of targets where it must have succeeded, too, beside those of `after` and `requires`: of each glob, on one target.
    #[setting(check = are_globs)]
    targets: Vec<String>,
    /// A success that is older proves nothing any more. A rollback is not asked for that.
    #[setting(default = Duration::from_days(30), min = Duration::from_seconds(1))]
    within: Duration,
}

fn are_globs(globs: &[String]) -> Result<(), String> {
    let wrong = globs.iter().find(|glob| !is_glob(glob));
    wrong.map_or(Ok(()), |glob| Err(format!("`{glob}` is no glob that can match a target")))
}

impl Promotion for TestedInPrevious {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "tested-in-previous", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::PROOFS
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let places = places(promotion, &settings.targets);
        if places.is_empty() {
            let message = format!("nothing comes before `{}`, so the recipe need not be tested anywhere", promotion.target.name);
            return Ok(Answer::of(vec![rules::NOTHING_BEFORE.of_promotion(message)]));
        }
        let within = (!promotion.is_rollback).then_some(settings.within);
        let now = host::evaluation_time();
        let tested: Vec<Tested> = places.iter().map(|place| proven::at(promotion, place, within, now)).collect();
        let findings: Vec<_> = tested.iter().filter_map(Tested::finding).cloned().collect();
        let valid_until = if findings.is_empty() { tested.iter().filter_map(Tested::end).min() } else { None };
        Ok(Answer::Findings(Judgement { findings, valid_until }))
    }
}

export_promotion!(TestedInPrevious);

/// Where the recipe has to be tested.
fn places(promotion: &ProposedMove, globs: &[String]) -> Vec<Place> {
    let target = &promotion.target;
    let each = target.after.iter().cloned().map(Place::Target);
    let groups = target.after_any.iter().cloned().map(Place::OneOf);
    each.chain(groups).chain(globs.iter().cloned().map(Place::Matching)).collect()
}
