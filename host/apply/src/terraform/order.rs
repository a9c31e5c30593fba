//! Which components come before which.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::terraform::TerraformRoot;

/// Components by how many come before them in a row: those of one layer don't come after each other. What comes after itself, which
/// configurations refuse, is in the last layer.
pub(super) fn layers(roots: &[TerraformRoot]) -> Vec<Vec<&TerraformRoot>> {
    let mut waiting: BTreeMap<&str, &TerraformRoot> = roots.iter().map(|root| (root.component.as_str(), root)).collect();
    let mut layers = Vec::new();
    while !waiting.is_empty() {
        let is_free = |root: &&TerraformRoot| !root.depends_on.iter().any(|name| waiting.contains_key(name.as_str()));
        let mut layer: Vec<&TerraformRoot> = waiting.values().copied().filter(is_free).collect();
        if layer.is_empty() {
            layer = waiting.values().copied().collect();
        }
        for root in &layer {
            waiting.remove(root.component.as_str());
        }
        layers.push(layer);
    }
    layers
}

/// Whether a component comes right after one of those that would change, or that are deferred themselves.
pub(super) fn is_deferred(root: &TerraformRoot, unsettled: &BTreeSet<String>) -> bool {
    root.depends_on.iter().any(|name| unsettled.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_root(name: &str, depends_on: &[&str]) -> TerraformRoot {
        TerraformRoot {
            component: name.to_owned(),
            path: format!("components/{name}"),
            files: BTreeMap::new(),
            var_files: Vec::new(),
            depends_on: depends_on.iter().map(|name| (*name).to_owned()).collect(),
            left: None,
            secrets: Vec::new(),
        }
    }

    fn names<'r>(layers: &[Vec<&'r TerraformRoot>]) -> Vec<Vec<&'r str>> {
        layers.iter().map(|layer| layer.iter().map(|root| root.component.as_str()).collect()).collect()
    }

    #[test]
    fn each_component_is_in_a_layer_after_all_that_come_before_it() {
        let roots = [mk_root("a", &["c"]), mk_root("b", &["a", "c"]), mk_root("c", &[]), mk_root("d", &["gone"])];
        assert_eq!(names(&layers(&roots)), [vec!["c", "d"], vec!["a"], vec!["b"]]);
    }

    #[test]
    fn a_ring_ends() {
        let roots = [mk_root("a", &["b"]), mk_root("b", &["a"])];
        assert_eq!(names(&layers(&roots)), [vec!["a", "b"]]);
    }
}
