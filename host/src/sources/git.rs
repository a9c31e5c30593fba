//! Files of a git revision: blobs, never the work tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::pipeline::FileChoice;
use tollgate_core::ports::{ReadRepository, SourceError, TreeFile, TreeFileKind};
use tollgate_manifest::{CHART_FILE, NotEvaluated, candidates};

use super::{FileToRead, Files, submodule_finding, symlink_finding, unopened};

/// The files of a component: its directory at a commit.
pub(crate) fn component_files(
    repository: &dyn ReadRepository,
    commit: &str,
    (component, directory): (&str, &str),
    choice: FileChoice<'_>,
) -> Result<Files, SourceError> {
    let tree = repository.files(commit, directory)?;
    read_tree(repository, commit, &tree, &|_| Some(component.to_owned()), choice)
}

/// What a path of a revision leads to (`""` is all): a file as it is, whatever it is called, or all manifests below a
/// directory.
pub(crate) fn files_at(
    repository: &dyn ReadRepository,
    commit: &str,
    path: &str,
    component: &dyn Fn(&str) -> Option<String>,
    choice: FileChoice<'_>,
) -> Result<Files, SourceError> {
    let file = if path.is_empty() { None } else { repository.read(commit, path)? };
    let Some(bytes) = file else {
        let tree = repository.files(commit, path)?;
        return read_tree(repository, commit, &tree, component, choice);
    };
    let source = Arc::new(SourceFile { path: path.to_owned(), bytes });
    Ok(Files { files: vec![FileToRead { source, component: component(path) }], ..Files::default() })
}

/// The files of a revision that are among those given: manifests that a proposal changes. They are sorted into manifests and
/// others as in the whole tree, where a chart's templates are none.
pub(crate) fn chosen_files(
    repository: &dyn ReadRepository,
    revision: &str,
    chosen: &BTreeMap<String, TreeFileKind>,
    component: &dyn Fn(&str) -> Option<String>,
    choice: FileChoice<'_>,
) -> Result<Files, SourceError> {
    let file = |(path, kind): (&String, &TreeFileKind)| TreeFile { path: path.clone(), kind: *kind };
    let charts = charts_above(repository, revision, chosen)?;
    let context = charts.into_iter().filter(|path| !chosen.contains_key(path));
    let context = context.map(|path| TreeFile { path, kind: TreeFileKind::File });
    let tree: Vec<TreeFile> = chosen.iter().map(file).chain(context).collect();
    let mut files = read_tree(repository, revision, &tree, component, choice)?;
    files.not_evaluated.retain(|file| chosen.contains_key(&file.path));
    Ok(files)
}

/// The `Chart.yaml` of every directory that one of these files is in.
fn charts_above(
    repository: &dyn ReadRepository,
    revision: &str,
    files: &BTreeMap<String, TreeFileKind>,
) -> Result<BTreeSet<String>, SourceError> {
    let above = |path: &String| -> Vec<String> {
        let ends = path.match_indices('/').map(|(end, _)| end + 1);
        [0].into_iter().chain(ends).map(|end| format!("{}{CHART_FILE}", &path[..end])).collect()
    };
    let mut charts = BTreeSet::new();
    for path in files.keys().flat_map(above).collect::<BTreeSet<String>>() {
        match repository.read(revision, &path) {
            Ok(Some(_)) => drop(charts.insert(path)),
            // A link of that name makes no chart.
            Ok(None) | Err(SourceError::Git { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(charts)
}

fn read_tree(
    repository: &dyn ReadRepository,
    commit: &str,
    tree: &[TreeFile],
    component: &dyn Fn(&str) -> Option<String>,
    choice: FileChoice<'_>,
) -> Result<Files, SourceError> {
    let mut files = Files::default();
    let links = tree.iter().filter(|file| file.kind != TreeFileKind::File && !choice.ignores(&file.path));
    for link in links {
        match (component(&link.path), link.kind) {
            (Some(_), TreeFileKind::Submodule) => files.findings.push(submodule_finding(&link.path)),
            (Some(_), _) => files.findings.push(symlink_finding(&link.path)),
            (None, kind) => files.not_evaluated.push(NotEvaluated { path: link.path.clone(), why: not_followed(kind) }),
        }
    }
    let plain = tree.iter().filter(|file| file.kind == TreeFileKind::File).map(|file| file.path.as_str());
    let found = candidates(plain, &choice);
    files.not_evaluated.extend(unopened(&found));
    for path in found.manifests {
        let bytes = repository.read(commit, &path)?;
        let bytes = bytes.ok_or_else(|| SourceError::UnknownPath { revision: commit.to_owned(), path: path.clone() })?;
        let source = Arc::new(SourceFile { path, bytes });
        let component = component(&source.path);
        files.files.push(FileToRead { source, component });
    }
    Ok(files)
}

/// Why a link outside of components was not read; in a component it denies.
fn not_followed(kind: TreeFileKind) -> String {
    match kind {
        TreeFileKind::Submodule => "it is a submodule, whose contents are in another repository".to_owned(),
        _ => "it is a symbolic link, which is not followed".to_owned(),
    }
}
