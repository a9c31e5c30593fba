//! Pairs: an Ops target that shadows an Apps target, and how the two differ.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pipeline::{Pipeline, Role, Target};
use crate::pointer::Pointer;

/// How the targets of a pair differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// Name of the target that shadows.
    pub ops: String,
    /// Name of the target that is shadowed.
    pub apps: String,
    /// Sorted by component and path.
    pub differences: Vec<PairDifference>,
    /// What could not be compared, and why: sentences.
    pub unseen: Vec<String>,
}

/// A value that is another one in Ops than in Apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PairDifference {
    pub component: String,
    /// `/variables/…`, `/objects/…` or `/live/…`.
    pub path: Pointer,
    /// Nothing: it is not there. A value that must not be seen is the text `withheld`.
    pub ops: Option<Value>,
    pub apps: Option<Value>,
    /// The entry of `pairs.differ` by which it is meant to differ; nothing: nobody meant it.
    pub on_purpose: Option<String>,
}

/// The Ops twin of a target: the first of those that it requires. Only Apps targets have one.
pub fn twin<'p>(pipeline: &'p Pipeline, target: &Target) -> Option<&'p Target> {
    let is_twin = |twin: &&Target| twin.role == Role::Ops && twin.environment == target.environment;
    let required = || target.requires.iter().filter_map(|name| pipeline.target(name));
    required().find(is_twin).or_else(|| required().find(|twin| twin.role == Role::Ops)).filter(|_| target.role == Role::Apps)
}

/// The entry by which a value may differ: a pointer to it, or to something that it is in. A step `*` is any step.
pub fn on_purpose<'p>(differ: &'p [Pointer], path: &Pointer) -> Option<&'p Pointer> {
    differ.iter().find(|pattern| is_within(path, pattern))
}

fn is_within(path: &Pointer, pattern: &Pointer) -> bool {
    let (path, pattern): (Vec<String>, Vec<String>) = (path.tokens().collect(), pattern.tokens().collect());
    pattern.len() <= path.len() && pattern.iter().zip(&path).all(|(wanted, step)| wanted == "*" || wanted == step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(texts: &[&str]) -> Vec<Pointer> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn what_is_named_may_differ_with_all_below_it() {
        let differ = pointers(&["/variables/node_count", "/live/*/tags"]);
        let of = |path: &str| on_purpose(&differ, &path.parse().unwrap()).map(ToString::to_string);
        assert_eq!(of("/variables/node_count").as_deref(), Some("/variables/node_count"));
        assert_eq!(of("/variables/node_count/min").as_deref(), Some("/variables/node_count"));
        assert_eq!(of("/live/vpc/tags/name").as_deref(), Some("/live/*/tags"));
        for path in ["/variables", "/variables/node_counts", "/live/vpc/cidr", "/variables/size"] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
