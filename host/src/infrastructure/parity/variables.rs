//! The variables of Terraform that both targets of a pair have.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_core::pair::PairDifference;
use tollgate_core::pointer::Pointer;
use tollgate_core::sensitive::WITHHELD;

use super::PairSide;
use super::values::differences;
use crate::infrastructure::block::Block;
use crate::infrastructure::configuration::parent;

/// Variables that differ, by component and name.
pub(super) fn compare(ops: &PairSide<'_>, apps: &PairSide<'_>) -> Vec<PairDifference> {
    let mut found = Vec::new();
    for root in apps.written.roots {
        let declared = declared(apps, &root.component);
        let (in_ops, in_apps) = (values(ops, &root.component), values(apps, &root.component));
        for (name, is_sensitive) in declared {
            let at = Pointer::root().member("variables").member(&name);
            let told = |value: Option<&Value>| value.map(|value| if is_sensitive { Value::from(WITHHELD) } else { value.clone() });
            for difference in differences(&at, in_ops.get(&name), in_apps.get(&name)) {
                found.push(PairDifference {
                    component: root.component.clone(),
                    path: if is_sensitive { at.clone() } else { difference.path },
                    ops: told(difference.one),
                    apps: told(difference.other),
                    on_purpose: None,
                });
            }
        }
    }
    found
}

/// Names of the root's variables, and whether their values must not be seen. What may be sensitive is.
fn declared(side: &PairSide<'_>, component: &str) -> Vec<(String, bool)> {
    let own = side.written.own(component);
    let root = side.written.root(component).map(|root| root.path.clone()).unwrap_or_default();
    let variables = Block::of_kind(&own, "variable").filter(|block| parent(block.file()) == root);
    let is_sensitive = |block: &Block<'_>| block.at("/body/sensitive").is_some_and(|sensitive| sensitive != &Value::Bool(false));
    variables.map(|block| (block.name().to_owned(), is_sensitive(&block))).collect()
}

/// Values as they are written for a target, in the order in which Terraform lets later ones win: defaults, `terraform.tfvars`,
/// `*.auto.tfvars`, and the files that are named.
fn values(side: &PairSide<'_>, component: &str) -> BTreeMap<String, Value> {
    let own = side.written.own(component);
    let Some(root) = side.written.root(component) else { return BTreeMap::new() };
    let of_root = |file: &str| parent(file) == root.path;
    let defaults = Block::of_kind(&own, "variable").filter(|block| of_root(block.file()));
    let mut values: BTreeMap<String, Value> =
        defaults.filter_map(|block| Some((block.name().to_owned(), block.at("/body/default")?.clone()))).collect();
    let mut automatic: Vec<&str> =
        root.files.keys().map(String::as_str).filter(|file| of_root(file) && is_automatic(file)).collect();
    automatic.sort_by_key(|file| (!file.ends_with("/terraform.tfvars"), *file));
    for file in automatic.into_iter().chain(root.var_files.iter().map(String::as_str)) {
        let written = Block::of_kind(&own, "Variables").find(|block| block.file() == file);
        let content = written.as_ref().and_then(|block| block.at("/content")).and_then(Value::as_object);
        values.extend(content.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    }
    values
}

fn is_automatic(file: &str) -> bool {
    file.ends_with("/terraform.tfvars") || file.ends_with(".auto.tfvars")
}
