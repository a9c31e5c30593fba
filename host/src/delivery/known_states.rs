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

/// Name of the member that has those of components that are as planned although the attempt failed. What a later attempt found in place
/// of one that died is under the other name, and says nothing of what was applied.
pub(crate) const SETTLED: &str = "settled";

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
        let states = last.outcome.map(|(_, outcome)| states(last.state(), &outcome.observed)).unwrap_or_default();
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

/// The states that an outcome vouches for.
fn states(state: PromotionState, observed: &Value) -> BTreeMap<String, KnownState> {
    let member = match state {
        PromotionState::Succeeded | PromotionState::Continued => STATES,
        PromotionState::Failed => SETTLED,
        _ => return BTreeMap::new(),
    };
    observed.get(member).cloned().and_then(|states| serde_json::from_value(states).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_found_after_a_worker_died_vouches_for_nothing() {
        let found = json!({"network": {"lineage": "a", "serial": 7}});
        let count = |state, member: &str| states(state, &json!({ member: found })).len();
        assert_eq!(count(PromotionState::Failed, STATES), 0);
        assert_eq!(count(PromotionState::Failed, SETTLED), 1);
        assert_eq!(count(PromotionState::Succeeded, STATES), 1);
        assert_eq!(count(PromotionState::Aborted, STATES), 0);
    }
}
