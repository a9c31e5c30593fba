//! Where the files of a component are taken from: a commit, or the work tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::document::SourceFile;
use tollgate_core::ports::{ReadRepository, SourceError, TreeFileKind};
use tollgate_manifest::Inputs;

use super::RenderingError;
use crate::sources::PathError;

/// A tree with components in it.
#[derive(Clone, Copy)]
pub(crate) enum InputTree<'a> {
    /// Below this directory.
    Directory(&'a Utf8Path),
    /// Blobs, never the work tree.
    Commit { repository: &'a dyn ReadRepository, commit: &'a str },
    /// Files that are written nowhere yet, by path.
    Files(&'a BTreeMap<String, Arc<SourceFile>>),
}

impl InputTree<'_> {
    /// All files of a directory of the tree; nothing where it is not there. Links are none of them, wherever they lead.
    pub(crate) fn inputs(&self, directory: &str) -> Result<Option<Inputs>, RenderingError> {
        match self {
            Self::Directory(root) => Ok(in_work_tree(root, directory)?),
            Self::Commit { repository, commit } => Ok(at_commit(*repository, commit, directory)?),
            Self::Files(files) => Ok(of_files(files, directory)),
        }
    }
}

fn input(directory: &str, path: String, bytes: Vec<u8>) -> Option<(String, Arc<SourceFile>)> {
    let inside = path.strip_prefix(directory)?.trim_start_matches('/').to_owned();
    Some((inside, Arc::new(SourceFile { path, bytes })))
}

fn of_files(files: &BTreeMap<String, Arc<SourceFile>>, directory: &str) -> Option<Inputs> {
    let inside = |path: &str| path.strip_prefix(directory)?.strip_prefix('/').map(ToOwned::to_owned);
    let files: Vec<_> = files.iter().filter_map(|(path, source)| Some((inside(path)?, Arc::clone(source)))).collect();
    (!files.is_empty()).then(|| Inputs::new(files))
}

fn at_commit(repository: &dyn ReadRepository, commit: &str, directory: &str) -> Result<Option<Inputs>, SourceError> {
    let tree = match repository.files(commit, directory) {
        Err(SourceError::UnknownPath { .. }) => return Ok(None),
        other => other?,
    };
    let mut files = Vec::new();
    for file in tree.into_iter().filter(|file| file.kind == TreeFileKind::File) {
        let bytes = repository.read(commit, &file.path)?;
        let unknown = || SourceError::UnknownPath { revision: commit.to_owned(), path: file.path.clone() };
        files.extend(input(directory, file.path.clone(), bytes.ok_or_else(unknown)?));
    }
    Ok(Some(Inputs::new(files)))
}

fn in_work_tree(root: &Utf8Path, directory: &str) -> Result<Option<Inputs>, PathError> {
    let start = root.join(directory);
    if !start.is_dir() {
        return Ok(None);
    }
    let walk = ignore::WalkBuilder::new(&start).standard_filters(false).filter_entry(|entry| entry.file_name() != ".git").build();
    let mut files = Vec::new();
    for entry in walk {
        let failed =
            |error: ignore::Error| PathError::Io { path: start.to_string(), source: std::io::Error::other(error.to_string()) };
        let entry = entry.map_err(failed)?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let not_utf8 = |path: std::path::PathBuf| PathError::NotUtf8 { path: path.display().to_string() };
        let path = Utf8PathBuf::from_path_buf(entry.into_path()).map_err(not_utf8)?;
        let bytes = fs_err::read(&path).map_err(|source| PathError::Io { path: path.to_string(), source })?;
        let shown = path.strip_prefix(root).unwrap_or(&path).to_string();
        files.extend(input(directory, shown, bytes));
    }
    Ok(Some(Inputs::new(files)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_written_nowhere_are_those_of_their_directory() {
        let file = |path: &str| (path.to_owned(), Arc::new(SourceFile { path: path.to_owned(), bytes: b"a: 1".to_vec() }));
        let files = BTreeMap::from([file("services/cart/base/a.yaml"), file("services/carts/b.yaml")]);
        let inputs = InputTree::Files(&files).inputs("services/cart").unwrap().unwrap();
        let paths: Vec<(&str, &str)> = inputs.iter().map(|(path, source)| (path, source.path.as_str())).collect();
        assert_eq!(paths, [("base/a.yaml", "services/cart/base/a.yaml")]);
        assert!(InputTree::Files(&files).inputs("services/web").unwrap().is_none());
    }

    #[test]
    fn the_files_of_a_work_tree_are_read_and_links_are_not() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(guard.path()).unwrap();
        fs_err::create_dir_all(root.join("services/cart/base")).unwrap();
        fs_err::create_dir_all(root.join("services/cart/.git")).unwrap();
        fs_err::write(root.join("services/cart/base/a.yaml"), "a: 1").unwrap();
        fs_err::write(root.join("services/cart/.git/config"), "x").unwrap();
        fs_err::write(root.join("outside"), "secret").unwrap();
        std::os::unix::fs::symlink(root.join("outside"), root.join("services/cart/link.yaml")).unwrap();
        let inputs = InputTree::Directory(root).inputs("services/cart").unwrap().unwrap();
        let paths: Vec<(&str, &str)> = inputs.iter().map(|(path, source)| (path, source.path.as_str())).collect();
        assert_eq!(paths, [("base/a.yaml", "services/cart/base/a.yaml")]);
        assert!(InputTree::Directory(root).inputs("services/web").unwrap().is_none());
    }
}
