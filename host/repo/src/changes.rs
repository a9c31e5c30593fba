//! What differs between two trees. Directories that are alike are not looked into.

use std::collections::BTreeMap;

use git2::{Oid, Repository, Tree};
use tollgate_core::ports::{SourceError, TreeFileKind};

use crate::objects::{self, ObjectError};
use crate::repository::GitRepository;

/// A file that is not the same in two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// What it was; nothing where there was none.
    pub before: Option<TreeFileKind>,
    /// What it is; nothing where there is none.
    pub after: Option<TreeFileKind>,
}

/// One name in a directory: what it leads to, and its kind; nothing for a directory.
type Entry = (Oid, Option<TreeFileKind>);

impl GitRepository {
    /// The files that differ between two revisions (full ids), sorted by path. A file that was moved is two of them; one of
    /// which only the permissions differ is none.
    ///
    /// # Errors
    /// When a revision is unknown, or its objects can't be read.
    pub fn changes(&self, before: &str, after: &str) -> Result<Vec<ChangedFile>, SourceError> {
        self.read_objects(after, "", |repository| {
            changed_files(repository, Some(objects::root(repository, before)?), objects::root(repository, after)?)
        })
    }
}

/// The files that differ between two trees, or those of the second where there is no first, sorted by path. libgit2 would look into
/// every directory for that, which in a long ledger are thousands.
pub(crate) fn changed_files(
    repository: &Repository,
    before: Option<Tree<'_>>,
    after: Tree<'_>,
) -> Result<Vec<ChangedFile>, ObjectError> {
    let mut changes = Vec::new();
    compare(repository, (before, Some(after)), "", &mut changes)?;
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(changes)
}

fn compare(
    repository: &Repository,
    (before, after): (Option<Tree<'_>>, Option<Tree<'_>>),
    prefix: &str,
    changes: &mut Vec<ChangedFile>,
) -> Result<(), ObjectError> {
    let (before, after) = (entries(before.as_ref(), prefix)?, entries(after.as_ref(), prefix)?);
    for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        let path = format!("{prefix}{name}");
        let file = |entry: Option<&Entry>| entry.and_then(|(_, kind)| *kind);
        if file(old).or(file(new)).is_some() {
            changes.push(ChangedFile { path: path.clone(), before: file(old), after: file(new) });
        }
        let tree = |entry: Option<&Entry>| match entry {
            Some((id, None)) => objects::tree(repository, *id).map(Some),
            _ => Ok(None),
        };
        let trees = (tree(old)?, tree(new)?);
        if trees.0.is_some() || trees.1.is_some() {
            compare(repository, trees, &format!("{path}/"), changes)?;
        }
    }
    Ok(())
}

fn entries(tree: Option<&Tree<'_>>, prefix: &str) -> Result<BTreeMap<String, Entry>, ObjectError> {
    let mut entries = BTreeMap::new();
    for entry in tree.into_iter().flatten() {
        entries.insert(objects::name(&entry, prefix)?.to_owned(), (entry.id(), objects::kind(entry.filemode())));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use proptest::prelude::*;

    use super::*;
    use crate::testing::Scene;

    fn told(changes: &[ChangedFile]) -> Vec<String> {
        let word = |kind: Option<TreeFileKind>| kind.map_or("nothing".to_owned(), |kind| format!("{kind:?}"));
        changes.iter().map(|change| format!("{} {}>{}", change.path, word(change.before), word(change.after))).collect()
    }

    #[test]
    fn every_kind_of_change_is_told_and_nothing_else() {
        let scene = Scene::new();
        for file in ["same/a", "kept", "edited", "removed", "was-file", "was-directory/b", "mode"] {
            scene.commit("seed", file, file);
        }
        let before = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.git("seed", &["rm", "--quiet", "-r", "removed", "was-file", "was-directory"]);
        let at = |path: &str| scene.path("seed").join(path);
        symlink("kept", at("link")).unwrap();
        fs_err::set_permissions(at("mode"), std::fs::Permissions::from_mode(0o755)).unwrap();
        for file in ["edited", "was-file/c", "was-directory"] {
            scene.commit("seed", file, "new");
        }
        let after = scene.git("seed", &["rev-parse", "HEAD"]);
        let expected = [
            "edited File>File",
            "link nothing>Symlink",
            "removed File>nothing",
            "was-directory nothing>File",
            "was-directory/b File>nothing",
            "was-file File>nothing",
            "was-file/c nothing>File",
        ];
        let repository = scene.repository("seed");
        assert_eq!(told(&repository.changes(&before, &after).unwrap()), expected);
        assert_eq!(repository.changes(&after, &after).unwrap(), []);
    }

    #[test]
    fn an_unknown_revision_is_named() {
        let scene = Scene::new();
        let unknown = "0123456789012345678901234567890123456789";
        let error = scene.repository("seed").changes(unknown, unknown).unwrap_err();
        assert!(matches!(&error, SourceError::UnknownRevision { revision } if revision == unknown), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        /// As git's own `diff-tree` has it.
        #[test]
        fn the_changes_are_those_that_git_tells(
            one in prop::collection::btree_map("[ab]/[ab]/[a-c]|[c-e]", "[01]", 1..6),
            other in prop::collection::btree_map("[ab]/[ab]/[a-c]|[c-e]", "[01]", 1..6),
        ) {
            let scene = Scene::new();
            let commits = [one, other].map(|files| {
                scene.git("seed", &["rm", "--quiet", "-r", "--ignore-unmatch", "."]);
                files.iter().for_each(|(path, text)| {
                    let path = scene.path("seed").join(path);
                    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
                    fs_err::write(path, text).unwrap();
                });
                scene.git("seed", &["add", "--all"]);
                scene.git("seed", &["commit", "--quiet", "--allow-empty", "--message", "x"]);
                scene.git("seed", &["rev-parse", "HEAD"])
            });
            let expected = scene.git("seed", &["diff-tree", "-r", "--no-renames", "--name-only", &commits[0], &commits[1]]);
            let changes = scene.repository("seed").changes(&commits[0], &commits[1]).unwrap();
            let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
            prop_assert_eq!(paths, expected.lines().collect::<Vec<_>>());
        }
    }
}
