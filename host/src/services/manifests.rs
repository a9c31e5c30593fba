//! The manifests that a service's own repository brings.

use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::pipeline::FileChoice;
use tollgate_core::ports::{ReadRepository, SourceError, TreeFileKind};
use tollgate_manifest::candidates;
use tollgate_report::exit_code::ExitCode;

use crate::exit::MeansExit;

/// Names under which kustomize looks for what it is to do.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Why manifests are not brought.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestsError {
    #[error("`{path}` is a {what}, which leads out of the service's manifests")]
    Link { path: String, what: &'static str },
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl MeansExit for ManifestsError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Link { .. } => ExitCode::Denied,
            Self::Source(error) => error.exit(),
        }
    }
}

/// The YAML and JSON files below a directory of a commit, by their paths in it. Templates of charts are not read.
pub(crate) fn files_below(
    repository: &dyn ReadRepository,
    commit: &str,
    directory: &str,
) -> Result<Vec<Arc<SourceFile>>, ManifestsError> {
    let tree = repository.files(commit, directory)?;
    if let Some(link) = tree.iter().find(|file| file.kind != TreeFileKind::File) {
        let what = if link.kind == TreeFileKind::Symlink { "symbolic link" } else { "submodule" };
        return Err(ManifestsError::Link { path: link.path.clone(), what });
    }
    let found = candidates(tree.iter().map(|file| file.path.as_str()), &FileChoice::default());
    let named = tree.iter().map(|file| &file.path).filter(|path| is_kustomization(path) && !path.ends_with("ml")).cloned();
    let paths = found.manifests.into_iter().chain(found.known).chain(named);
    let mut files = Vec::new();
    for path in paths {
        let bytes = repository.read(commit, &path)?.unwrap_or_default();
        files.push(Arc::new(SourceFile { path: below(&path, directory).to_owned(), bytes }));
    }
    Ok(files)
}

/// Whether kustomize reads a file as what it is to do.
pub(crate) fn is_kustomization(path: &str) -> bool {
    KUSTOMIZATIONS.contains(&path.rsplit('/').next().unwrap_or(path))
}

fn below<'p>(path: &'p str, directory: &str) -> &'p str {
    let rest = path.strip_prefix(directory.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    rest.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::delivery::tests::world::{MemoryRepository, mk_tree};

    fn paths(files: &[(&str, &str)], directory: &str) -> Vec<String> {
        let repository = MemoryRepository::default();
        let commit = repository.commit_tree(mk_tree(files), &[]);
        files_below(&repository, &commit, directory).unwrap().iter().map(|file| file.path.clone()).collect()
    }

    #[test]
    fn manifests_and_kustomizations_are_read_by_their_paths_in_the_directory() {
        let files = [
            ("deploy/base/a.yaml", ""),
            ("deploy/base/Kustomization", ""),
            ("deploy/overlays/prod/kustomization.yml", ""),
            ("deploy/README.md", ""),
            ("deploy/chart/Chart.yaml", ""),
            ("deploy/chart/templates/x.yaml", ""),
            ("other/b.yaml", ""),
        ];
        let expected = ["base/a.yaml", "chart/Chart.yaml", "overlays/prod/kustomization.yml", "base/Kustomization"];
        assert_eq!(paths(&files, "deploy"), expected);
        assert_eq!(below("deploy/a.yaml", "deploy/"), "a.yaml");
        assert_eq!(below("a.yaml", "."), "a.yaml");
    }

    #[test]
    fn a_link_among_them_is_refused_by_name() {
        for (kind, word) in [(TreeFileKind::Symlink, "symbolic link"), (TreeFileKind::Submodule, "submodule")] {
            let repository = MemoryRepository::default();
            let links = BTreeMap::from([("deploy/x.yaml".to_owned(), kind)]);
            let commit = repository.commit_with_links(mk_tree(&[("deploy/a.yaml", "")]), links, &[]);
            let error = files_below(&repository, &commit, "deploy").unwrap_err().to_string();
            assert!(error.contains("`deploy/x.yaml`") && error.contains(word), "{error}");
        }
    }
}
