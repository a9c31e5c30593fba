//! The shape of a file: every unknown key, wrong type and value that is not allowed, all at once.
//!
//! Types made by serde stop at the first mistake, so a file is first compared with its schema. What can be set right
//! without guessing much is set right in a copy, so that the checks of what things mean run as well and one run tells all.

mod flaw;
mod kind;
mod repair;
mod walk;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tollgate_core::pointer::Pointer;

use crate::origin::Origin;
use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;
use crate::schema::ConfigurationSchema;
use flaw::Remedy;

/// A file as read, as far as it could be.
#[derive(Debug)]
pub(crate) struct Shaped<'f, T> {
    /// Nothing when the shape is so wrong that nothing more can be said.
    pub(crate) raw: Option<T>,
    pub(crate) origin: Origin<'f>,
    pub(crate) problems: Vec<ConfigProblem>,
}

/// Compares a file with its schema and reads it.
pub(crate) fn shape<T: DeserializeOwned>(file: &ConfigurationFile, schema: ConfigurationSchema) -> Shaped<'_, T> {
    let flaws = walk::walk(schema.value(), &file.value);
    let repaired = repair::repair(&file.value, &flaws);
    let mut problems: Vec<ConfigProblem> = flaws.into_iter().map(|flaw| flaw.problem(file)).collect();
    let whole = walk::walk(schema.value(), &repaired.value).iter().all(|flaw| flaw.remedy == Remedy::Keep);
    let raw = if whole { deserialize(repaired.value, file, &mut problems) } else { None };
    Shaped { raw, origin: Origin { file, renamed: repaired.renamed }, problems }
}

/// What fits the schema fits the type; should the two ever differ, the file is refused all the same.
fn deserialize<T: DeserializeOwned>(value: Value, file: &ConfigurationFile, problems: &mut Vec<ConfigProblem>) -> Option<T> {
    match serde_path_to_error::deserialize(value) {
        Ok(raw) => Some(raw),
        Err(error) => {
            let location = file.location(&pointer_of(error.path()));
            problems.push(ConfigProblem::new(location, error.inner().to_string()));
            None
        }
    }
}

fn pointer_of(path: &serde_path_to_error::Path) -> Pointer {
    use serde_path_to_error::Segment;
    path.iter().fold(Pointer::root(), |pointer, segment| match segment {
        Segment::Seq { index } => pointer.element(*index),
        Segment::Map { key } => pointer.member(key),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}
