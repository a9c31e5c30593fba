//! PodDisruptionBudgets, and what they select.

use tollgate_sdk::selector::LabelSelector;

use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

/// The PodDisruptionBudgets of a set.
pub(crate) fn all<'s, 'a>(set: &'s Set<'a>) -> &'s [Object<'a>] {
    set.of_kind("policy", "PodDisruptionBudget")
}

/// What a budget selects; nothing where it selects nothing or can't be read.
pub(crate) fn selector<'a>(budget: Object<'a>, reader: &Reader) -> Option<LabelSelector<'a>> {
    // A missing selector selects nothing (Kubernetes API, `PodDisruptionBudgetSpec`).
    let node = reader.find(&budget.root(), &["spec", "selector"])?;
    reader.selector(&node).filter(|selector| !selects_nothing(budget, selector))
}

/// An empty selector selects everything, and in `policy/v1beta1` nothing.
pub(crate) fn selects_nothing(budget: Object<'_>, selector: &LabelSelector<'_>) -> bool {
    selector.is_empty() && budget.api_version() == "policy/v1beta1"
}
