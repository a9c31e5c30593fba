//! Reading trees and files of commits. Symlinks and submodules are named, never followed.

use git2::{ErrorCode, ObjectType, Oid, Repository, Tree, TreeEntry};
use tollgate_core::ports::{TreeFile, TreeFileKind};

/// Why objects could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObjectError {
    #[error("there is no commit `{0}`")]
    UnknownCommit(String),
    #[error("`{0}` leads to no commit")]
    NotACommit(String),
    #[error("there is no directory `{0}`")]
    UnknownDirectory(String),
    #[error("`{0}` is a {1}, which is never followed; put the file itself there")]
    NotFollowed(String, &'static str),
    #[error("the name `{0}` is not UTF-8; rename it")]
    NotUtf8(String),
    #[error("object `{0}` is missing from this clone; fetch it with `git fetch --refetch`")]
    Missing(Oid),
    #[error(transparent)]
    Git(#[from] git2::Error),
}

/// What a mode in a tree means.
pub(crate) const fn kind(mode: i32) -> Option<TreeFileKind> {
    match mode & 0o170_000 {
        0o100_000 => Some(TreeFileKind::File),
        0o120_000 => Some(TreeFileKind::Symlink),
        0o160_000 => Some(TreeFileKind::Submodule),
        _ => None,
    }
}

const fn word(kind: TreeFileKind) -> &'static str {
    match kind {
        TreeFileKind::File => "file",
        TreeFileKind::Symlink => "symlink",
        TreeFileKind::Submodule => "submodule",
    }
}

/// The id of a commit that was given in full.
pub(crate) fn commit_id(commit: &str) -> Result<Oid, ObjectError> {
    let unknown = || ObjectError::UnknownCommit(commit.to_owned());
    if commit.len() != 40 {
        return Err(unknown());
    }
    Oid::from_str(commit).map_err(|_| unknown())
}

/// The root tree of a commit; of a merge that stands in no commit, the tree itself.
pub(crate) fn root<'r>(repository: &'r Repository, revision: &str) -> Result<Tree<'r>, ObjectError> {
    let id = commit_id(revision)?;
    match repository.find_commit(id) {
        Ok(commit) => tree(repository, commit.tree_id()),
        Err(error) if error.code() == ErrorCode::NotFound => {
            repository.find_tree(id).map_err(|_| ObjectError::UnknownCommit(revision.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn tree(repository: &Repository, id: Oid) -> Result<Tree<'_>, ObjectError> {
    repository.find_tree(id).map_err(|error| missing(error, id))
}

fn missing(error: git2::Error, id: Oid) -> ObjectError {
    if error.code() == ErrorCode::NotFound { ObjectError::Missing(id) } else { error.into() }
}

/// The entry at a path; nothing when there is none. A path that leads through a symlink or submodule is refused: whatever
/// is behind it would be silently absent.
fn entry(repository: &Repository, root: &Tree<'_>, path: &str) -> Result<Option<TreeEntry<'static>>, ObjectError> {
    let mut parts = path.split('/').peekable();
    let mut parent = tree(repository, root.id())?;
    while let Some(part) = parts.next() {
        let Some(found) = parent.get_name(part).map(|found| found.to_owned()) else { return Ok(None) };
        if parts.peek().is_none() {
            return Ok(Some(found));
        }
        match kind(found.filemode()) {
            None => parent = tree(repository, found.id())?,
            Some(TreeFileKind::File) => return Ok(None),
            Some(other) => return Err(ObjectError::NotFollowed(path.to_owned(), word(other))),
        }
    }
    Ok(None)
}

/// The tree at a directory, `""` for the root; nothing when there is no directory.
pub(crate) fn directory<'r>(repository: &'r Repository, commit: &str, path: &str) -> Result<Option<Tree<'r>>, ObjectError> {
    let root = root(repository, commit)?;
    let path = path.trim_end_matches('/');
    if path.is_empty() || path == "." {
        return Ok(Some(root));
    }
    let found = entry(repository, &root, path)?.filter(|found| found.kind() == Some(ObjectType::Tree));
    found.map(|found| tree(repository, found.id())).transpose()
}

/// All files below a directory, sorted by path.
pub(crate) fn files(repository: &Repository, commit: &str, path: &str) -> Result<Vec<TreeFile>, ObjectError> {
    let start = directory(repository, commit, path)?.ok_or_else(|| ObjectError::UnknownDirectory(path.to_owned()))?;
    let path = path.trim_end_matches('/');
    let prefix = if path.is_empty() || path == "." { String::new() } else { format!("{path}/") };
    let mut files = Vec::new();
    collect(repository, &start, &prefix, &mut files)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The name of an entry of the directory that a prefix leads to.
pub(crate) fn name<'a>(entry: &'a TreeEntry<'_>, prefix: &str) -> Result<&'a str, ObjectError> {
    entry.name().map_err(|_| ObjectError::NotUtf8(format!("{prefix}{}", String::from_utf8_lossy(entry.name_bytes()))))
}

fn collect(repository: &Repository, parent: &Tree<'_>, prefix: &str, files: &mut Vec<TreeFile>) -> Result<(), ObjectError> {
    for found in parent {
        let path = format!("{prefix}{}", name(&found, prefix)?);
        match kind(found.filemode()) {
            Some(kind) => files.push(TreeFile { path, kind }),
            None => collect(repository, &tree(repository, found.id())?, &format!("{path}/"), files)?,
        }
    }
    Ok(())
}

/// The bytes of a file; nothing when there is no file at the path.
pub(crate) fn read(repository: &Repository, commit: &str, path: &str) -> Result<Option<Vec<u8>>, ObjectError> {
    let found = entry(repository, &root(repository, commit)?, path)?;
    found.map_or(Ok(None), |found| bytes(repository, &found, path))
}

fn bytes(repository: &Repository, found: &TreeEntry<'_>, path: &str) -> Result<Option<Vec<u8>>, ObjectError> {
    match kind(found.filemode()) {
        None => Ok(None),
        Some(TreeFileKind::File) => {
            let blob = repository.find_blob(found.id()).map_err(|error| missing(error, found.id()))?;
            Ok(Some(blob.content().to_vec()))
        }
        Some(other) => Err(ObjectError::NotFollowed(path.to_owned(), word(other))),
    }
}

/// The bytes of several files; nothing where there is none. Of paths that are sorted, each directory is looked up once.
pub(crate) fn read_all(repository: &Repository, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, ObjectError> {
    let mut last: Option<(&str, Option<Tree<'_>>)> = None;
    let mut all = Vec::with_capacity(paths.len());
    for path in paths {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        if last.as_ref().is_none_or(|(known, _)| *known != above) {
            last = Some((above, directory(repository, commit, above)?));
        }
        let found = last.as_ref().and_then(|(_, tree)| tree.as_ref()?.get_name(name).map(|found| found.to_owned()));
        all.push(found.map(|found| bytes(repository, &found, path)).transpose()?.flatten());
    }
    Ok(all)
}

/// Whether there is a file at a path.
pub(crate) fn has(repository: &Repository, commit: &str, path: &str) -> Result<bool, ObjectError> {
    let found = entry(repository, &root(repository, commit)?, path)?;
    Ok(found.is_some_and(|found| kind(found.filemode()) == Some(TreeFileKind::File)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tollgate_core::ports::{ReadRepository, SourceError, TreeFile, TreeFileKind};

    use crate::testing::Scene;

    fn mk_file(path: &str, kind: TreeFileKind) -> TreeFile {
        TreeFile { path: path.to_owned(), kind }
    }

    fn mk_scene_with_all_kinds() -> (Scene, String) {
        let scene = Scene::new();
        let first = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.commit("seed", "a/b/deep.yaml", "deep");
        scene.commit("seed", "a.yaml", "shallow");
        symlink("/etc/passwd", scene.path("seed/link")).unwrap();
        symlink("a", scene.path("seed/directory-link")).unwrap();
        scene.git("seed", &["add", "--all"]);
        scene.git("seed", &["update-index", "--add", "--cacheinfo", &format!("160000,{first},module")]);
        scene.git("seed", &["commit", "--quiet", "--message", "kinds"]);
        let commit = scene.git("seed", &["rev-parse", "HEAD"]);
        (scene, commit)
    }

    #[test]
    fn all_entries_are_listed_by_kind_in_the_order_of_their_paths() {
        let (scene, commit) = mk_scene_with_all_kinds();
        let files = scene.repository("seed").files(&commit, "").unwrap();
        let expected = [
            mk_file("README", TreeFileKind::File),
            mk_file("a.yaml", TreeFileKind::File),
            mk_file("a/b/deep.yaml", TreeFileKind::File),
            mk_file("directory-link", TreeFileKind::Symlink),
            mk_file("link", TreeFileKind::Symlink),
            mk_file("module", TreeFileKind::Submodule),
        ];
        assert_eq!(files, expected);
        let below = scene.repository("seed").files(&commit, "a/").unwrap();
        assert_eq!(below, [mk_file("a/b/deep.yaml", TreeFileKind::File)]);
    }

    #[test]
    fn symlinks_and_submodules_are_not_followed_and_not_absent() {
        let (scene, commit) = mk_scene_with_all_kinds();
        let repository = scene.repository("seed");
        for path in ["link", "directory-link/b/deep.yaml", "module", "module/README"] {
            let error = repository.read(&commit, path).unwrap_err();
            assert!(matches!(error, SourceError::Git { .. }), "{path}: {error}");
        }
        assert_eq!(repository.tree_hash(&commit, "directory-link").unwrap(), None);
    }

    #[test]
    fn files_are_read_from_the_commit_and_not_from_the_work_tree() {
        let (scene, commit) = mk_scene_with_all_kinds();
        fs_err::write(scene.path("seed/a.yaml"), "changed").unwrap();
        let repository = scene.repository("seed");
        assert_eq!(repository.read(&commit, "a.yaml").unwrap().unwrap(), b"shallow");
        for absent in ["b.yaml", "a", "a.yaml/x", "../a.yaml", ""] {
            assert_eq!(repository.read(&commit, absent).unwrap(), None, "{absent}");
        }
    }

    #[test]
    fn directories_have_the_hashes_that_git_gives_them() {
        let (scene, commit) = mk_scene_with_all_kinds();
        let repository = scene.repository("seed");
        for directory in ["", "a", "a/b"] {
            let expected = scene.git("seed", &["rev-parse", &format!("{commit}:{directory}")]);
            assert_eq!(repository.tree_hash(&commit, directory).unwrap(), Some(expected));
        }
        assert_eq!(repository.tree_hash(&commit, "a.yaml").unwrap(), None);
    }

    #[test]
    fn unknown_commits_and_directories_are_named() {
        let scene = Scene::new();
        let repository = scene.repository("seed");
        let commit = repository.commit("HEAD").unwrap();
        for unknown in ["0123456789012345678901234567890123456789", "HEAD", &commit[..12], ""] {
            let error = repository.read(unknown, "README").unwrap_err();
            assert!(matches!(error, SourceError::UnknownRevision { ref revision } if revision == unknown), "{error}");
        }
        let error = repository.files(&commit, "nothing").unwrap_err();
        assert!(matches!(error, SourceError::UnknownPath { ref path, .. } if path == "nothing"), "{error}");
    }

    #[test]
    fn a_missing_object_is_an_error_that_names_it() {
        let (scene, commit) = mk_scene_with_all_kinds();
        let blob = scene.git("seed", &["rev-parse", &format!("{commit}:a.yaml")]);
        fs_err::remove_file(scene.path("seed/.git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
        let error = scene.repository("seed").read(&commit, "a.yaml").unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(&blob), "{source}");
    }
}
