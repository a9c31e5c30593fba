//! Files of a git revision: blobs, never the work tree.

use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::pipeline::Glob;
use tollgate_core::ports::{ReadRepository, SourceError, TreeFile, TreeFileKind};
use tollgate_manifest::candidates;

use super::{FileToRead, Files, submodule_finding, symlink_finding, unopened};

/// The files of a component: its directory at a commit.
pub(crate) fn component_files(
    repository: &dyn ReadRepository,
    commit: &str,
    (component, directory): (&str, &str),
    ignore: &[Glob],
) -> Result<Files, SourceError> {
    let tree = repository.files(commit, directory)?;
    read_tree(repository, commit, &tree, Some(component), ignore)
}

/// The files below a directory of a revision that belong to no component (`""` for all).
pub(crate) fn tree_files(
    repository: &dyn ReadRepository,
    commit: &str,
    directory: &str,
    ignore: &[Glob],
) -> Result<Files, SourceError> {
    let tree = repository.files(commit, directory)?;
    read_tree(repository, commit, &tree, None, ignore)
}

fn read_tree(
    repository: &dyn ReadRepository,
    commit: &str,
    tree: &[TreeFile],
    component: Option<&str>,
    ignore: &[Glob],
) -> Result<Files, SourceError> {
    let ignored = |path: &str| ignore.iter().any(|glob| glob.matches(path));
    let mut files = Files::default();
    let links = tree.iter().filter(|file| file.kind != TreeFileKind::File && !ignored(&file.path));
    files.findings.extend(links.map(|file| match file.kind {
        TreeFileKind::Submodule => submodule_finding(&file.path),
        _ => symlink_finding(&file.path),
    }));
    let plain = tree.iter().filter(|file| file.kind == TreeFileKind::File).map(|file| file.path.as_str());
    let found = candidates(plain, &ignored);
    files.not_evaluated = unopened(&found);
    for path in found.manifests {
        let bytes = repository.read(commit, &path)?;
        let bytes = bytes.ok_or_else(|| SourceError::UnknownPath { revision: commit.to_owned(), path: path.clone() })?;
        let source = Arc::new(SourceFile { path, bytes });
        files.files.push(FileToRead { source, component: component.map(ToOwned::to_owned) });
    }
    Ok(files)
}
