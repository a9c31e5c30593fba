//! Names that must be unique.

use std::collections::BTreeMap;

use tollgate_core::document::Location;

use crate::origin::At;
use crate::problem::ConfigProblem;

/// Names that were given already, with what they stand for.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: BTreeMap<String, (&'static str, Location)>,
}

impl Names {
    /// Gives a name, or says who has it.
    pub(crate) fn give(&mut self, name: &str, what: &'static str, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
        match self.taken.get(name) {
            Some((other, location)) => {
                let place = format!("{}:{}", location.file, location.span.line);
                problems.push(at.problem(format!("`{name}` is already the name of {other} at {place}")));
            }
            None => {
                self.taken.insert(name.to_owned(), (what, at.location()));
            }
        }
    }
}
