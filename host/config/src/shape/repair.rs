//! A copy of a file in which flaws are set right.

use serde_json::Value;
use tollgate_core::pointer::Pointer;

use super::flaw::{Flaw, Remedy};

/// Keys without which the rest of the file means the same to the checks.
const INDEPENDENT: [&str; 16] = [
    "after",
    "description",
    "enforcement",
    "grants",
    "ignore",
    "image",
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
