//! `pair-parity`: the Ops shadow is as its Apps twin, but for what is different on purpose.

mod rules;
#[cfg(test)]
mod tests;

use tollgate_sdk::promotion::{Answer, Finding, Needs, Pair, PairDifference, Request, Role};
use tollgate_sdk::{Description, Level, PluginError, Promotion, export_promotion, settings};

struct PairParity;

/// What an Apps target without a twin gets.
#[settings]
pub enum NoTwin {
    /// It does not move: what nobody shadows is proven nowhere.
    #[default]
    Deny,
    /// A warning.
    Warn,
    /// Nothing.
    Pass,
}

/// What has to be alike.
#[settings]
pub struct Settings {
    /// What is said of an Apps target that requires no Ops target.
    no_twin: NoTwin,
    /// Whether what Terraform and clusters really hold is compared, too, and not only what is written.
    #[setting(default = true)]
    live: bool,
}

/// Where what is there is told.
const LIVE: &str = "/live/";

impl Promotion for PairParity {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "pair-parity", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::PAIR
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let findings = match (&promotion.pair, promotion.target.role) {
            (Some(pair), _) => compared(settings, pair),
            (None, Role::Apps) => without_twin(settings.no_twin, &promotion.target.name).into_iter().collect(),
            (None, Role::Ops) => Vec::new(),
        };
        Ok(Answer::of(if promotion.is_rollback { findings.into_iter().map(noted).collect() } else { findings }))
    }
}

export_promotion!(PairParity);

/// Who goes back must not be kept from it because the shadow has gone on.
fn noted(finding: Finding) -> Finding {
    Finding { level: Some(Level::Note), ..finding }
}

fn without_twin(no_twin: NoTwin, target: &str) -> Option<Finding> {
    let message = format!("`{target}` has no Ops twin, so nothing shadows it");
    let finding = rules::NO_TWIN.of_promotion(message).fix("Name one with `requires`, or match this gate to targets that have one");
    match no_twin {
        NoTwin::Deny => Some(finding),
        NoTwin::Warn => Some(Finding { level: Some(Level::Warn), ..finding }),
        NoTwin::Pass => None,
    }
}

fn compared(settings: &Settings, pair: &Pair) -> Vec<Finding> {
    let is_asked = |difference: &&PairDifference| settings.live || !difference.path.starts_with(LIVE);
    let meant = pair.differences.iter().filter(is_asked).filter(|difference| difference.on_purpose.is_none());
    let unseen = pair.unseen.iter().filter(|_| settings.live);
    meant.map(|difference| different(pair, difference)).chain(unseen.map(|why| unseen_in(pair, why))).collect()
}

fn different(pair: &Pair, difference: &PairDifference) -> Finding {
    let PairDifference { component, path, .. } = difference;
    let word = |value: &Option<Vec<u8>>| {
        value.as_ref().map_or_else(|| "not there".to_owned(), |value| shortened(&String::from_utf8_lossy(value)))
    };
    let (ops, apps) = (word(&difference.ops), word(&difference.apps));
    let message = format!("`{path}` is {ops} in `{}` and {apps} in `{}`", pair.ops, pair.apps);
    let (rule, fix) = if path.starts_with(LIVE) {
        (&rules::DRIFTED, format!("Promote to `{}` again, so that it is as it should be", pair.ops))
    } else {
        (&rules::DIFFERENT, format!("Make it alike, or name `{path}` in `pairs.differ` of tollgate.yaml"))
    };
    rule.of_component(component, message).fix(fix)
}

fn unseen_in(pair: &Pair, why: &str) -> Finding {
    let message = format!("`{}` and `{}` can't be compared: {why}", pair.ops, pair.apps);
    rules::UNSEEN.of_promotion(message).fix("Mend what keeps it from being looked at")
}

/// How much of a value is told.
const TOLD: usize = 120;

fn shortened(value: &str) -> String {
    match value.char_indices().nth(TOLD) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}
