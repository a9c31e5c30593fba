//! Whether a target is what the ledger says: what it names itself, and whether what it holds is what was let through.

use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::gist::Gist;
use tollgate_core::plan::{Action, Plan};
use tollgate_core::ports::{ApplyError, ApplyPlan};
use tollgate_core::promotion::Promotion;
use tollgate_core::render::Rendered;

/// A target beside its record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    /// The promotion that succeeded there last.
    pub(crate) recorded: Option<PromotionId>,
    pub(crate) recipe: Option<Digest>,
    /// The promotion that the target itself names.
    pub(crate) says: Option<String>,
    /// In words.
    pub(crate) differences: Vec<String>,
}

/// What the target says of itself, beside what the ledger says. Nothing of what it holds is compared.
pub(crate) fn told(adapter: &dyn ApplyPlan, history: &Gist, target: &str) -> Result<Drift, ApplyError> {
    let current = history.current(target);
    let recorded = current.as_ref().map(|promotion| promotion.id.clone());
    let recipe = current.as_ref().and_then(Promotion::recipe);
    let mut drift = Drift { recorded, recipe, ..Drift::default() };
    match adapter.state() {
        // A target that names nothing contradicts nothing; what it holds is compared all the same.
        Ok(state) if state.is_silent => {}
        Ok(state) => {
            drift.says = state.written.map(|written| written.promotion);
            drift.differences.extend(disagreement(&drift, &open(history, target)));
        }
        Err(ApplyError::Broken { reason, .. }) => drift.differences.push(broken(&reason)),
        Err(error) => return Err(error),
    }
    Ok(drift)
}

/// Compares. `rendered` makes the recorded recipe's manifests again; it is asked only where the target says that it runs that
/// recipe.
pub(crate) fn drift<E>(
    adapter: &dyn ApplyPlan,
    history: &Gist,
    target: &str,
    rendered: impl FnOnce() -> Result<Rendered, E>,
) -> Result<Drift, DriftError<E>> {
    let mut drift = told(adapter, history, target).map_err(DriftError::Target)?;
    let (Some(recipe), true) = (drift.recipe, drift.differences.is_empty()) else { return Ok(drift) };
    match adapter.compare(recipe, &rendered().map_err(DriftError::Recipe)?) {
        Ok(plan) => drift.differences.extend(of_plan(&plan)),
        Err(ApplyError::Broken { reason, .. }) => drift.differences.push(broken(&reason)),
        Err(error) => return Err(DriftError::Target(error)),
    }
    Ok(drift)
}

fn broken(reason: &str) -> String {
    format!("it is not as tollgate left it: {reason}")
}

/// Why it can't be told.
#[derive(Debug)]
pub(crate) enum DriftError<E> {
    Target(ApplyError),
    Recipe(E),
}

/// Promotions with an attempt that began and has no end.
fn open(history: &Gist, target: &str) -> Vec<PromotionId> {
    history.open_attempts(target).into_iter().map(|promotion| promotion.id).collect()
}

/// What target and ledger each say that was applied last.
fn disagreement(drift: &Drift, open: &[PromotionId]) -> Option<String> {
    let recorded = drift.recorded.as_ref().map(PromotionId::as_str);
    match (recorded, drift.says.as_deref()) {
        (recorded, says) if recorded == says => None,
        (_, Some(says)) if open.iter().any(|id| id.as_str() == says) => {
            Some(format!("it names `{says}`, whose attempt began and has no outcome; `tollgate apply {says}` goes on"))
        }
        (Some(recorded), Some(says)) => Some(format!("it names `{says}`, and the ledger `{recorded}`")),
        (Some(recorded), None) => Some(format!("it is empty, and the ledger names `{recorded}`")),
        (None, Some(says)) => Some(format!("it names `{says}`, of which the ledger knows no success")),
        (None, None) => None,
    }
}

/// What it would take to make the target what it should be, told as what is wrong with it.
fn of_plan(plan: &Plan) -> impl Iterator<Item = String> {
    let action = |action: &Action| format!("`{}` {}", action.object, wrong(action));
    let conflicts = plan.conflicts.iter().map(|conflict| format!("`{}` is not ours: {}", conflict.at, conflict.message));
    plan.actions.iter().map(action).chain(conflicts)
}

const fn wrong(action: &Action) -> &'static str {
    use tollgate_core::plan::Verb;
    match action.verb {
        Verb::Create => "is gone",
        Verb::Change => "was changed",
        Verb::Delete => "was added",
    }
}
