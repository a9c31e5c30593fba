//! Labels, what selects by them, and what is selected.
//!
//! Semantics are those of the Kubernetes API: a label selector fits an object that fulfils all of `matchLabels` and of
//! `matchExpressions`, and an empty one fits all. What a *missing* selector means differs between kinds, so it is left to who asks.

mod label_selector;
mod labelled;
mod labels;

pub use label_selector::LabelSelector;
pub use labelled::Labelled;
pub use labels::Labels;

/// How messages say where something was looked for: `` in namespace `shop` `` after a space, or nothing without a namespace.
pub fn in_namespace(namespace: Option<&str>) -> String {
    namespace.map_or(String::new(), |namespace| format!(" in namespace `{namespace}`"))
}

/// A namespace as written; an empty one is none.
pub fn as_written(namespace: Option<&str>) -> Option<&str> {
    namespace.filter(|namespace| !namespace.is_empty())
}
