//! `tollgate service add`: a new service in the work tree of the deployment repository, from a template.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use serde_json::{Value, json};
use tollgate_config::{PIPELINE_FILE, UseOfLock};
use tollgate_core::document::SourceFile;
use tollgate_core::image::{ImageReference, InvalidImageReference};
use tollgate_core::pipeline::{ComponentSpec, Glob, Pipeline};
use tollgate_core::ports::RenderComponent;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::added::{Added, ToFillIn};
use crate::cli::Format;
use crate::cli::check::Check;
use crate::cli::service::Add;
use crate::commands::Outcome;
use crate::commands::asking::{Asking, Beside};
use crate::commands::judging;
use crate::configuration::reader::{Reader, Tree};
use crate::configuration::{Failures, local};
use crate::delivery::components::component_of;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::rendering::{InputTree, RenderingError, is_rendered, render_directories, rendered_directories, set_aside};
use crate::services::home::{Home, require_name};
use crate::services::new_files;
use crate::services::pipeline_file::{configuration_with, patched, read_file};
use crate::services::template::{Template, TemplateFile, Values};
use crate::sources::{FileToRead, Files};
use crate::wiring;

/// Where a repository keeps its own template.
const OWN_TEMPLATE: &str = ".tollgate/template";

pub(super) fn add(invocation: &Invocation, arguments: &Add) -> Outcome {
    let one = |failure: Failure| vec![failure];
    require_name(&arguments.name).map_err(one)?;
    let root = super::root(invocation).map_err(one)?;
    let reader = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    let pipeline = &configuration.pipeline;
    let home = Home::choose(pipeline, &arguments.name, arguments.path.as_deref()).map_err(one)?;
    home.require_free(&root, pipeline).map_err(one)?;
    let image = image(arguments, &home).map_err(one)?;
    let values = Values { name: arguments.name.clone(), image: image.as_ref().map(ToString::to_string), port: arguments.port };
    let files = placed(&home, template(invocation, arguments, &root).map_err(one)?.fill(&values)?).map_err(one)?;
    let render = new_files::rendering(&home.path, &files, pipeline);
    let entry = NewEntry { image: image.as_ref(), render: render.as_ref(), position: pipeline.components.len() };
    let pipeline_file = pipeline_file(arguments, &root, &home, &entry).map_err(one)?;
    let to_fill_in = judge(invocation, &reader, pipeline_file.as_deref(), &files)?;
    new_files::write(&root, &home.path, &files, pipeline_file.as_deref()).map_err(one)?;
    let covered_by = home.spec.map(|spec| spec.path.as_str().to_owned());
    let added = Added::new(arguments, &home.path, files.into_keys().collect(), covered_by, to_fill_in);
    let text = match arguments.output {
        Format::Json => output::json(&added).map_err(one)?,
        Format::Text => added.to_text(),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

fn template(invocation: &Invocation, arguments: &Add, root: &Utf8Path) -> Result<Template, Failure> {
    let own = root.join(OWN_TEMPLATE);
    match &arguments.template {
        Some(given) => Template::read(&invocation.at_start(given)),
        None if own.is_dir() => Template::read(&own),
        None => Ok(Template::builtin()),
    }
}

/// The image, where it is said or can be known.
fn image(arguments: &Add, home: &Home<'_>) -> Result<Option<ImageReference>, Failure> {
    let given = arguments.image.clone().or_else(|| home.own_image(&arguments.name));
    let image = given.map(|image| image.parse::<ImageReference>()).transpose();
    let image = image.map_err(|error: InvalidImageReference| Failure::new(ExitCode::Usage, &error))?;
    match (&image, home.spec) {
        (Some(image), Some(spec)) if !spec.own_images.is_empty() && !spec.owns(image) => {
            let patterns: Vec<&str> = spec.own_images.iter().map(Glob::as_str).collect();
            let message =
                format!("`{}` is none of the own images that `{}` has: {}", image, spec.path.as_str(), patterns.join(", "));
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("widen `image.own` of that entry first"))
        }
        _ => Ok(image),
    }
}

/// The files, by their paths in the repository.
fn placed(home: &Home<'_>, files: Vec<TemplateFile>) -> Result<BTreeMap<String, String>, Failure> {
    let mut placed = BTreeMap::new();
    for TemplateFile { path, text } in files {
        let path = format!("{}/{path}", home.path);
        if placed.insert(path.clone(), text).is_some() {
            let message = format!("two files of the template would be `{path}`");
            return Err(Failure::of_message(ExitCode::InvalidConfiguration, message));
        }
    }
    Ok(placed)
}

/// What an entry of tollgate.yaml for the service would say, and behind how many others.
struct NewEntry<'a> {
    image: Option<&'a ImageReference>,
    render: Option<&'a Value>,
    position: usize,
}

/// tollgate.yaml with the service in it, where no entry takes it in already.
fn pipeline_file(
    arguments: &Add,
    root: &Utf8Path,
    home: &Home<'_>,
    new: &NewEntry<'_>,
) -> Result<Option<Arc<SourceFile>>, Failure> {
    if let Some(spec) = home.spec {
        require_rendering(spec, new)?;
        let configured =
            spec.source.as_ref().map(|source| (source.repository.replace("{component}", &arguments.name), source.branch.clone()));
        let given = arguments.source.as_ref().map(|url| (url.clone(), arguments.source_branch.clone()));
        if given.is_none() || given == configured {
            return Ok(None);
        }
        let known = configured.map_or_else(|| "no source".to_owned(), |(url, branch)| format!("the source {url}, branch {branch}"));
        let message = format!("`{}` of {PIPELINE_FILE} takes the service in, with {known}", spec.path.as_str());
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
        return Err(failure.with_hint("leave `--source` out, or put the service into a directory of its own with `--path`"));
    }
    let entry = entry(arguments, home, new)?;
    let by_hand = format!("add this to `components` of {PIPELINE_FILE}, and run it again:\n  - {entry}");
    patched(&read_file(root, PIPELINE_FILE)?, &additions(&entry, new.position), &by_hand).map(Some)
}

/// The patch that adds an entry of `components` behind so many others. One member after the other, so that they are written in
/// the order in which people write them.
fn additions(entry: &Value, components: usize) -> Value {
    let mut operations = vec![json!({"op": "add", "path": "/components/-", "value": {"path": entry["path"]}})];
    for (key, first) in [("type", None), ("image", None), ("source", Some("repo")), ("render", None)] {
        let Some(member) = entry.get(key) else { continue };
        let at = format!("/components/{components}/{key}");
        let Some(first) = first else {
            operations.push(json!({"op": "add", "path": at, "value": member}));
            continue;
        };
        operations.push(json!({"op": "add", "path": at, "value": {first: member[first]}}));
        let rest = member.as_object().into_iter().flatten().filter(|(name, _)| *name != first);
        operations.extend(rest.map(|(name, value)| json!({"op": "add", "path": format!("{at}/{name}"), "value": value})));
    }
    Value::Array(operations)
}

/// A chart of which no entry says that it is rendered would never be delivered.
fn require_rendering(spec: &ComponentSpec, new: &NewEntry<'_>) -> Result<(), Failure> {
    if new.render.is_none() || spec.render.is_some() {
        return Ok(());
    }
    let message =
        format!("`{}` of {PIPELINE_FILE} takes the service in, and the template has to be rendered there", spec.path.as_str());
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    Err(failure.with_hint("give that entry a `render`, or put the service into a directory of its own with `--path`"))
}

fn entry(arguments: &Add, home: &Home<'_>, new: &NewEntry<'_>) -> Result<Value, Failure> {
    let mut entry = json!({"path": home.path, "type": "kubernetes"});
    if let Some(image) = new.image {
        entry["image"] = json!({"own": image.repository(), "tag": "commit-sha"});
    }
    if let Some(render) = new.render {
        entry["render"] = render.clone();
    }
    match (&arguments.source, new.image) {
        (Some(_), None) => {
            let failure = Failure::of_message(ExitCode::Usage, "`--source` says where an image is built, and there is none");
            Err(failure.with_hint("pass it with `--image`"))
        }
        (Some(url), Some(_)) => {
            entry["source"] = json!({"repo": url, "branch": arguments.source_branch});
            Ok(entry)
        }
        (None, _) => Ok(entry),
    }
}

/// What `check` would say of the new files.
fn judge(
    invocation: &Invocation,
    reader: &Reader<'_>,
    pipeline_file: Option<&SourceFile>,
    files: &BTreeMap<String, String>,
) -> Result<Vec<ToFillIn>, Failures> {
    let configuration = match pipeline_file {
        Some(file) => configuration_with(reader, file)?,
        None => local::of_tree(reader, UseOfLock::Obey)?,
    };
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let judging = judging::load(configuration, &[], &loader, reader, "work tree, not in force")?;
    let pipeline = &judging.configuration.pipeline;
    let groups = groups(files, pipeline, &wiring::render_tools(invocation)).map_err(|error| vec![fail(error)])?;
    let arguments = Check::default();
    let asking = Asking::new(&arguments, &judging, None);
    let report = asking.report(&asking.all(groups), Beside::default());
    if report.errors.is_empty() { Ok(report.findings.iter().filter_map(ToFillIn::of).collect()) } else { Err(report.errors) }
}

/// The new files, with what is rendered from them in the place of those that are rendered.
fn groups(
    files: &BTreeMap<String, String>,
    pipeline: &Pipeline,
    tools: &dyn RenderComponent,
) -> Result<Vec<Files>, RenderingError> {
    let source = |(path, text): (&String, &String)| {
        (path.clone(), Arc::new(SourceFile { path: path.clone(), bytes: text.clone().into_bytes() }))
    };
    let sources: BTreeMap<String, Arc<SourceFile>> = files.iter().map(source).collect();
    let found = tollgate_manifest::candidates(files.keys().map(String::as_str), &pipeline.file_choice());
    let read = |path: &String| FileToRead { source: Arc::clone(&sources[path]), component: component_of(pipeline, path) };
    let manifests = Files { files: found.manifests.iter().map(read).collect(), ..Files::default() };
    let mut groups = vec![set_aside(manifests, &|path| is_rendered(pipeline, path))];
    let directories = rendered_directories(pipeline, files.keys());
    groups.extend(render_directories(&directories, pipeline, InputTree::Files(&sources), tools)?);
    Ok(groups)
}
