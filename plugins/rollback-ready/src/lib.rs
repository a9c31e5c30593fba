//! `rollback-ready`: before anything moves, there is a way back.

mod rules;
#[cfg(test)]
mod tests;

use tollgate_sdk::promotion::{Answer, Finding, Needs, Request, WayBack};
use tollgate_sdk::{Description, Level, PluginError, Promotion, export_promotion, settings};

struct RollbackReady;

/// What the first promotion to a target gets, which there is no way back from.
#[settings]
pub enum First {
    /// A note: something has to be the first.
    #[default]
    Note,
    /// A warning.
    Warn,
    /// It does not move.
    Deny,
}

/// What there has to be.
#[settings]
pub struct Settings {
    /// What is said of the first promotion to a target, which nothing succeeded on before.
    first: First,
}

impl Promotion for RollbackReady {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "rollback-ready", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::WAY_BACK
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let findings = match &promotion.way_back {
            None => vec![Finding { level: level(settings.first), ..no_way_back(&promotion.target.name) }],
            Some(way_back) => way_back.missing_images.iter().map(|image| missing(way_back, image)).collect(),
        };
        Ok(Answer::of(if promotion.is_rollback { findings.into_iter().map(noted).collect() } else { findings }))
    }
}

export_promotion!(RollbackReady);

const fn level(first: First) -> Option<Level> {
    match first {
        First::Note => Some(Level::Note),
        First::Warn => Some(Level::Warn),
        First::Deny => None,
    }
}

/// Who goes back must not be kept from it because nobody could return to what is left behind.
fn noted(finding: Finding) -> Finding {
    Finding { level: Some(Level::Note), ..finding }
}

fn no_way_back(target: &str) -> Finding {
    rules::NO_WAY_BACK
        .of_promotion(format!("no other recipe has succeeded on `{target}`, so there is nothing to go back to"))
        .fix("Say in the change's record how it is undone, or promote a recipe that is known to work first")
}

fn missing(way_back: &WayBack, image: &str) -> Finding {
    let message = format!(
        "image `{image}` is no longer to be had, so recipe `{}` of promotion `{}`, which would be gone back to, can't run",
        way_back.recipe, way_back.promotion
    );
    rules::MISSING_IMAGE.of_promotion(message).fix(format!("Push `{image}` to the registry again, with the same digest"))
}
