//! Why a field differs: because it is written with a variable that may differ, or because no one wrote it at all.

use std::collections::BTreeSet;

use serde_json::Value;
use tollgate_core::pair::PairDifference;
use tollgate_core::pointer::Pointer;

use crate::infrastructure::block::Block;
use crate::infrastructure::configuration::parent;
use crate::infrastructure::modules::{Source, source};
use crate::infrastructure::written::Written;

/// How deep variables of modules and local values are followed.
const DEPTH: usize = 16;

/// What a value names that is made by its target as such. It stands among names of variables, none of which has a dot.
const WORKSPACE: &str = "terraform.workspace";

/// What says how often a block is there.
const REPEATED: [&str; 2] = ["/body/count", "/body/for_each"];

/// The blocks of a recipe, and which variables of its roots may differ.
pub(crate) struct Causes<'c> {
    written: Written<'c>,
    /// Component, variable, and the entry by which it may differ.
    meant: Vec<(&'c str, String, String)>,
    /// Component and variable of those that nobody meant.
    unmeant: Vec<(&'c str, String)>,
}

impl<'c> Causes<'c> {
    pub(super) fn of(written: Written<'c>, variables: &'c [PairDifference]) -> Self {
        let name = |difference: &PairDifference| difference.path.tokens().nth(1).unwrap_or_default();
        let meant = variables
            .iter()
            .filter_map(|difference| Some((difference.component.as_str(), name(difference), difference.on_purpose.clone()?)));
        let unmeant = variables.iter().filter(|difference| difference.on_purpose.is_none());
        Self {
            written,
            meant: meant.collect(),
            unmeant: unmeant.map(|difference| (difference.component.as_str(), name(difference))).collect(),
        }
    }

    /// Why an object is only in one of the targets, where that is meant: how many there are is written with a variable.
    pub(super) fn of_presence(&self, component: &str, object: &Pointer) -> Option<String> {
        let block = self.block(component, object)?;
        let repeated = REPEATED.iter().filter_map(|pointer| block.at(pointer));
        self.entry(component, &self.variables_of(component, parent(block.file()), repeated))
    }

    /// Why a field differs. Nothing: nobody wrote it, so it is what the provider makes of it. Inside: the entry by which a variable in
    /// it may differ, where all of them may.
    pub(super) fn of_field(&self, component: &str, object: &Pointer, field: &Pointer) -> Option<Option<String>> {
        let Some(block) = self.block(component, object) else { return Some(None) };
        let written = written(block.at("/body")?, &field.tokens().nth(3).unwrap_or_default());
        if written.is_empty() {
            return None;
        }
        let repeated = REPEATED.iter().filter_map(|pointer| block.at(pointer));
        let variables = self.variables_of(component, parent(block.file()), written.iter().copied().chain(repeated));
        if written.iter().any(|value| self.refers_to_others(value)) && !variables.contains(WORKSPACE) {
            // What another object is given by its provider is another one each time; its own fields are compared.
            return None;
        }
        Some(self.entry(component, &variables))
    }

    /// The entry of the first variable that differs, where nothing that differs does so by accident.
    fn entry(&self, component: &str, variables: &BTreeSet<String>) -> Option<String> {
        let is = |(of, name): (&str, &String)| of == component && variables.contains(name);
        if variables.contains(WORKSPACE) || self.unmeant.iter().any(|(of, name)| is((*of, name))) {
            return None;
        }
        self.meant.iter().find(|(of, name, _)| is((*of, name))).map(|(_, _, entry)| entry.clone())
    }

    /// The block that an object comes from; nothing for manifests, and where more than one may be it.
    fn block(&self, component: &str, object: &Pointer) -> Option<Block<'c>> {
        let mut tokens = object.tokens().skip(1);
        let (kind, name) = (tokens.next()?, tokens.next()?);
        let is_in_module = name.starts_with("module.");
        let plain = plain(&name);
        let root = &self.written.root(component)?.path;
        let own = self.written.own(component);
        let wanted = format!("{kind}.{plain}");
        let mut blocks = Block::of_kind(&own, "resource")
            .filter(|block| block.name() == wanted && (parent(block.file()) == root.as_str()) != is_in_module);
        let block = blocks.next()?;
        blocks.next().is_none().then_some(block)
    }

    /// What several values of a directory are made of.
    fn variables_of<'v>(&self, component: &str, directory: &str, values: impl Iterator<Item = &'v Value>) -> BTreeSet<String> {
        values.flat_map(|value| self.variables(component, directory, value, 0)).collect()
    }

    /// Variables of the root that a value is made of, through local values and modules, and its workspace.
    fn variables(&self, component: &str, directory: &str, value: &Value, depth: usize) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if depth > DEPTH {
            return found;
        }
        let is_root = self.written.root(component).is_some_and(|root| root.path == directory);
        for (kind, name) in references(value) {
            match (kind, is_root) {
                ("terraform", _) => drop(found.insert(format!("terraform.{name}"))),
                ("var", true) => drop(found.insert(name)),
                ("var", false) => self.arguments(component, directory, &name).iter().for_each(|(from, value)| {
                    found.extend(self.variables(component, from, value, depth + 1));
                }),
                _ => self.locals(component, directory, &name).iter().for_each(|value| {
                    found.extend(self.variables(component, directory, value, depth + 1));
                }),
            }
        }
        found
    }

    /// What the modules in a directory are given for a variable, with the directory of whoever gives it.
    fn arguments(&self, component: &str, directory: &str, variable: &str) -> Vec<(&'c str, Value)> {
        let own = self.written.own(component);
        let calls = Block::of_kind(&own, "module").filter(|block| {
            let written = block.at("/body/source").and_then(Value::as_str).unwrap_or_default();
            source(parent(block.file()), written, None) == Source::Local(directory.to_owned())
        });
        calls.filter_map(|block| Some((parent(block.file()), block.at("/body")?.get(variable)?.clone()))).collect()
    }

    fn locals(&self, component: &str, directory: &str, name: &str) -> Vec<Value> {
        let own = self.written.own(component);
        let blocks = Block::of_kind(&own, "locals").filter(|block| parent(block.file()) == directory);
        blocks.filter_map(|block| Some(block.at("/body")?.get(name)?.clone())).collect()
    }

    /// Whether a value is made of what another resource, data source or module gives.
    fn refers_to_others(&self, value: &Value) -> bool {
        let names: BTreeSet<String> = self
            .written
            .documents
            .iter()
            .filter(|judged| matches!(judged.document.identity.kind.as_str(), "resource"))
            .map(|judged| format!("{}.", judged.document.identity.name))
            .collect();
        let mut words = ["module.", "data."].into_iter().chain(names.iter().map(String::as_str));
        let texts = expressions(value);
        words.any(|word| texts.iter().any(|text| !behind(text, word).is_empty()))
    }
}

/// What a block gives a field: a value, or blocks, those of a `dynamic` one among them.
fn written<'b>(body: &'b Value, field: &str) -> Vec<&'b Value> {
    let repeated = body.get("dynamic").and_then(Value::as_array).into_iter().flatten().filter_map(|block| block.get(field));
    body.get(field).into_iter().chain(repeated).collect()
}

/// A name without the module that it is in and the index that it has.
fn plain(name: &str) -> String {
    let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
    last.split_once('[').map_or(last, |(name, _)| name).to_owned()
}

/// What stands behind each place where a word begins a name: `var.` in `${var.size}`, and not in `${local.var.size}`.
fn behind<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let is_start = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let places = text.match_indices(word).filter(|(at, _)| is_start(*at));
    places.map(|(at, matched)| &text[at + matched.len()..]).collect()
}

/// All texts in a value that are evaluated.
fn expressions(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) if text.contains("${") => vec![text],
        Value::Array(elements) => elements.iter().flat_map(expressions).collect(),
        Value::Object(members) => members.values().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}

/// Variables, local values and the workspace that a value names: `var`, `local` or `terraform`, and the name.
fn references(value: &Value) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for text in expressions(value) {
        for kind in ["var", "local", "terraform"] {
            for rest in behind(text, &format!("{kind}.")) {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
                found.push((kind, name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_begins_a_name_and_is_no_part_of_one() {
        assert_eq!(behind("${var.metadata.name}", "data."), Vec::<&str>::new());
        assert_eq!(behind("${local.module.name}", "module."), Vec::<&str>::new());
        assert_eq!(
            behind("${data.lab_file.a}-${ data.lab_file.b }", "data."),
            ["lab_file.a}-${ data.lab_file.b }", "lab_file.b }"]
        );
    }
}
