//! What is wrong with a configuration. Exit code 12.

use std::fmt;

use tollgate_core::document::{Location, Span};
use tollgate_core::ports::SourceError;

/// One thing that is wrong, at the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigProblem {
    pub location: Location,
    /// A lower-case fragment that names the thing in backticks.
    pub message: String,
    /// What would make it right: "did you mean `…`?", or the values that are allowed.
    pub hint: Option<String>,
}

impl ConfigProblem {
    /// A problem without a hint.
    pub fn new(location: Location, message: impl Into<String>) -> Self {
        Self { location, message: message.into(), hint: None }
    }

    /// The same problem with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem, with the name that was perhaps meant as its hint, if there is one.
    #[must_use]
    pub(crate) fn suggest<'n>(self, word: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        match crate::suggest::closest(word, names) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { file, span: Span { line, column, .. } } = &self.location;
        write!(f, "{file}:{line}:{column}: {}", self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file that everything starts from does not exist.
    #[error("there is no `{path}`; write one, or name policies with `--policy`")]
    Missing { path: String },
    /// All problems that could be found, sorted by place. Exit code 12.
    #[error("configuration has {}", count(.0.len()))]
    Invalid(Vec<ConfigProblem>),
    /// Something could not be read at all. Exit code 13.
    #[error("configuration can't be read")]
    Source(#[from] SourceError),
}

fn count(problems: usize) -> String {
    if problems == 1 { "a problem".to_owned() } else { format!("{problems} problems") }
}

/// Why a file of the configuration could not be had as data.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is there, but it is not the data it should be: broken YAML, duplicate keys, more than one document.
    #[error("{} can't be read as data", .0.first().map_or("file", |problem| problem.location.file.as_str()))]
    Malformed(Vec<ConfigProblem>),
    /// The source as a whole can't be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_with_its_place_and_its_hint() {
        let location = Location { file: "tollgate.yaml".to_owned(), span: Span::point(3, 5) };
        let problem = ConfigProblem::new(location, "unknown key `gate`");
        assert_eq!(problem.to_string(), "tollgate.yaml:3:5: unknown key `gate`");
        let problem = problem.hint("did you mean `gates`?");
        assert_eq!(problem.to_string(), "tollgate.yaml:3:5: unknown key `gate`; did you mean `gates`?");
    }
}
