//! Failures: why a command, or a part of one, could not do its work.

use std::error::Error;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::document::{Location, Span};

use crate::exit_code::ExitCode;

/// An error with the code that it means, what caused it, and what to do. One entry of `errors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The exit code that it alone would lead to.
    pub exit: ExitCode,
    /// The name of the exit code.
    pub name: String,
    /// What failed.
    pub message: String,
    /// Why, from the nearest cause to the farthest; each said once.
    pub causes: Vec<String>,
    /// Where, if in a file.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in Unicode scalars.
    pub column: Option<u32>,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with the causes of an error. A cause that only repeats what was said is left out.
    pub fn new(exit: ExitCode, error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::of_message(exit, error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            failure.add_cause(error.to_string());
            cause = error.source();
        }
        failure
    }

    /// A failure without an error behind it.
    pub fn of_message(exit: ExitCode, message: impl Into<String>) -> Self {
        Self {
            exit,
            name: exit.name().to_owned(),
            message: message.into(),
            causes: Vec::new(),
            file: None,
            line: None,
            column: None,
            hint: None,
        }
    }

    fn add_cause(&mut self, cause: String) {
        let is_said = std::iter::once(&self.message).chain(&self.causes).any(|said| said.contains(&cause));
        if !is_said {
            self.causes.push(cause);
        }
    }

    /// The same failure at a place.
    #[must_use]
    pub fn at(self, location: &Location) -> Self {
        let (line, column) = (Some(location.span.line), Some(location.span.column));
        Self { file: Some(location.file.clone()), line, column, ..self }
    }

    /// The same failure with what to do.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Where it happened, if in a file.
    pub(crate) fn location(&self) -> Option<Location> {
        Some(Location { file: self.file.clone()?, span: Span::point(self.line?, self.column?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Style;

    #[derive(Debug)]
    struct Link(&'static str, Option<Box<Self>>);

    impl std::fmt::Display for Link {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Link {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|link| link as _)
        }
    }

    fn chain(texts: &[&'static str]) -> Link {
        let (first, rest) = texts.split_first().unwrap();
        Link(first, if rest.is_empty() { None } else { Some(Box::new(chain(rest))) })
    }

    #[test]
    fn each_cause_is_said_once() {
        let error = chain(&["plugin failed: it trapped", "it trapped", "out of bounds", "out of bounds", "the end"]);
        let failure = Failure::new(ExitCode::PluginFailed, &error);
        assert_eq!(failure.message, "plugin failed: it trapped");
        assert_eq!(failure.causes, ["out of bounds", "the end"]);
    }

    #[test]
    fn text_has_the_chain_the_place_the_hint_and_what_the_code_means() {
        let location = Location { file: "tollgate.yaml".to_owned(), span: Span::point(2, 1) };
        let failure = Failure::new(ExitCode::InvalidConfiguration, &chain(&["`gate` is no key", "it is unknown"]))
            .at(&location)
            .with_hint("did you mean `gates`?");
        let sources = |_: &str| Some(b"kind: Pipeline\ngate: []\n".to_vec());
        insta::assert_snapshot!(failure.to_text(Style::plain(80), &sources));
        assert!(failure.to_text(Style::plain(80), &|_| None).contains("at tollgate.yaml:2:1"));
    }

    #[test]
    fn messages_from_elsewhere_keep_to_their_line() {
        let failure = Failure::of_message(ExitCode::Unexpected, "a\n::error::b\u{1b}[2J").with_hint("c\nd");
        let text = failure.to_text(Style::plain(80), &|_| None);
        assert_eq!(text, "error, exit 1: unexpected error\n\n  x a ::error::b\u{fffd}[2J\n  help: c d\n");
    }
}
