//! The files of one component, and of the modules of the repository that it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::pipeline::FileChoice;
use tollgate_gate::JudgedDocument;
use tollgate_manifest::NotEvaluated;

use super::block::Block;
use super::modules::{self, Source};
use crate::rendering::{InputTree, RenderingError};
use crate::sources::{Documents, FileToRead, Files, read_file};

/// The configuration of one component, as it stands in a tree.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) component: String,
    /// Its directory.
    pub(crate) path: String,
    /// All files by path in the repository, those of modules included.
    pub(crate) files: BTreeMap<String, Arc<SourceFile>>,
    /// Directories of modules that are not below the component's own.
    pub(crate) modules: BTreeSet<String>,
    /// Directories that modules should be in and are not.
    pub(super) missing: BTreeSet<String>,
}

impl Configuration {
    /// Reads a component, and follows the sources of its modules as far as they stay in the repository. Nothing where its
    /// directory is not there.
    pub(crate) fn read(tree: InputTree<'_>, component: &str, path: &str) -> Result<Option<Self>, RenderingError> {
        let Some(files) = files(tree, path)? else { return Ok(None) };
        let mut configuration = Self { component: component.to_owned(), path: path.to_owned(), files, ..Self::default() };
        let mut looked_at = BTreeSet::new();
        let mut next = vec![path.to_owned()];
        while let Some(directory) = next.pop() {
            if !looked_at.insert(directory.clone()) {
                continue;
            }
            for module in configuration.called_from(&directory) {
                configuration.add_module(tree, &module)?;
                next.push(module);
            }
        }
        Ok(Some(configuration))
    }

    /// Takes in the directory of a module, unless it is a part of the component already.
    fn add_module(&mut self, tree: InputTree<'_>, module: &str) -> Result<(), RenderingError> {
        if is_below(module, &self.path) || self.modules.contains(module) {
            return Ok(());
        }
        match files_of_module(tree, module)? {
            Some(files) => {
                self.modules.insert(module.to_owned());
                self.files.extend(files);
            }
            None => _ = self.missing.insert(module.to_owned()),
        }
        Ok(())
    }

    /// Directories of modules that the files of one directory call.
    fn called_from(&self, directory: &str) -> Vec<String> {
        let files = self.files.values().filter(|file| parent(&file.path) == directory && is_configuration(&file.path));
        let documents: Vec<JudgedDocument> =
            files.flat_map(|source| read_file(&FileToRead { source: Arc::clone(source), component: None }).documents).collect();
        let documents: Vec<&JudgedDocument> = documents.iter().collect();
        let local = |block: Block<'_>| match modules::source(directory, block.at("/body/source")?.as_str()?, None) {
            Source::Local(path) => Some(path),
            _ => None,
        };
        Block::of_kind(&documents, "module").filter_map(local).collect()
    }

    /// Whether a path is a part of it, also one that is there no more.
    pub(crate) fn covers(&self, path: &str) -> bool {
        is_below(path, &self.path) || self.modules.iter().any(|module| is_below(path, module))
    }

    /// What is judged of it: everything in the language. Whatever else Terraform may read is listed.
    pub(crate) fn to_read(&self, choice: FileChoice<'_>) -> Files {
        let mut files = Files::default();
        for (path, source) in &self.files {
            if is_in_language(path) {
                files.files.push(FileToRead { source: Arc::clone(source), component: Some(self.component.clone()) });
            } else if !choice.ignores(path) {
                let why = "it is no configuration, but a file that Terraform may read".to_owned();
                files.not_evaluated.push(NotEvaluated { path: path.clone(), why });
            }
        }
        files
    }

    /// Those of these documents that are of this component.
    pub(super) fn own<'d>(&self, documents: &'d Documents) -> Vec<&'d JudgedDocument> {
        let is_own = |judged: &&JudgedDocument| judged.component.as_deref() == Some(self.component.as_str());
        documents.documents.iter().filter(is_own).collect()
    }

    /// Values that nobody needs to see: those of variables that are called sensitive, as far as they are written down.
    pub(crate) fn secrets(&self, documents: &Documents) -> Vec<String> {
        let own = self.own(documents);
        let is_sensitive = |block: &Block<'_>| block.at("/body/sensitive") == Some(&Value::Bool(true));
        let sensitive: Vec<Block<'_>> = Block::of_kind(&own, "variable").filter(is_sensitive).collect();
        let mut secrets = Vec::new();
        sensitive.iter().filter_map(|block| block.at("/body/default")).for_each(|value| texts(value, &mut secrets));
        for values in Block::of_kind(&own, "Variables") {
            for variable in &sensitive {
                let value = values.at("/content").and_then(|content| content.get(variable.name()));
                value.into_iter().for_each(|value| texts(value, &mut secrets));
            }
        }
        secrets
    }
}

fn texts(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Number(number) => all.push(number.to_string()),
        Value::Array(elements) => elements.iter().for_each(|value| texts(value, all)),
        Value::Object(members) => members.values().for_each(|value| texts(value, all)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn files(tree: InputTree<'_>, directory: &str) -> Result<Option<BTreeMap<String, Arc<SourceFile>>>, RenderingError> {
    let inputs = tree.inputs(directory)?;
    Ok(inputs.map(|inputs| inputs.all().map(|(_, source)| (source.path.clone(), Arc::clone(source))).collect()))
}

/// What a module is made of: a directory without configuration is none.
fn files_of_module(tree: InputTree<'_>, directory: &str) -> Result<Option<BTreeMap<String, Arc<SourceFile>>>, RenderingError> {
    Ok(files(tree, directory)?.filter(|files| files.keys().any(|path| parent(path) == directory && is_configuration(path))))
}

pub(super) fn is_configuration(path: &str) -> bool {
    path.ends_with(".tf")
}

fn is_in_language(path: &str) -> bool {
    [".tf", ".tfvars", ".hcl"].iter().any(|extension| path.ends_with(extension))
}

pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn is_below(path: &str, directory: &str) -> bool {
    path == directory || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}
