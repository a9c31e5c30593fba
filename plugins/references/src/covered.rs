//! Which pods are selected by any of several selectors.

use std::collections::BTreeSet;

use tollgate_sdk::selector::LabelSelector;

use crate::set::Set;

/// The positions of the pods that any of some selectors selects in its namespace. Equal selectors are asked once.
pub(crate) fn covered<'a>(set: &Set<'a>, selectors: impl Iterator<Item = (Option<&'a str>, LabelSelector<'a>)>) -> BTreeSet<usize> {
    let selectors: BTreeSet<_> = selectors.collect();
    let mut covered = BTreeSet::new();
    for (namespace, selector) in &selectors {
        covered.extend(set.pods.selected(*namespace, selector).map(|(position, _)| position));
    }
    covered
}
