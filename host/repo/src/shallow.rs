//! Clones whose history is cut off: what may still be said, and what may not.

use std::collections::HashSet;

use git2::{Oid, Repository, Revwalk};

/// The commits whose parents this clone does not have, from git's file `shallow`. Empty for a whole clone.
fn cut_commits(repository: &Repository) -> Result<HashSet<Oid>, git2::Error> {
    if !repository.is_shallow() {
        return Ok(HashSet::new());
    }
    let path = repository.commondir().join("shallow");
    let text = std::fs::read_to_string(&path).map_err(|error| git2::Error::from_str(&format!("`shallow`: {error}")))?;
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Oid::from_str).collect()
}

/// How many commits there are before history is cut off, among the ancestors of `from` that are not ancestors of `until`.
/// Nothing when it is not cut off there.
pub(crate) fn cut_between(repository: &Repository, from: &[Oid], until: Option<Oid>) -> Result<Option<u64>, git2::Error> {
    let cut = cut_commits(repository)?;
    if cut.is_empty() {
        return Ok(None);
    }
    let (mut visited, mut found) = (0, false);
    for commit in walk(repository, from, until)? {
        visited += 1;
        found |= cut.contains(&commit?);
    }
    Ok(found.then_some(visited))
}

fn walk<'r>(repository: &'r Repository, from: &[Oid], until: Option<Oid>) -> Result<Revwalk<'r>, git2::Error> {
    let mut walk = repository.revwalk()?;
    for commit in from {
        walk.push(*commit)?;
    }
    if let Some(until) = until {
        walk.hide(until)?;
    }
    Ok(walk)
}
