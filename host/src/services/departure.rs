//! A service that is to go: what it has, who refers to it, and what its removal changes in the work tree.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_config::{Configuration, PIPELINE_FILE};
use tollgate_core::document::{Location, ObjectIdentity, SourceFile};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::{LocateValue as _, RenderComponent};
use tollgate_gate::JudgedDocument;
use tollgate_manifest::read_data;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::belongings::Belongings;
use super::home::{directories, is_component};
use super::manifests::is_kustomization;
use super::mentions::{Leaving, Mention, removal};
use super::pipeline_file::{configuration_with, patched, read_file};
use super::references::references;
use crate::configuration::Failures;
use crate::configuration::reader::Reader;
use crate::delivery::components::component_of;
use crate::exit::fail;
use crate::output;
use crate::rendering::{InputTree, render_groups};
use crate::sources::{Documents, Files, Naming, path_files, read_documents};
use crate::wiring::Lines;

/// A place in the files of another service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) component: String,
    pub(crate) location: Location,
    /// `Deployment mail`, or the file where it is no object.
    pub(crate) document: String,
    pub(crate) pointer: Pointer,
    /// A fragment: `names the Service cart`.
    pub(crate) what: String,
}

/// A place in a file of configuration.
#[derive(Clone, Debug)]
pub(crate) struct MentionAt {
    pub(crate) location: Location,
    pub(crate) mention: Mention,
}

/// A file of configuration, and what it says of the service.
struct Configured {
    file: Arc<SourceFile>,
    mentions: Vec<MentionAt>,
}

/// The service, and all that hangs on it.
pub(crate) struct Departure {
    pub(crate) name: String,
    /// Its directory.
    pub(crate) path: String,
    /// The files of its directory, by their paths in the repository.
    pub(crate) files: Vec<String>,
    pub(crate) objects: Vec<ObjectIdentity>,
    pub(crate) references: Vec<Reference>,
    configured: Vec<Configured>,
}

impl Departure {
    /// Looks at all of the work tree.
    pub(crate) fn prepare(
        root: &Utf8Path,
        configuration: &Configuration,
        name: &str,
        tools: &dyn RenderComponent,
    ) -> Result<Self, Failure> {
        let pipeline = &configuration.pipeline;
        let paths: Vec<String> = directories(root).into_iter().filter(|path| is_component(pipeline, path)).collect();
        let named = |path: &&String| path.rsplit('/').next() == Some(name);
        let path = paths.iter().find(named).ok_or_else(|| unknown(name, &paths))?.clone();
        let component = |path: &str| component_of(pipeline, path);
        let naming = Naming { root: Some(root), component: &component, choice: pipeline.file_choice() };
        let groups = paths.iter().map(|path| path_files(&root.join(path), &naming)).collect::<Result<_, _>>().map_err(fail)?;
        let groups = render_groups(groups, pipeline, InputTree::Directory(root), tools).map_err(fail)?;
        groups.iter().try_for_each(require_rendered)?;
        let Documents { documents, .. } = read_documents(groups);
        let (own, others): (Vec<_>, Vec<_>) =
            documents.into_iter().partition(|document| document.component.as_deref() == Some(name));
        let belongings = Belongings::of(own.iter().map(|own| (&own.document.identity, body(own))));
        let mut found: Vec<Reference> = others.iter().flat_map(|other| of_document(other, &belongings)).collect();
        found.extend(of_kustomizations(root, &paths, &path)?);
        found.sort_by(|one, other| (&one.location, &one.pointer).cmp(&(&other.location, &other.pointer)));
        // What is rendered for several environments refers to it as often.
        found.dedup();
        let is_alone = |object: &&ObjectIdentity| others.iter().all(|other| other.document.identity != **object);
        let alone: Vec<ObjectIdentity> = belongings.objects().iter().filter(is_alone).cloned().collect();
        let configured = configured(root, configuration, &Leaving { name, path: &path, objects: &alone })?;
        Ok(Self {
            name: name.to_owned(),
            files: files_in(root, &path),
            objects: belongings.objects().to_vec(),
            references: found,
            configured,
            path,
        })
    }

    /// Where configuration speaks of it.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = &MentionAt> {
        self.configured.iter().flat_map(|configured| &configured.mentions)
    }

    /// The files of configuration without it. They still fit together.
    pub(crate) fn changes(&self, reader: &Reader<'_>) -> Result<Vec<Arc<SourceFile>>, Failures> {
        let mut changed = Vec::new();
        for Configured { file, mentions } in &self.configured {
            let going: Vec<Mention> = mentions.iter().map(|at| at.mention.clone()).collect();
            let patch = removal(&going);
            if patch.as_array().is_some_and(Vec::is_empty) {
                continue;
            }
            let by_hand = format!("take what it says of `{}` out by hand, and run it again", self.name);
            let file = patched(file, &patch, &by_hand).map_err(|failure| vec![failure])?;
            if file.path == PIPELINE_FILE {
                configuration_with(reader, &file)?;
            }
            changed.push(file);
        }
        Ok(changed)
    }

    /// Removes the directory, and writes the changed files. The directory goes first, and all comes back if a file can't be
    /// written.
    pub(crate) fn leave(&self, root: &Utf8Path, changed: &[Arc<SourceFile>]) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::new(ExitCode::Unexpected, &error);
        let write = |file: &SourceFile| output::write_file(&root.join(&file.path), &file.bytes);
        let whole = root.join(&self.path);
        let aside = whole.with_file_name(format!(".{}.{}.gone", self.name, std::process::id()));
        fs_err::rename(&whole, &aside).map_err(failed)?;
        if let Err(failure) = changed.iter().try_for_each(|file| write(file)) {
            let _ = fs_err::rename(&aside, &whole);
            let is_changed = |file: &SourceFile| changed.iter().any(|changed| changed.path == file.path);
            let before = self.configured.iter().map(|configured| &configured.file).filter(|file| is_changed(file));
            before.for_each(|file| drop(write(file)));
            return Err(failure);
        }
        fs_err::remove_dir_all(&aside).map_err(failed)
    }
}

fn unknown(name: &str, paths: &[String]) -> Failure {
    let names: Vec<&str> = paths.iter().map(|path| path.rsplit('/').next().unwrap_or(path)).collect();
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no service `{name}` in the work tree"));
    failure.with_hint(format!("there are {}", names.join(", ")))
}

/// Of what can't be rendered, nobody knows what it refers to.
fn require_rendered(group: &Files) -> Result<(), Failure> {
    let unrendered = group.findings.first().filter(|_| !group.inputs.is_empty() && group.rendered.is_empty());
    let Some(finding) = unrendered else { return Ok(()) };
    let message = format!("a service can't be rendered, so nobody knows what it refers to: {}", finding.message);
    let failure = Failure::of_message(ExitCode::Denied, message).with_hint("mend it, and run it again");
    Err(match &finding.location {
        Some(location) => failure.at(location),
        None => failure,
    })
}

/// What a document says; JSON that the reader wrote.
fn body(document: &JudgedDocument) -> Value {
    serde_json::from_slice(&document.document.body).unwrap_or_default()
}

fn of_document(judged: &JudgedDocument, belongings: &Belongings) -> Vec<Reference> {
    let document = &judged.document;
    let found = references(&document.identity, &body(judged), belongings);
    let pointers: Vec<Pointer> = found.iter().map(|found| found.pointer.clone()).collect();
    let spans = match document.rendered_for {
        Some(_) => Lines.locate_rendered(&document.source, &document.place, &document.body, &pointers),
        None => Lines.locate(&document.source, &document.place, &pointers),
    };
    let reference = |(found, span): (super::references::Found, _)| Reference {
        component: judged.component.clone().unwrap_or_default(),
        location: Location { file: document.source.path.clone(), span },
        document: document.identity.to_string(),
        pointer: found.pointer,
        what: found.what,
    };
    found.into_iter().zip(spans).map(reference).collect()
}

/// Kustomizations of others that reach into its directory.
fn of_kustomizations(root: &Utf8Path, paths: &[String], gone: &str) -> Result<Vec<Reference>, Failure> {
    let mut all = Vec::new();
    for component in paths.iter().filter(|path| *path != gone) {
        for path in files_in(root, component).into_iter().filter(|path| is_kustomization(path)) {
            let file = read_file(root, &path)?;
            let Ok(data) = read_data(&file) else { continue };
            let mut reaching = Vec::new();
            let directory = Utf8Path::new(&path).parent().unwrap_or(Utf8Path::new(""));
            reach(&data.value, &Pointer::root(), &|text| is_below(&joined(directory, text), gone), &mut reaching);
            all.extend(reaching.into_iter().map(|pointer| Reference {
                component: component.rsplit('/').next().unwrap_or(component).to_owned(),
                location: Location { file: path.clone(), span: data.locate(&pointer) },
                document: "Kustomization".to_owned(),
                pointer,
                what: "takes in its files".to_owned(),
            }));
        }
    }
    Ok(all)
}

fn reach(value: &Value, at: &Pointer, is_meant: &dyn Fn(&str) -> bool, found: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| reach(member, &at.member(key), is_meant, found)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| reach(element, &at.element(index), is_meant, found));
        }
        Value::String(text) if text.starts_with("..") && is_meant(text) => found.push(at.clone()),
        _ => {}
    }
}

/// A path from a directory, without the steps that lead up again.
fn joined(directory: &Utf8Path, path: &str) -> String {
    let mut steps: Vec<&str> = directory.as_str().split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// All files in a directory, by their paths in the repository.
fn files_in(root: &Utf8Path, directory: &str) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(root.join(directory)).standard_filters(false).sort_by_file_path(Ord::cmp).build();
    let files = walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
    let paths = files.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).ok());
    paths.filter_map(|path| path.strip_prefix(root).ok().map(Utf8Path::to_string)).collect()
}

fn configured(root: &Utf8Path, configuration: &Configuration, leaving: &Leaving<'_>) -> Result<Vec<Configured>, Failure> {
    let pipeline = read_file(root, PIPELINE_FILE)?;
    let mut all = vec![mentioned(pipeline, &|value| leaving.in_pipeline(value))];
    let is_waivers = |file: &SourceFile| read_data(file).is_ok_and(|data| data.value["kind"] == "Waivers");
    for path in configuration.files.keys().filter(|path| *path != PIPELINE_FILE && !path.starts_with("builtin:")) {
        let file = read_file(root, path)?;
        if is_waivers(&file) {
            all.push(mentioned(file, &|value| leaving.in_waivers(value)));
        }
    }
    Ok(all)
}

fn mentioned(file: Arc<SourceFile>, find: &dyn Fn(&Value) -> Vec<Mention>) -> Configured {
    let Ok(data) = read_data(&file) else { return Configured { file, mentions: Vec::new() } };
    let at = |mention: Mention| MentionAt {
        location: Location { file: file.path.clone(), span: data.locate(&mention.pointer) },
        mention,
    };
    let mentions = find(&data.value).into_iter().map(at).collect();
    Configured { file, mentions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_kustomizations_lead_from_their_directory() {
        for (directory, path, expected) in [
            ("services/mail/overlays/prod", "../../../cart/base", "services/cart/base"),
            ("services/mail", "../cart", "services/cart"),
            ("", "../x", "x"),
            ("a", "./b//c", "a/b/c"),
        ] {
            assert_eq!(joined(Utf8Path::new(directory), path), expected);
        }
        assert!(is_below("services/cart/base", "services/cart") && !is_below("services/carts", "services/cart"));
    }
}
