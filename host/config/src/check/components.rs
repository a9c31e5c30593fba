//! `components` and `ignore`.

use tollgate_core::pipeline::{ComponentSpec, Glob, SourceSpec};
use tollgate_core::pointer::Pointer;

use super::glob::{glob, globs};
use super::overlap::overlap;
use super::rendering::render;
use super::terraform;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline::{Component, Image, Pipeline, Source};
use crate::raw::text::PointerText;
use crate::source::fault_of_path;

const PLACEHOLDER: &str = "{component}";

/// All components.
pub(crate) fn components(raw: &Pipeline, root: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<ComponentSpec> {
    let at = root.member("components");
    let specs = raw.components.iter().enumerate();
    let has_targets = !raw.environments.is_empty();
    let specs =
        specs.filter_map(|(index, component)| component_spec(component, has_targets, &at.element(index), problems)).collect();
    for (index, component) in raw.components.iter().enumerate() {
        check_against(component, &raw.components[..index], &at.element(index), problems);
    }
    terraform::check_order(raw, root, problems);
    terraform::check_mixture(raw, root, problems);
    specs
}

/// All patterns of paths that are no manifests.
pub(crate) fn ignore(raw: &Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<Glob> {
    let at = at.member("ignore");
    let mut compiled = Vec::new();
    for (index, pattern) in raw.ignore.iter().enumerate() {
        let at = at.element(index);
        check_path("an entry of `ignore`", pattern.as_str(), &at, problems);
        compiled.extend(glob(pattern, &at, problems));
    }
    compiled
}

fn check_path(what: &str, path: &str, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    if let Some(fault) = fault_of_path(path) {
        problems.push(at.problem(format!("{what} {fault}, not `{path}`")));
    }
}

fn component_spec(raw: &Component, has_targets: bool, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<ComponentSpec> {
    check_path("`path`", raw.path.as_str(), &at.member("path"), problems);
    let path = glob(&raw.path, &at.member("path"), problems);
    let image = at.member("image");
    let own = raw.image.as_ref().and_then(|image| image.own.as_ref());
    let own_images = globs(own, &image.member("own"), problems);
    let pointers = raw.image.as_ref().map(|image: &Image| image.pointers.as_slice()).unwrap_or_default();
    let image_pointers = image_pointers(pointers, &image.member("pointers"), problems);
    let source = raw.source.as_ref().map(|source| source_spec(source, &at.member("source"), problems));
    if source.is_some() && own.is_none() {
        let problem = at.member("source").key_problem("`source` has no effect, because the component has no own images");
        problems.push(problem.hint("say which images are its own with `image: {own: PATTERN}`, or remove `source`"));
    }
    let render = raw.render.as_ref().and_then(|raw| render(raw, has_targets, &at.member("render"), problems));
    let terraform = terraform::component(raw, has_targets, at, problems);
    Some(ComponentSpec { path: path?, own_images, image_pointers, source, render, terraform })
}

fn image_pointers(raw: &[PointerText], at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<Pointer> {
    let mut pointers = Vec::new();
    for (index, text) in raw.iter().enumerate() {
        match text.as_str().parse() {
            Ok(pointer) => pointers.push(pointer),
            Err(error) => problems.push(at.element(index).problem(format!("{error}"))),
        }
    }
    pointers
}

fn source_spec(raw: &Source, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> SourceSpec {
    let repository = raw.repo.as_str();
    if repository.replace(PLACEHOLDER, "").contains(['{', '}']) {
        let problem = at.member("repo").problem(format!("`{repository}` holds a placeholder that does not exist"));
        problems.push(problem.hint(format!("the only one is `{PLACEHOLDER}`")));
    }
    SourceSpec { repository: repository.to_owned(), branch: raw.branch.as_str().to_owned() }
}

/// The last step of a path that is no pattern: the component's name.
pub(crate) fn fixed_name(path: &str) -> Option<&str> {
    let last = path.rsplit_once('/').map_or(path, |(_, last)| last);
    (!last.contains(['*', '?', '[', ']', '{', '}', '\\'])).then_some(last)
}

fn check_against(component: &Component, others: &[Component], at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let path = component.path.as_str();
    let name = fixed_name(path);
    let at = at.member("path");
    let sound = |path: &str| fault_of_path(path).is_none();
    if !sound(path) {
        return;
    }
    let overlapping = |other: &&Component| sound(other.path.as_str()) && overlap(path, other.path.as_str());
    if let Some(other) = others.iter().find(overlapping) {
        let message = format!("`{path}` overlaps with `{}` of another component", other.path.as_str());
        problems.push(at.problem(message).hint("a directory belongs to one component only"));
    } else if others.iter().any(|other| name.is_some() && fixed_name(other.path.as_str()) == name) {
        let message = format!("`{}` is the name of another component", name.unwrap_or_default());
        problems.push(at.problem(message).hint("components are named by the last step of their path; rename a directory"));
    }
}
