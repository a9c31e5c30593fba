//! Files that were found, with rendered documents in place of what is only an input of the rendering.

use std::collections::BTreeMap;

use rayon::prelude::*;
use tollgate_core::pipeline::{Pipeline, RenderSpec};
use tollgate_core::ports::RenderComponent;
use tollgate_manifest::{NotEvaluated, may_hold_manifests};

use super::{InputTree, Rendered, RenderedComponent, RenderingError, questions};
use crate::sources::Files;

/// The rendered components that any of these paths lies in, by directory.
pub(crate) fn rendered_directories(
    pipeline: &Pipeline,
    paths: impl IntoIterator<Item = impl AsRef<str>>,
) -> BTreeMap<String, &RenderSpec> {
    let rendered = |path: &str| {
        let (directory, spec) = pipeline.component_at(path)?;
        Some((directory.to_owned(), spec.render.as_ref()?))
    };
    paths.into_iter().filter_map(|path| rendered(path.as_ref())).collect()
}

/// Renders every component that a file of these groups lies in, for every environment of the pipeline. Whoever names a part of such
/// a component means all of it: what is rendered has no parts.
pub(crate) fn render_groups(
    groups: Vec<Files>,
    pipeline: &Pipeline,
    tree: InputTree<'_>,
    tool: &dyn RenderComponent,
) -> Result<Vec<Files>, RenderingError> {
    if pipeline.components.iter().all(|spec| spec.render.is_none()) {
        return Ok(groups);
    }
    let directories = rendered_directories(pipeline, groups.iter().flat_map(paths));
    let mut groups: Vec<Files> = groups.into_iter().map(|group| set_aside(group, &|path| is_rendered(pipeline, path))).collect();
    groups.extend(render_directories(&directories, pipeline, tree, tool)?);
    Ok(groups)
}

/// Renders these components for every environment of the pipeline.
pub(crate) fn render_directories(
    directories: &BTreeMap<String, &RenderSpec>,
    pipeline: &Pipeline,
    tree: InputTree<'_>,
    tool: &dyn RenderComponent,
) -> Result<Vec<Files>, RenderingError> {
    let rendered: Vec<Option<Files>> = directories
        .par_iter()
        .map(|(directory, spec)| {
            let Some(inputs) = tree.inputs(directory)? else { return Ok(None) };
            let name = directory.rsplit('/').next().unwrap_or(directory);
            let component = RenderedComponent { name, spec, inputs: &inputs };
            let Rendered { documents, findings } = component.render(tool, &questions(spec, name, pipeline.targets()))?;
            let inputs = inputs.all().map(|(_, source)| source.clone()).collect();
            Ok(Some(Files { rendered: documents, findings, inputs, ..Files::default() }))
        })
        .collect::<Result<_, RenderingError>>()?;
    Ok(rendered.into_iter().flatten().collect())
}

/// All paths that a group of files names.
pub(crate) fn paths(group: &Files) -> Vec<&str> {
    let read = group.files.iter().map(|file| file.source.path.as_str());
    let others = group.not_evaluated.iter().map(|file| file.path.as_str());
    let found = group.findings.iter().filter_map(|finding| finding.location.as_ref()).map(|place| place.file.as_str());
    read.chain(others).chain(found).collect()
}

/// Whether a path lies in a component that is rendered.
pub(crate) fn is_rendered(pipeline: &Pipeline, path: &str) -> bool {
    pipeline.component_at(path).is_some_and(|(_, spec)| spec.render.is_some())
}

/// Lists the inputs of rendering, and does not read them. What is in another language than manifests is judged all the same.
pub(crate) fn set_aside(group: Files, is_rendered: &dyn Fn(&str) -> bool) -> Files {
    let is_input = |path: &str| may_hold_manifests(path) && is_rendered(path);
    let input = |path: &str| NotEvaluated { path: path.to_owned(), why: "it is an input of the rendering".to_owned() };
    let (inputs, files): (Vec<_>, Vec<_>) = group.files.into_iter().partition(|file| is_input(&file.source.path));
    let others = group.not_evaluated.into_iter().map(|other| if is_input(&other.path) { input(&other.path) } else { other });
    let mut not_evaluated: Vec<NotEvaluated> = inputs.iter().map(|file| input(&file.source.path)).chain(others).collect();
    not_evaluated.sort();
    Files { files, not_evaluated, ..group }
}
