//! A proposal: the merge that `check --base` judges, what it changes, and the files of both sides.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use tollgate_core::pipeline::{GitReference, Pipeline};
use tollgate_core::ports::{ReadRepository, RenderComponent, SourceError, TreeFileKind};
use tollgate_core::recipe::Provenance;
use tollgate_manifest::CHART_FILE;
use tollgate_repo::{ChangedFile, GitRepository, Merge};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::delivery::components::{self, ComponentAt, ComponentError, component_of};
use crate::exit::fail;
use crate::infrastructure::{Configuration, judged, without_configured};
use crate::rendering::{InputTree, is_rendered, render_directories, rendered_directories, set_aside};
use crate::sources::{self, Files};
use crate::wiring::Lines;

/// A merge that nobody has made yet.
pub(crate) struct Proposal {
    pub(crate) repository: GitRepository,
    pub(crate) merge: Merge,
    changes: Vec<ChangedFile>,
    /// Renders the components that are rendered.
    tools: Box<dyn RenderComponent>,
    /// Where the command line looks, as paths of the repository; everywhere without any.
    paths: Vec<String>,
}

/// One of the two trees that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Base,
    Merge,
}

/// Which of a side's files are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Those that the proposal changes.
    Changed,
    Whole,
}

impl Proposal {
    /// Merges a proposal into its base.
    pub(crate) fn open(
        repository: GitRepository,
        tools: Box<dyn RenderComponent>,
        base: &str,
        head: &str,
    ) -> Result<Self, SourceError> {
        let merge = repository.merge(&known(&repository, base)?, head)?;
        let mut changes = repository.changes(&merge.base, &merge.revision)?;
        add_charts(&repository, &merge, &mut changes)?;
        Ok(Self { repository, merge, changes, tools, paths: Vec::new() })
    }

    /// The same, seen through these paths alone, which the command was given.
    pub(crate) fn below(self, paths: &[Utf8PathBuf]) -> Result<Self, Failure> {
        let mut inside = Vec::new();
        for path in paths {
            let wrong = |why: &str| Failure::of_message(ExitCode::InvalidConfiguration, format!("`{path}` {why}"));
            let relative = self.repository.relative(path).ok_or_else(|| wrong("is not in this repository"))?.into_string();
            if !self.exists(&relative)? {
                return Err(wrong("is neither in the base nor in the proposal"));
            }
            inside.push(relative);
        }
        Ok(Self { paths: inside, ..self })
    }

    /// How many files it changes, of those that it is seen through.
    pub(crate) fn changed_files(&self) -> u64 {
        self.changes.iter().filter(|change| self.looks_at(&change.path)).count() as u64
    }

    /// The revision of a side.
    pub(crate) fn revision(&self, side: Side) -> &str {
        match side {
            Side::Base => &self.merge.base,
            Side::Merge => &self.merge.revision,
        }
    }

    /// The files of a side that may hold manifests.
    pub(crate) fn files(&self, side: Side, extent: Extent, pipeline: &Pipeline) -> Result<Vec<Files>, Failure> {
        let mut groups = match extent {
            Extent::Changed => vec![self.changed(side, pipeline).map_err(fail)?],
            Extent::Whole => self.whole(side, pipeline)?,
        };
        groups = groups.into_iter().map(|group| set_aside(group, &|path| is_rendered(pipeline, path))).collect();
        groups = groups.into_iter().map(|group| without_configured(group, pipeline)).collect();
        for group in &mut groups {
            group.files.retain(|file| self.looks_at(&file.source.path));
            group.not_evaluated.retain(|file| self.looks_at(&file.path));
            group.findings.retain(|finding| finding.location.as_ref().is_none_or(|place| self.looks_at(&place.file)));
        }
        groups.extend(self.rendered(side, extent, pipeline)?);
        groups.extend(self.configured(side, extent, pipeline)?);
        Ok(groups)
    }

    /// What is rendered on a side: the components that the proposal changes anything of, or all. The two sides of a component are
    /// rendered by the same tool.
    fn rendered(&self, side: Side, extent: Extent, pipeline: &Pipeline) -> Result<Vec<Files>, Failure> {
        if pipeline.components.iter().all(|spec| spec.render.is_none()) {
            return Ok(Vec::new());
        }
        let commit = self.revision(side);
        let paths: Vec<String> = match extent {
            Extent::Changed => self.changes.iter().map(|change| change.path.clone()).collect(),
            Extent::Whole => self.repository.files(commit, "").map_err(fail)?.into_iter().map(|file| file.path).collect(),
        };
        let seen = paths.iter().filter(|path| self.looks_at(path));
        let directories = rendered_directories(pipeline, seen);
        let tree = InputTree::Commit { repository: &self.repository, commit };
        render_directories(&directories, pipeline, tree, self.tools.as_ref()).map_err(fail)
    }

    /// What Terraform plans on a side: the components that the proposal changes anything of, their modules included, or all.
    fn configured(&self, side: Side, extent: Extent, pipeline: &Pipeline) -> Result<Vec<Files>, Failure> {
        if pipeline.components.iter().all(|spec| spec.terraform.is_none()) {
            return Ok(Vec::new());
        }
        let commit = self.revision(side);
        let tree = InputTree::Commit { repository: &self.repository, commit };
        let mut groups = Vec::new();
        for component in self.components(side, pipeline)?.values() {
            let Some(spec) = &component.spec.terraform else { continue };
            let Some(configuration) = Configuration::read(tree, &component.name, &component.path).map_err(fail)? else { continue };
            let is_changed = |change: &&ChangedFile| configuration.covers(&change.path) && self.looks_at(&change.path);
            let is_seen = match extent {
                Extent::Changed => self.changes.iter().any(|change| is_changed(&change)),
                Extent::Whole => configuration.files.keys().any(|path| self.looks_at(path)),
            };
            if is_seen {
                groups.push(judged(&configuration, spec, pipeline, &Lines));
            }
        }
        Ok(groups)
    }

    fn components(&self, side: Side, pipeline: &Pipeline) -> Result<BTreeMap<String, ComponentAt>, Failure> {
        let commit = self.revision(side).to_owned();
        let provenance = Provenance { reference: GitReference::Commit(commit.clone()), commit };
        match components::at_commit(&self.repository, pipeline, &provenance) {
            // The first component is on its way, or the last one goes.
            Err(ComponentError::NoComponent { .. }) => Ok(BTreeMap::new()),
            other => other.map_err(fail),
        }
    }

    fn changed(&self, side: Side, pipeline: &Pipeline) -> Result<Files, SourceError> {
        let kind = |change: &ChangedFile| match side {
            Side::Base => change.before,
            Side::Merge => change.after,
        };
        let belongs = |path: &str| pipeline.components.is_empty() || component_of(pipeline, path).is_some();
        let of_side = self.changes.iter().filter(|change| belongs(&change.path));
        let chosen: BTreeMap<String, TreeFileKind> =
            of_side.filter_map(|change| Some((change.path.clone(), kind(change)?))).collect();
        let component = |path: &str| component_of(pipeline, path);
        sources::chosen_files(&self.repository, self.revision(side), &chosen, &component, pipeline.file_choice())
    }

    fn whole(&self, side: Side, pipeline: &Pipeline) -> Result<Vec<Files>, Failure> {
        let revision = self.revision(side);
        if pipeline.components.is_empty() {
            let files = sources::files_at(&self.repository, revision, "", &|_| None, pipeline.file_choice());
            return Ok(vec![files.map_err(fail)?]);
        }
        let components = self.components(side, pipeline)?;
        let files = components.values().map(|component| component.files(&self.repository, pipeline.file_choice()));
        files.collect::<Result<_, _>>().map_err(fail)
    }

    fn looks_at(&self, path: &str) -> bool {
        let is_below = |wanted: &String| {
            wanted.is_empty() || path.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.paths.is_empty() || self.paths.iter().any(is_below)
    }

    fn exists(&self, path: &str) -> Result<bool, Failure> {
        for revision in [self.revision(Side::Merge), self.revision(Side::Base)] {
            let is_directory = self.repository.tree_hash(revision, path).map_err(fail)?.is_some();
            if is_directory || self.repository.read(revision, path).map_err(fail)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The base, by any name that git knows; a branch that was only fetched is meant as well.
fn known(repository: &GitRepository, base: &str) -> Result<String, SourceError> {
    match repository.commit(base) {
        Err(SourceError::UnknownRevision { .. }) => repository
            .commit(&format!("refs/remotes/{}/{base}", repository.remote_name()))
            .map_err(|_| SourceError::UnknownRevision { revision: base.to_owned() }),
        other => other,
    }
}

/// A chart that comes or goes makes other files of those beside it.
fn add_charts(repository: &GitRepository, merge: &Merge, changes: &mut Vec<ChangedFile>) -> Result<(), SourceError> {
    let comes_or_goes = |change: &&ChangedFile| change.before.is_some() != change.after.is_some();
    let chart = |change: &ChangedFile| match change.path.rsplit_once('/') {
        Some((directory, CHART_FILE)) => Some(directory.to_owned()),
        None if change.path == CHART_FILE => Some(String::new()),
        _ => None,
    };
    let directories: BTreeSet<String> = changes.iter().filter(comes_or_goes).filter_map(chart).collect();
    let known: BTreeSet<String> = changes.iter().map(|change| change.path.clone()).collect();
    for directory in directories {
        let files = match repository.files(&merge.revision, &directory) {
            Err(SourceError::UnknownPath { .. }) => Vec::new(),
            other => other?,
        };
        let beside = files.into_iter().filter(|file| !known.contains(&file.path));
        changes.extend(beside.map(|file| ChangedFile { path: file.path, before: Some(file.kind), after: Some(file.kind) }));
    }
    Ok(())
}
