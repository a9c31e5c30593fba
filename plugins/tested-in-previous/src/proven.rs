//! Whether a recipe is tested at a place.

use fast_glob::glob_match;
use tollgate_sdk::Duration;
use tollgate_sdk::promotion::{Finding, Proof, ProposedMove};

use crate::rules;

/// Where a recipe has to be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Target(String),
    /// On one of these targets.
    OneOf(Vec<String>),
    /// On a target that a glob matches.
    Matching(String),
}

impl Place {
    fn is_at(&self, target: &str) -> bool {
        match self {
            Self::Target(name) => name == target,
            Self::OneOf(names) => names.iter().any(|name| name == target),
            Self::Matching(glob) => glob_match(glob, target),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Target(name) => write!(f, "`{name}`"),
            Self::OneOf(names) => write!(f, "any of `{}`", names.join("`, `")),
            Self::Matching(glob) => write!(f, "a target that is `{glob}`"),
        }
    }
}

/// How well it is tested there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tested {
    /// Until these seconds since the Unix epoch; nothing: for ever.
    Well(Option<u64>),
    Not(Finding),
}

impl Tested {
    pub(crate) const fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Not(finding) => Some(finding),
            Self::Well(_) => None,
        }
    }

    pub(crate) fn end(&self) -> Option<u64> {
        match self {
            Self::Well(end) => *end,
            Self::Not(_) => None,
        }
    }
}

/// How well the recipe that would move is tested at a place. Of several proofs there, the newest counts.
pub(crate) fn at(promotion: &ProposedMove, place: &Place, within: Option<Duration>, now: u64) -> Tested {
    let of_recipe = |proof: &&Proof| proof.recipe.id == promotion.recipe.id && place.is_at(&proof.target);
    let here: Vec<&Proof> = promotion.proofs.iter().filter(of_recipe).collect();
    let standing = here.iter().filter(|proof| proof.standing && proof.promotable).max_by_key(|proof| proof.since);
    let Some(proof) = standing else { return Tested::Not(missing(promotion, place, &here)) };
    let end = within.map(|within| (within, proof.since.saturating_add(within.seconds())));
    match end {
        Some((within, end)) if end <= now => Tested::Not(stale(promotion, proof, within, now)),
        _ => Tested::Well(end.map(|(_, end)| end)),
    }
}

fn missing(promotion: &ProposedMove, place: &Place, here: &[&Proof]) -> Finding {
    let id = &promotion.recipe.id;
    let fix = format!("Promote the recipe to {place} first");
    if let Some(proof) = here.iter().find(|proof| proof.promotable) {
        let message = format!(
            "recipe `{id}` succeeded on `{}` by promotion `{}`, but was rolled back or failed there later",
            proof.target, proof.promotion
        );
        return rules::TEST_ENDED.of_promotion(message).fix("Find out why, and promote the fixed recipe first");
    }
    if let Some(proof) = here.first() {
        let message = format!(
            "recipe `{id}` succeeded on `{}`, but environment `{}` is not promotable, so that proves nothing",
            proof.target, proof.environment
        );
        return rules::UNTESTED.of_promotion(message).fix(fix);
    }
    rules::UNTESTED.of_promotion(format!("recipe `{id}` has not succeeded on {place}")).fix(fix)
}

fn stale(promotion: &ProposedMove, proof: &Proof, within: Duration, now: u64) -> Finding {
    let age = Duration::from_seconds(now.saturating_sub(proof.since));
    let message = format!(
        "recipe `{}` succeeded on `{}` by promotion `{}` {age} ago, which is not within {within}",
        promotion.recipe.id, proof.target, proof.promotion
    );
    rules::STALE_TEST.of_promotion(message).fix(format!("Test the recipe on `{}` again", proof.target))
}
