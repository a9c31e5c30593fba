//! Going back: which recipes a target may return to.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::gist::Gist;
use crate::promotion::{Promotion, PromotionState};
use crate::proven::ProvenRecipe;

/// Which way a recipe moves to a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Movement {
    /// To something new.
    #[default]
    Forward,
    /// By branch or tag, to a recipe that stands there already: what `git revert` brings.
    Revert,
    /// By `tollgate rollback`.
    Rollback,
}

impl Movement {
    /// Whether it goes back to what ran on the target before.
    pub const fn is_back(self) -> bool {
        matches!(self, Self::Revert | Self::Rollback)
    }
}

impl Gist {
    /// That a recipe succeeded on a target and still counts as healthy there: it neither failed there later, nor was it
    /// rolled back.
    pub fn stands_on(&self, target: &str, recipe: Digest) -> Option<ProvenRecipe> {
        self.proven_on(target, recipe).filter(|proof| proof.standing)
    }

    /// Which way a recipe would move to a target by branch or tag.
    pub fn movement(&self, target: &str, recipe: Digest) -> Movement {
        let runs = self.current(target).and_then(|current| current.recipe());
        let is_back = runs.is_some_and(|runs| runs != recipe) && self.stands_on(target, recipe).is_some();
        if is_back { Movement::Revert } else { Movement::Forward }
    }

    /// What a rollback of a target goes away from: what was begun there last, where that failed or has not ended, else what runs.
    pub fn goes_away_from(&self, target: &str) -> Option<Digest> {
        let is_open = |promotion: &Promotion<'_>| !matches!(promotion.state(), PromotionState::Succeeded);
        let has_written = |promotion: &Promotion<'_>| promotion.running.is_some() && promotion.state() != PromotionState::Aborted;
        let last = self.promotions_kept_to(target).rfind(has_written).filter(is_open);
        last.or_else(|| self.current(target)).and_then(|promotion| promotion.recipe())
    }

    /// The promotion by which the last healthy recipe came to a target that is not this one: where a rollback from it goes.
    pub fn way_back(&self, target: &str, from: Option<Digest>) -> Option<Promotion<'_>> {
        let is_healthy = |promotion: &Promotion<'_>| {
            let recipe = promotion.recipe().filter(|recipe| Some(*recipe) != from);
            promotion.state() == PromotionState::Succeeded && recipe.is_some_and(|recipe| self.stands_on(target, recipe).is_some())
        };
        self.promotions_kept_to(target).filter(is_healthy).max_by_key(|promotion| promotion.ended().unwrap_or_default())
    }
}
