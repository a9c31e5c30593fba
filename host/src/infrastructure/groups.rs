//! Files that were found, with all that a configuration consists of in place of those that lie in its directory.

use std::collections::BTreeMap;

use tollgate_core::pipeline::Pipeline;
use tollgate_core::ports::LocateValue;
use tollgate_core::terraform::TerraformComponent;

use super::configuration::Configuration;
use super::rules::Rulebook;
use crate::rendering::{InputTree, RenderingError, paths};
use crate::sources::{Files, read_documents};

/// The configurations that any of these paths lies in, by directory. A module of the repository is a part of each that uses it, and
/// is read with it.
fn read_directories(
    pipeline: &Pipeline,
    paths: impl IntoIterator<Item = impl AsRef<str>>,
) -> BTreeMap<String, &TerraformComponent> {
    let configured = |path: &str| {
        let (directory, spec) = pipeline.component_at(path)?;
        Some((directory.to_owned(), spec.terraform.as_ref()?))
    };
    paths.into_iter().filter_map(|path| configured(path.as_ref())).collect()
}

/// Replaces the files of such components by all of their configurations, and says what is wrong with them.
pub(crate) fn read_groups(
    groups: Vec<Files>,
    pipeline: &Pipeline,
    tree: InputTree<'_>,
    locate: &dyn LocateValue,
) -> Result<Vec<Files>, RenderingError> {
    if pipeline.components.iter().all(|spec| spec.terraform.is_none()) {
        return Ok(groups);
    }
    let directories = read_directories(pipeline, groups.iter().flat_map(paths));
    let mut groups: Vec<Files> = groups.into_iter().map(|group| without_configured(group, pipeline)).collect();
    for (directory, spec) in directories {
        let name = directory.rsplit('/').next().unwrap_or(&directory);
        let Some(configuration) = Configuration::read(tree, name, &directory)? else { continue };
        groups.push(judged(&configuration, spec, pipeline, locate));
    }
    Ok(groups)
}

/// The files of a configuration, with what is wrong with it.
pub(crate) fn judged(
    configuration: &Configuration,
    spec: &TerraformComponent,
    pipeline: &Pipeline,
    locate: &dyn LocateValue,
) -> Files {
    let rulebook = Rulebook { spec: &pipeline.terraform, locate, target: None };
    let mut files = configuration.to_read(pipeline.file_choice());
    let documents = read_documents(vec![configuration.to_read(pipeline.file_choice())]);
    files.findings.extend(rulebook.check(configuration, spec, &documents));
    files
}

/// A group without the files of such components: they are read as wholes.
pub(crate) fn without_configured(mut group: Files, pipeline: &Pipeline) -> Files {
    group.files.retain(|file| !is_configured(pipeline, &file.source.path));
    group.not_evaluated.retain(|file| !is_configured(pipeline, &file.path));
    group
}

/// Whether a path lies in a component that Terraform plans.
pub(crate) fn is_configured(pipeline: &Pipeline, path: &str) -> bool {
    pipeline.component_at(path).is_some_and(|(_, spec)| spec.terraform.is_some())
}
