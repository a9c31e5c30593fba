//! Patterns.

use tollgate_core::pipeline::Glob;

use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::text::{GlobText, OneOrMany};

/// Compiles a pattern.
pub(crate) fn glob(text: &GlobText, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<Glob> {
    let compiled = Glob::new(text.as_str());
    compiled.map_err(|error| problems.push(at.problem(error.to_string()).hint(reason(&error)))).ok()
}

/// Compiles one pattern or several.
pub(crate) fn globs(texts: Option<&OneOrMany<GlobText>>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<Glob> {
    let entries = texts.map(OneOrMany::entries).unwrap_or_default();
    entries.into_iter().filter_map(|(index, text)| glob(text, &at.entry(index), problems)).collect()
}

/// What the pattern library says, without the pattern, which the message has already.
fn reason(error: &dyn std::error::Error) -> String {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    text.rsplit_once("': ").map_or(text.clone(), |(_, reason)| reason.to_owned())
}
