//! A copy of a file in which flaws are set right.

use serde_json::Value;
use tollgate_core::pointer::Pointer;

use super::flaw::{Flaw, Remedy};

/// Keys without which the rest of the file means the same to the checks.
const INDEPENDENT: [&str; 19] = [
    "after",
    "description",
    "enforcement",
    "fixers",
    "grants",
    "ignore",
    "image",
    "languages",
    "ledger",
    "levels",
    "limits",
    "match",
    "planKey",
    "promotable",
    "registry",
    "requires",
    "settings",
    "source",
    "windows",
];

/// The copy.
#[derive(Debug)]
pub(crate) struct Repaired {
    pub(crate) value: Value,
    /// From the pointer as repaired to the pointer as written, outer keys first.
    pub(crate) renamed: Vec<(Pointer, Pointer)>,
}

/// Sets right what can be.
pub(crate) fn repair(value: &Value, flaws: &[Flaw]) -> Repaired {
    let mut value = value.clone();
    for flaw in flaws {
        match &flaw.remedy {
            Remedy::Replace(other) => replace(&mut value, &flaw.at, other),
            Remedy::Remove => remove(&mut value, &flaw.at),
            Remedy::Cut => independent(&flaw.at).iter().for_each(|at| remove(&mut value, at)),
            Remedy::Keep | Remedy::Rename(_) => {}
        }
    }
    let mut renames: Vec<(&Pointer, &str)> = flaws.iter().filter_map(rename).collect();
    // The inner ones first, so that the pointers of the outer ones stay true.
    renames.sort_by_key(|(at, _)| std::cmp::Reverse(at.tokens().count()));
    let mut renamed = Vec::new();
    for (at, to) in renames {
        if let Some(pointer) = rename_key(&mut value, at, to) {
            renamed.push((pointer, at.clone()));
        }
    }
    renamed.reverse();
    Repaired { value, renamed }
}

fn rename(flaw: &Flaw) -> Option<(&Pointer, &str)> {
    match &flaw.remedy {
        Remedy::Rename(to) => Some((&flaw.at, to)),
        _ => None,
    }
}

fn replace(value: &mut Value, at: &Pointer, other: &Value) {
    if let Some(member) = value.pointer_mut(at.as_str()) {
        member.clone_from(other);
    }
}

/// The innermost pointer at or above a value that nothing depends on.
fn independent(at: &Pointer) -> Option<Pointer> {
    let is_independent = |pointer: &Pointer| pointer.tokens().last().is_some_and(|key| INDEPENDENT.contains(&key.as_str()));
    std::iter::successors(Some(at.clone()), Pointer::parent).find(is_independent)
}

fn holder<'v>(value: &'v mut Value, at: &Pointer) -> Option<(&'v mut serde_json::Map<String, Value>, String)> {
    let parent = at.parent()?;
    let members = value.pointer_mut(parent.as_str())?.as_object_mut()?;
    Some((members, at.tokens().last()?))
}

fn remove(value: &mut Value, at: &Pointer) {
    if let Some((members, key)) = holder(value, at) {
        members.remove(&key);
    }
}

fn rename_key(value: &mut Value, at: &Pointer, to: &str) -> Option<Pointer> {
    let (members, key) = holder(value, at)?;
    let member = members.remove(&key)?;
    members.insert(to.to_owned(), member);
    Some(at.parent()?.member(to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn flaw(at: &str, remedy: Remedy) -> Flaw {
        Flaw { at: at.parse().unwrap(), message: String::new(), hint: None, remedy }
    }

    fn repaired(value: &Value, flaws: &[Flaw]) -> Value {
        repair(value, flaws).value
    }

    #[test]
    fn each_remedy_changes_its_place_and_no_other() {
        let value = json!({"a": {"b": 1, "c": 2}, "d": [3, 4]});
        assert_eq!(repaired(&value, &[flaw("/a/b", Remedy::Remove)]), json!({"a": {"c": 2}, "d": [3, 4]}));
        assert_eq!(repaired(&value, &[flaw("/d/1", Remedy::Replace(json!("x")))]), json!({"a": {"b": 1, "c": 2}, "d": [3, "x"]}));
        assert_eq!(repaired(&value, &[flaw("/a/b", Remedy::Rename("e".into()))]), json!({"a": {"e": 1, "c": 2}, "d": [3, 4]}));
        assert_eq!(repaired(&value, &[flaw("/a/b", Remedy::Keep)]), value);
    }

    #[test]
    fn what_nothing_depends_on_is_cut_as_a_whole() {
        let value = json!({"gates": [{"name": "a", "match": {"role": 1}}]});
        assert_eq!(repaired(&value, &[flaw("/gates/0/match/role", Remedy::Cut)]), json!({"gates": [{"name": "a"}]}));
    }

    #[test]
    fn what_others_depend_on_is_not_cut() {
        let value = json!({"gates": [{"name": [], "policy": "x"}]});
        assert_eq!(repaired(&value, &[flaw("/gates/0/name", Remedy::Cut)]), value);
    }

    #[test]
    fn the_innermost_thing_that_nothing_depends_on_is_cut() {
        let value = json!({"settings": {"deep": {"levels": {"a": 1}, "b": 2}}});
        assert_eq!(repaired(&value, &[flaw("/settings/deep/levels/a", Remedy::Cut)]), json!({"settings": {"deep": {"b": 2}}}));
    }

    #[test]
    fn keys_within_renamed_keys_are_renamed_as_well_and_both_are_remembered() {
        let value = json!({"gats": [{"nam": "a"}]});
        let flaws = [flaw("/gats", Remedy::Rename("gates".into())), flaw("/gats/0/nam", Remedy::Rename("name".into()))];
        let Repaired { value, renamed } = repair(&value, &flaws);
        assert_eq!(value, json!({"gates": [{"name": "a"}]}));
        let renamed: Vec<(&str, &str)> = renamed.iter().map(|(read, written)| (read.as_str(), written.as_str())).collect();
        assert_eq!(renamed, [("/gates", "/gats"), ("/gats/0/name", "/gats/0/nam")]);
    }

    #[test]
    fn a_remedy_for_what_is_no_longer_there_does_nothing() {
        let value = json!({"a": [1]});
        for remedy in [Remedy::Remove, Remedy::Rename("b".into()), Remedy::Replace(json!(2))] {
            assert_eq!(repaired(&value, &[flaw("/x/y", remedy.clone()), flaw("/a/7", remedy)]), value);
        }
    }
}
