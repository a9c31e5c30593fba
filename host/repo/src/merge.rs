//! The tree that merging a proposal would give, without touching the clone: nothing is checked out, no reference moves, and
//! what git has to write goes to a directory that is removed with the repository's handle.

use camino::Utf8Path;
use tempfile::TempDir;
use tollgate_core::ports::{ReadRepository as _, SourceError};

use crate::handles::Objects;
use crate::program::GitSaid;
use crate::repository::{GitRepository, failed};

/// What merging a proposal into its base gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Full id of the base's commit.
    pub base: String,
    /// Full id of the proposal's commit.
    pub head: String,
    /// The merged tree, as a revision that every reading method takes: one of the two commits where the other is its
    /// ancestor, else the id of a tree.
    pub revision: String,
}

/// More names of files in conflict than this help nobody.
const NAMED_CONFLICTS: usize = 5;

impl GitRepository {
    /// Merges two commits as git would (`git merge-tree`, with its detection of renames), without writing to the clone.
    ///
    /// # Errors
    /// When one of them is unknown, they have no common ancestor or history is cut off before it, or they conflict.
    pub fn merge(&self, base: &str, head: &str) -> Result<Merge, SourceError> {
        let (base, head) = (self.commit(base)?, self.commit(head)?);
        let (revision, written) = self.merged(&base, &head)?;
        if let Some(directory) = written {
            self.handles.add_objects(Objects::Temporary(directory));
        }
        Ok(Merge { base, head, revision })
    }

    /// The id of the tree that [`Self::merge`] gives; what git has to write for it is gone again.
    pub(crate) fn merged_tree_id(&self, base: &str, head: &str) -> Result<String, SourceError> {
        let (base, head) = (self.commit(base)?, self.commit(head)?);
        match self.merged(&base, &head)? {
            (tree, Some(_)) => Ok(tree),
            (commit, None) => self.tree_hash(&commit, "").map(Option::unwrap_or_default),
        }
    }

    /// One of the commits where the other is its ancestor, else a tree, and the directory that holds it.
    fn merged(&self, base: &str, head: &str) -> Result<(String, Option<TempDir>), SourceError> {
        let ancestor = self.merge_base(base, head)?;
        let ancestor = ancestor.ok_or_else(|| SourceError::Unrelated { base: base.to_owned(), head: head.to_owned() })?;
        if ancestor == base {
            return Ok((head.to_owned(), None));
        }
        if ancestor == head {
            return Ok((base.to_owned(), None));
        }
        self.write_merge(base, head).map(|(tree, directory)| (tree, Some(directory)))
    }

    fn write_merge(&self, base: &str, head: &str) -> Result<(String, TempDir), SourceError> {
        let what = format!("merge of {head} into {base}");
        let unwritable = |error: std::io::Error| failed(&what, git2::Error::from_str(&error.to_string()).into());
        let directory = tempfile::tempdir().map_err(unwritable)?;
        let objects =
            Utf8Path::from_path(directory.path()).ok_or_else(|| unwritable(std::io::ErrorKind::InvalidFilename.into()))?;
        let arguments = ["merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", base, head];
        let own = self.common_directory.join("objects");
        let read: Vec<&Utf8Path> = std::iter::once(own.as_path()).chain(self.pushed.as_deref()).collect();
        let outcome = self.program.run_aside(objects, &read, &arguments);
        let said = |error: GitSaid| SourceError::Git { what: what.clone(), source: Box::new(error) };
        let (clean, output) = outcome.map_err(said)?;
        let mut names = output.split('\0').filter(|name| !name.is_empty());
        let tree = names.next().ok_or_else(|| said(GitSaid("nothing".to_owned())))?.to_owned();
        if !clean {
            return Err(SourceError::Conflict { base: base.to_owned(), head: head.to_owned(), files: conflicts(names) });
        }
        Ok((tree, directory))
    }
}

/// The files in conflict, in words.
fn conflicts<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: std::collections::BTreeSet<&str> = names.collect();
    let more = names.len().saturating_sub(NAMED_CONFLICTS);
    let named: Vec<String> = names.iter().take(NAMED_CONFLICTS).map(|name| format!("`{name}`")).collect();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use tollgate_core::ports::ReadRepository as _;

    use super::*;
    use crate::testing::Scene;

    const LINES: &str = "a\nb\nc\nd\ne\nf\ng\nh\n";

    /// A clone with a commit, and two branches from it that change other files, or other lines.
    fn mk_branches(base: &[(&str, &str)], head: &[(&str, &str)]) -> (Scene, String, String) {
        let scene = Scene::new();
        let start = scene.commit("seed", "dir/lines", LINES);
        let mut tips = [base, head].map(|changes| {
            scene.git("seed", &["checkout", "--quiet", &start]);
            changes.iter().fold(start.clone(), |_, (file, text)| scene.commit("seed", file, text))
        });
        (scene, std::mem::take(&mut tips[0]), std::mem::take(&mut tips[1]))
    }

    fn read(repository: &GitRepository, merge: &Merge, path: &str) -> String {
        String::from_utf8(repository.read(&merge.revision, path).unwrap().unwrap()).unwrap()
    }

    #[test]
    fn a_proposal_that_is_up_to_date_is_its_own_merge() {
        let (scene, _, head) = mk_branches(&[], &[("new", "x")]);
        let base = scene.git("seed", &["rev-parse", "HEAD~1"]);
        let repository = scene.repository("seed");
        assert_eq!(repository.merge(&base, &head).unwrap().revision, head);
        assert_eq!(repository.merge(&head, &base).unwrap().revision, head);
        assert_eq!(repository.merge(&head, &head).unwrap().revision, head);
    }

    #[test]
    fn what_both_sides_changed_is_in_the_merge_and_nothing_is_written_to_the_clone() {
        let upper = LINES.replace('a', "A");
        let lower = LINES.replace('h', "H");
        let (scene, base, head) = mk_branches(&[("dir/lines", &upper), ("one", "1")], &[("dir/lines", &lower), ("two", "2")]);
        let objects = || scene.git("seed", &["count-objects", "-v"]);
        let (before, belongings) = (objects(), scene.belongings("seed"));
        let repository = scene.repository("seed");
        let merge = repository.merge(&base, &head).unwrap();
        assert_eq!(read(&repository, &merge, "dir/lines"), LINES.replace('a', "A").replace('h', "H"));
        assert_eq!((read(&repository, &merge, "one"), read(&repository, &merge, "two")), ("1".to_owned(), "2".to_owned()));
        assert_eq!((objects(), scene.belongings("seed")), (before, belongings));
    }

    #[test]
    fn a_file_that_one_side_renames_takes_the_changes_of_the_other() {
        let lower = LINES.replace('h', "H");
        let (scene, _, head) = mk_branches(&[], &[("dir/lines", &lower)]);
        scene.git("seed", &["checkout", "--quiet", "HEAD~1"]);
        scene.git("seed", &["mv", "dir", "other"]);
        let base = scene.commit("seed", "one", "1");
        let repository = scene.repository("seed");
        let merge = repository.merge(&base, &head).unwrap();
        assert_eq!(read(&repository, &merge, "other/lines"), lower);
        assert_eq!(repository.read(&merge.revision, "dir/lines").unwrap(), None);
    }

    #[test]
    fn several_threads_read_a_merge_and_so_do_handles_that_were_open_before() {
        let (scene, base, head) = mk_branches(&[("one", "1")], &[("two", "2")]);
        let repository = scene.repository("seed");
        let merge = repository.merge(&base, &head).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(repository.files(&merge.revision, "").unwrap().len(), 4));
            }
        });
    }

    #[test]
    fn a_conflict_names_the_files() {
        let (scene, base, head) = mk_branches(&[("dir/lines", "x"), ("b", "1")], &[("dir/lines", "y"), ("b", "2")]);
        let error = scene.repository("seed").merge(&base, &head).unwrap_err();
        assert!(matches!(&error, SourceError::Conflict { files, .. } if files == "`b`, `dir/lines`"), "{error}");
    }

    #[test]
    fn many_conflicts_are_counted() {
        assert_eq!(conflicts("a b c d e f g a".split(' ')), "`a`, `b`, `c`, `d`, `e` and 2 more");
    }

    #[test]
    fn histories_without_a_common_ancestor_can_not_be_merged() {
        let scene = Scene::new();
        let one = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.git("seed", &["checkout", "--quiet", "--orphan", "other"]);
        let other = scene.commit("seed", "README", "other");
        let error = scene.repository("seed").merge(&one, &other).unwrap_err();
        assert!(matches!(error, SourceError::Unrelated { .. }), "{error}");
    }

    #[test]
    fn a_shallow_clone_that_lacks_the_common_ancestor_says_so() {
        let (scene, base, head) = mk_branches(&[("one", "1")], &[("two", "2")]);
        for (commit, branch) in [(&base, "base"), (&head, "head")] {
            scene.git("seed", &["push", "--quiet", "origin", &format!("{commit}:refs/heads/{branch}")]);
        }
        scene.git(".", &["clone", "--quiet", "--depth=1", "--no-single-branch", &scene.url(), "shallow"]);
        let error = scene.repository("shallow").merge(&base, &head).unwrap_err();
        assert!(matches!(error, SourceError::Shallow { .. }), "{error}");
    }
}
