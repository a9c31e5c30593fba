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

#[cfg(test)]
mod tests {
    use tollgate_core::ports::{ReadRepository, SourceError};

    use crate::testing::Scene;

    /// A clone of depth 1 of a branch with four commits, and the first and last of them.
    fn mk_shallow() -> (Scene, String, String) {
        let scene = Scene::new();
        let first = scene.git("seed", &["rev-parse", "HEAD"]);
        for text in ["two", "three"] {
            scene.push("seed", text, "master");
        }
        let last = scene.push("seed", "four", "master");
        scene.git(".", &["clone", "--quiet", "--depth=1", &scene.url(), "shallow"]);
        (scene, first, last)
    }

    #[test]
    fn what_is_there_is_certain_and_what_is_not_there_is_not() {
        let (scene, first, last) = mk_shallow();
        let repository = scene.repository("shallow");
        assert!(repository.is_on_branch(&last, "master").unwrap());
        let error = repository.is_on_branch(&first, "master").unwrap_err();
        assert!(matches!(error, SourceError::Shallow { depth: 1 }), "{error}");
        let error = repository.resolve_at_remote(&first).unwrap_err();
        assert!(matches!(error, SourceError::Shallow { depth: 1 }), "{error}");
    }

    #[test]
    fn an_older_commit_is_cut_off_and_a_wrong_name_is_unknown() {
        let (scene, first, last) = mk_shallow();
        let repository = scene.repository("shallow");
        assert_eq!(repository.commit("HEAD").unwrap(), last);
        for older in [first.as_str(), &first[..8], "HEAD~1"] {
            let error = repository.commit(older).unwrap_err();
            assert!(matches!(error, SourceError::Shallow { depth: 1 }), "{older}: {error}");
        }
        for (clone, wrong) in [("shallow", "mater"), ("seed", "HEAD~9"), ("seed", "0123456789")] {
            let error = scene.repository(clone).commit(wrong).unwrap_err();
            assert!(matches!(error, SourceError::UnknownRevision { .. }), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_merge_base_above_the_cut_is_certain() {
        let (scene, _, last) = mk_shallow();
        let one = scene.push("seed", "five", "one");
        scene.git("seed", &["checkout", "--quiet", &last]);
        let other = scene.push("seed", "six", "other");
        let repository = scene.repository("shallow");
        for name in ["one", "other"] {
            repository.resolve_at_remote(name).unwrap();
        }
        assert_eq!(repository.merge_base(&one, &other).unwrap(), Some(last));
    }

    #[test]
    fn a_merge_base_below_the_cut_is_an_error() {
        let (scene, first, last) = mk_shallow();
        scene.git("seed", &["checkout", "--quiet", &first]);
        let side = scene.push("seed", "side", "side");
        let repository = scene.repository("shallow");
        repository.resolve_at_remote("side").unwrap();
        let error = repository.merge_base(&side, &last).unwrap_err();
        assert!(matches!(error, SourceError::Shallow { .. }), "{error}");
        let whole = scene.repository("seed");
        assert_eq!(whole.merge_base(&side, &last).unwrap(), Some(first));
    }

    #[test]
    fn unrelated_histories_have_no_merge_base() {
        let scene = Scene::new();
        let one = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.git("seed", &["checkout", "--quiet", "--orphan", "other"]);
        let other = scene.commit("seed", "README", "other");
        assert_eq!(scene.repository("seed").merge_base(&one, &other).unwrap(), None);
    }
}
