//! The states in which components were left at a target, as the outcome of the last attempt tells them.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_core::gist::Gist;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::promotion::PromotionState;
use tollgate_core::recipe::RecipeComponent;
use tollgate_core::terraform::{KnownState, LeftState};

use crate::delivery::proofs::recipe_of;

/// Name of the member of an outcome's observations that has them.
pub(crate) const STATES: &str = "states";

/// By component: what it was, and how its state was left.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownStates {
    left: BTreeMap<String, (RecipeComponent, KnownState)>,
}

impl KnownStates {
    /// Reads the last attempt at a target. Where it failed, its outcome has the states of those components alone that are as planned
    /// all the same; of the others nothing is known.
    pub(crate) fn at(target: &str, history: &Gist, ledger: &dyn ReadLedger) -> Result<Self, LedgerError> {
        let Some(last) = history.begun_last(target) else { return Ok(Self::default()) };
        let tells = matches!(last.state(), PromotionState::Succeeded | PromotionState::Continued | PromotionState::Failed);
        let Some((_, outcome)) = last.outcome.filter(|_| tells) else { return Ok(Self::default()) };
        let states: BTreeMap<String, KnownState> =
            outcome.observed.get(STATES).cloned().and_then(|states: Value| serde_json::from_value(states).ok()).unwrap_or_default();
        if states.is_empty() {
            return Ok(Self::default());
        }
        let Some(recipe) = recipe_of(last.decision, ledger)? else { return Ok(Self::default()) };
        let left = recipe.components().iter().filter_map(|part| {
            let state = states.get(&part.component)?.clone();
            Some((part.component.clone(), (part.clone(), state)))
        });
        Ok(Self { left: left.collect() })
    }

    /// How the state of a component was left, by itself or by what it was before.
    pub(crate) fn of(&self, part: &RecipeComponent) -> Option<LeftState> {
        let (left, state) = self.left.get(&part.component)?;
        Some(LeftState { state: state.clone(), is_of_same: left == part })
    }
}
