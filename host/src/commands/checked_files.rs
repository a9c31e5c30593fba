//! Which files `check` looks at.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::pipeline::{ComponentSpec, GitReference, Pipeline};
use tollgate_core::ports::{ReadRepository, RenderComponent, SourceError};
use tollgate_core::recipe::Provenance;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::judging::Judging;
use crate::cli::check::Check;
use crate::configuration::Failures;
use crate::delivery::components::{self, ComponentError, component_of};
use crate::exit::fail;
use crate::infrastructure;
use crate::invocation::Invocation;
use crate::rendering::{InputTree, render_groups};
use crate::sources::{self, Files, Naming, PathError};
use crate::wiring;

/// The files that the command line names; without names, the components of the configuration, or all below this directory.
pub(crate) fn select(
    invocation: &Invocation,
    arguments: &Check,
    judging: &Judging,
    tools: &dyn RenderComponent,
) -> Result<Vec<Files>, Failures> {
    let files = match &arguments.rev {
        Some(revision) => at_revision(invocation, arguments, judging, (revision, tools)),
        None => in_work_tree(invocation, arguments, judging)
            .and_then(|groups| rendered(tools, judging, judging.root.as_deref().map(InputTree::Directory), groups)),
    };
    files.map_err(|failure| vec![failure])
}

/// Rendered documents in place of the inputs of rendering.
fn rendered(
    tools: &dyn RenderComponent,
    judging: &Judging,
    tree: Option<InputTree<'_>>,
    groups: Vec<Files>,
) -> Result<Vec<Files>, Failure> {
    let Some(tree) = tree else { return Ok(groups) };
    let pipeline = &judging.configuration.pipeline;
    let groups = render_groups(groups, pipeline, tree, tools).map_err(fail)?;
    infrastructure::read_groups(groups, pipeline, tree, &wiring::Lines).map_err(fail)
}

fn in_work_tree(invocation: &Invocation, arguments: &Check, judging: &Judging) -> Result<Vec<Files>, Failure> {
    let pipeline = &judging.configuration.pipeline;
    let component = |path: &str| component_of(pipeline, path);
    let naming = Naming { root: judging.root.as_deref(), component: &component, choice: pipeline.file_choice() };
    if arguments.paths.is_empty() {
        return match (&judging.root, pipeline.components.is_empty()) {
            (Some(root), false) => component_directories(root, pipeline, &naming),
            _ => {
                let here = invocation.at_start(Utf8Path::new("."));
                Ok(vec![something(sources::path_files(&here, &naming).map_err(path_failure)?, Utf8Path::new("."))?])
            }
        };
    }
    let mut groups = Vec::new();
    for path in &arguments.paths {
        let files = if path == "-" { sources::stdin_files() } else { sources::path_files(&invocation.at_start(path), &naming) };
        groups.push(something(files.map_err(path_failure)?, path)?);
    }
    Ok(groups)
}

/// A path that leads to nothing was named wrongly: otherwise a slip would be taken for an approval.
fn something(files: Files, path: &Utf8Path) -> Result<Files, Failure> {
    if !files.files.is_empty() || !files.findings.is_empty() || !files.not_evaluated.is_empty() {
        return Ok(files);
    }
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("`{path}` holds no manifests"));
    Err(failure.with_hint("manifests are `*.yaml`, `*.yml` and `*.json`; is the path right, and not ignored?"))
}

/// What is not there was named wrongly; what can't be read is unreadable.
fn path_failure(error: PathError) -> Failure {
    match &error {
        PathError::Io { source, path } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::of_message(ExitCode::InvalidConfiguration, format!("`{path}` does not exist"))
        }
        _ => fail(error),
    }
}

/// The same for a path at a revision.
fn tree_failure(error: SourceError) -> Failure {
    match &error {
        SourceError::UnknownPath { .. } => Failure::new(ExitCode::InvalidConfiguration, &error),
        _ => fail(error),
    }
}

fn component_directories(root: &Utf8Path, pipeline: &Pipeline, naming: &Naming<'_>) -> Result<Vec<Files>, Failure> {
    let groups = directories(root, pipeline)?.into_iter();
    let groups = groups.map(|(path, _)| sources::path_files(&root.join(path), naming).map_err(path_failure));
    let groups = groups.collect::<Result<Vec<Files>, Failure>>()?;
    if groups.is_empty() {
        let message = format!("no directory below `{root}` matches `components` of tollgate.yaml");
        return Err(Failure::of_message(ExitCode::InvalidConfiguration, message));
    }
    Ok(groups)
}

/// The directories of a work tree that are components, relative to its root.
pub(crate) fn directories<'p>(root: &Utf8Path, pipeline: &'p Pipeline) -> Result<Vec<(String, &'p ComponentSpec)>, Failure> {
    let mut found = Vec::new();
    let walk = ignore::WalkBuilder::new(root)
        .standard_filters(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_type().is_some_and(|kind| kind.is_dir()))
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
        let Ok(path) = Utf8PathBuf::from_path_buf(entry.into_path()) else { continue };
        let relative = path.strip_prefix(root).map(Utf8Path::as_str).unwrap_or_default();
        found.extend(pipeline.components.iter().find(|spec| spec.path.matches(relative)).map(|spec| (relative.to_owned(), spec)));
    }
    Ok(found)
}

fn at_revision(
    invocation: &Invocation,
    arguments: &Check,
    judging: &Judging,
    (revision, tools): (&str, &dyn RenderComponent),
) -> Result<Vec<Files>, Failure> {
    let repository = wiring::repository(invocation)?;
    let commit = repository.commit(revision).map_err(fail)?;
    let groups = written_at_revision(invocation, arguments, judging, &repository, &commit)?;
    rendered(tools, judging, Some(InputTree::Commit { repository: &repository, commit: &commit }), groups)
}

fn written_at_revision(
    invocation: &Invocation,
    arguments: &Check,
    judging: &Judging,
    repository: &tollgate_repo::GitRepository,
    commit: &str,
) -> Result<Vec<Files>, Failure> {
    let pipeline = &judging.configuration.pipeline;
    if !arguments.paths.is_empty() {
        return named_at_revision(invocation, arguments, judging, repository, commit);
    }
    if pipeline.components.is_empty() {
        let files = sources::files_at(repository, commit, "", &|_| None, pipeline.file_choice()).map_err(fail)?;
        return Ok(vec![something(files, Utf8Path::new("."))?]);
    }
    let provenance = Provenance { reference: GitReference::Commit(commit.to_owned()), commit: commit.to_owned() };
    let components = components::at_commit(repository, pipeline, &provenance).map_err(fail::<ComponentError>)?;
    let files = components.values().map(|component| component.files(repository, pipeline.file_choice()));
    files.collect::<Result<_, _>>().map_err(fail)
}

fn named_at_revision(
    invocation: &Invocation,
    arguments: &Check,
    judging: &Judging,
    repository: &tollgate_repo::GitRepository,
    commit: &str,
) -> Result<Vec<Files>, Failure> {
    let pipeline = &judging.configuration.pipeline;
    let mut groups = Vec::new();
    for path in &arguments.paths {
        let inside = repository
            .relative(&invocation.at_start(path))
            .ok_or_else(|| Failure::of_message(ExitCode::InvalidConfiguration, format!("`{path}` is not in this repository")))?;
        let component = |path: &str| component_of(pipeline, path);
        let files =
            sources::files_at(repository, commit, inside.as_str(), &component, pipeline.file_choice()).map_err(tree_failure)?;
        groups.push(something(files, path)?);
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::tests::world::{mk_component_spec, mk_pipeline};

    #[test]
    fn a_path_belongs_to_the_component_whose_directory_it_is_in() {
        let mut pipeline = mk_pipeline();
        pipeline.components.push(mk_component_spec("infra/*/*"));
        let component = |path: &str| component_of(&pipeline, path);
        assert_eq!(component("services/cart/base/a.yaml").as_deref(), Some("cart"));
        assert_eq!(component("infra/a/network/b.yaml").as_deref(), Some("network"));
        for path in ["services/a.yaml", "infra/a/b.yaml", "docs/services/cart/a.yaml", "services", ""] {
            assert_eq!(component(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_that_holds_nothing_was_named_wrongly() {
        let failure = something(Files::default(), Utf8Path::new("nowhere")).unwrap_err();
        assert_eq!((failure.exit, failure.message.as_str()), (ExitCode::InvalidConfiguration, "`nowhere` holds no manifests"));
    }

    #[test]
    fn what_is_not_there_is_named_wrongly_and_what_can_not_be_read_is_unreadable() {
        let failure = |kind: std::io::ErrorKind| path_failure(PathError::Io { path: "a".to_owned(), source: kind.into() });
        assert_eq!(failure(std::io::ErrorKind::NotFound).exit, ExitCode::InvalidConfiguration);
        assert_eq!(failure(std::io::ErrorKind::PermissionDenied).exit, ExitCode::SourceUnreadable);
        let unknown = SourceError::UnknownPath { revision: "r".to_owned(), path: "a".to_owned() };
        assert_eq!(tree_failure(unknown).exit, ExitCode::InvalidConfiguration);
        assert_eq!(tree_failure(SourceError::Shallow { depth: 1 }).exit, ExitCode::SourceUnreadable);
    }
}
