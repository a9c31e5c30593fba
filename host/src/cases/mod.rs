//! Cases: files with documents, whose comments say what is found in them. They prove plugins and packs.
//!
//! What is under `pass` has no finding; what is under `fail` has exactly those that its comments name:
//!
//! A case is in any language that can be judged. JSON has no comments: what such a case says stands beside it, in a file of its
//! name with `.case.yaml` after it, for which there is a JSON Schema.
//!
//! ```yaml
//! # settings: {"required": ["team"]}     for the plugin
//! # data: {"centres": "centres.txt"}     a file that the plugin is granted, from the case's directory
//! # time: 2026-12-31T12:00:00Z           when it is judged
//! # expect: label 0:/metadata/labels/team    the rule, the document's position from 0, and the pointer
//! metadata:
//!   labels: {} # expect: label           the rule, on this line
//!   # expect: label                      the rule, on the next line
//!   annotations: {}
//! ```

mod beside;
mod comments;
mod compare;
pub(crate) mod gates;
mod run;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};
use tollgate_config::CASE_SUFFIX;
use tollgate_core::context::Context;
use tollgate_core::document::{Location, Span};
use tollgate_core::language::Language;
use tollgate_core::pipeline::FileChoice;
use tollgate_core::time::Timestamp;
use tollgate_manifest::candidates;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::Failures;

pub(crate) use run::{Judge, run};

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    /// As it is shown.
    pub(crate) file: String,
    pub(crate) text: String,
    /// Whether it is under `fail`.
    pub(crate) fails: bool,
    pub(crate) settings: Map<String, Value>,
    pub(crate) data: BTreeMap<String, Vec<u8>>,
    /// Where it is asked from.
    pub(crate) context: Context,
    pub(crate) time: Option<Timestamp>,
    pub(crate) expected: Vec<Expected>,
}

/// A finding that a case names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// As written: with or without the policy's name.
    pub(crate) rule: String,
    pub(crate) place: Place,
    /// The file beside the case that says so; nothing: the case itself.
    pub(crate) beside: Option<String>,
    /// The line that says so, from 1.
    pub(crate) line: u32,
}

/// Where it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The document's position from 0, and the pointer.
    Pointer(u32, String),
    /// The line, from 1.
    Line(u32),
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Place::Pointer(document, pointer) => write!(f, "{} {document}:{pointer}", self.rule),
            Place::Line(line) => write!(f, "{} on line {line}", self.rule),
        }
    }
}

/// The cases of a plugin or pack, below its directory.
///
/// # Errors
/// When a folder has none, so that nothing is proven, or a comment says nothing that can be understood.
pub(crate) fn read(directory: &Utf8Path) -> Result<Vec<Case>, Failures> {
    let mut cases = Vec::new();
    let mut failures = Failures::new();
    for (folder, fails) in [("pass", false), ("fail", true)] {
        let folder = directory.join("cases").join(folder);
        let files = files(&folder).map_err(|failure| vec![failure])?;
        if files.is_empty() {
            let what = if fails { "nothing shows that it ever says no" } else { "nothing shows that it ever says yes" };
            failures.push(invalid(format!("there is no case under `{folder}`: {what}")));
        }
        for file in files {
            match comments::read(&file, fails) {
                Ok(case) => cases.push(case),
                Err(problems) => failures.extend(problems),
            }
        }
    }
    if failures.is_empty() { Ok(cases) } else { Err(failures) }
}

fn files(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| Failure::new(ExitCode::SourceUnreadable, &error);
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let entries = directory.read_dir_utf8().map_err(unreadable)?;
    let paths: Result<Vec<Utf8PathBuf>, _> = entries.map(|entry| entry.map(camino::Utf8DirEntry::into_path)).collect();
    let mut files = paths.map_err(unreadable)?;
    files.retain(|path| !path.as_str().ends_with(CASE_SUFFIX) || !is_beside(path));
    let choice = FileChoice { languages: &Language::ALL, ..FileChoice::default() };
    let cases = candidates(files.iter().map(|path| path.as_str()), &choice).manifests;
    files.retain(|path| cases.iter().any(|case| path == case));
    files.sort();
    Ok(files)
}

/// Whether a file only says what another one is about.
fn is_beside(path: &Utf8Path) -> bool {
    path.as_str().strip_suffix(CASE_SUFFIX).is_some_and(|file| Utf8Path::new(file).is_file())
}

fn invalid(message: String) -> Failure {
    Failure::of_message(ExitCode::InvalidConfiguration, message)
}

/// What is wrong with a line of a case.
fn at(file: &str, line: u32, message: String) -> Failure {
    invalid(message).at(&Location { file: file.to_owned(), span: Span::point(line, 1) })
}
