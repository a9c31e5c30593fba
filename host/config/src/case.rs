//! What a case says, beside its file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tollgate_core::document::Location;
use tollgate_core::pointer::Pointer;
use tollgate_core::time::Timestamp;

use crate::origin::At;
use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;
use crate::raw::case::{CaseFile, Expectation as RawExpectation};
use crate::schema::ConfigurationSchema;
use crate::shape::{Shaped, shape};

/// How the name of such a file ends, after the name of the case's file.
pub const CASE_SUFFIX: &str = ".case.yaml";

/// What a case says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseText {
    pub settings: Map<String, Value>,
    /// Paths from the case's directory, by key.
    pub data: BTreeMap<String, String>,
    pub time: Option<Timestamp>,
    pub expected: Vec<Expectation>,
}

/// A finding that a case must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// As written: with or without the policy's name.
    pub rule: String,
    pub place: ExpectedPlace,
    /// Where it is written.
    pub location: Location,
}

/// Where a finding is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedPlace {
    /// From 1.
    Line(u32),
    /// The document's position from 0, and the pointer.
    Pointer(u32, Pointer),
}

impl CaseText {
    /// Reads the file.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &ConfigurationFile) -> Result<Self, Vec<ConfigProblem>> {
        let Shaped { raw, origin, problems } = shape::<CaseFile>(file, ConfigurationSchema::Case);
        match raw {
            Some(raw) if problems.is_empty() => Self::of_raw(&raw, &At::root(&origin)),
            _ => Err(problems),
        }
    }

    fn of_raw(raw: &CaseFile, at: &At<'_>) -> Result<Self, Vec<ConfigProblem>> {
        let mut problems = Vec::new();
        let time = raw.time.as_ref().and_then(|time| {
            let wrong =
                || at.member("time").problem(format!("`{}` is no time", time.as_str())).hint("write `2026-12-31T12:00:00Z`");
            time.as_str().parse().map_err(|_| problems.push(wrong())).ok()
        });
        let mut expected = Vec::new();
        for (position, raw) in raw.expect.iter().enumerate() {
            match expectation(raw, &at.member("expect").element(position)) {
                Ok(expectation) => expected.push(expectation),
                Err(problem) => problems.push(problem),
            }
        }
        let settings = raw.settings.clone().unwrap_or_default();
        let data = raw.data.iter().map(|(key, path)| (key.clone(), path.as_str().to_owned())).collect();
        if problems.is_empty() { Ok(Self { settings, data, time, expected }) } else { Err(problems) }
    }
}

fn expectation(raw: &RawExpectation, at: &At<'_>) -> Result<Expectation, ConfigProblem> {
    let pointer = raw.pointer.as_ref().and_then(|pointer| pointer.as_str().parse().ok());
    let place = match (raw.line, raw.document, pointer) {
        (Some(line), None, None) => ExpectedPlace::Line(line),
        (None, Some(document), pointer) => ExpectedPlace::Pointer(document, pointer.unwrap_or_else(Pointer::root)),
        _ => return Err(at.problem("a finding is expected at a place").hint("give it `line`, or `document` with `pointer`")),
    };
    Ok(Expectation { rule: raw.rule.as_str().to_owned(), place, location: at.location() })
}
