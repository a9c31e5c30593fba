//! What a repository holds.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::pipeline::FileChoice;
use tollgate_manifest::CHART_FILE;
use tollgate_report::failure::Failure;

use super::layout::is_in;
use crate::exit::fail;
use crate::sources::{FileToRead, Files, Naming, path_files, read_file};

/// What was found, by paths from the root.
#[derive(Default)]
pub(super) struct Found {
    /// Files that hold objects, and nothing that would be denied for its form.
    pub(super) manifests: BTreeSet<String>,
    /// Files that look like manifests and hold something else, or what nobody can read.
    others: BTreeSet<String>,
    files: Vec<FileToRead>,
    pub(super) kustomizations: usize,
    pub(super) charts: usize,
    pub(super) terraform: usize,
    /// CI systems that the repository has files of.
    pub(super) ci: Vec<&'static str>,
}

/// What a CI system's files are called, and the example for it.
const CI_FILES: [(&str, &str); 5] = [
    (".github/workflows", "github.yml"),
    (".gitlab-ci.yml", "gitlab.yml"),
    ("azure-pipelines.yml", "azure-pipelines.yml"),
    (".buildkite", "buildkite.yml"),
    ("Jenkinsfile", "Jenkinsfile"),
];

impl Found {
    /// Looks at everything below a directory that git does not ignore.
    pub(super) fn look(root: &Utf8Path) -> Result<Self, Failure> {
        let mut found = Self::default();
        let mut directories: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        for entry in ignore::WalkBuilder::new(root).build().flatten() {
            let Ok(path) = Utf8PathBuf::from_path_buf(entry.into_path()) else { continue };
            match path.file_name().unwrap_or_default() {
                "kustomization.yaml" | "kustomization.yml" => found.kustomizations += 1,
                CHART_FILE => found.charts += 1,
                name if name.ends_with(".tf") => drop(directories.insert(path.parent().unwrap_or(root).to_owned())),
                _ => {}
            }
        }
        found.terraform = directories.len();
        found.ci = CI_FILES.iter().filter(|(path, _)| root.join(path).exists()).map(|(_, example)| *example).collect();
        let naming = Naming { root: Some(root), component: &|_| None, choice: FileChoice::default() };
        let is_hidden = |path: &str| path.starts_with('.') || path.contains("/.");
        for file in path_files(root, &naming).map_err(fail)?.files {
            let path = file.source.path.clone();
            let read = read_file(&file);
            if is_hidden(&path) {
                continue;
            }
            if !read.documents.is_empty() && read.findings.is_empty() && read.not_evaluated.is_empty() {
                found.manifests.insert(path);
                found.files.push(file);
            } else {
                found.others.insert(path);
            }
        }
        Ok(found)
    }

    /// The files that would be judged.
    pub(super) fn readable(&self) -> Files {
        Files { files: self.files.clone(), ..Files::default() }
    }

    /// Files of the components that are no manifests.
    pub(super) fn ignored(&self, components: &[String]) -> Vec<String> {
        let in_component = |path: &&String| components.iter().any(|component| is_in(path, component));
        self.others.iter().filter(in_component).cloned().collect()
    }
}
