//! Cases of promotion gates: a question, written as far as it differs from the plainest one, and what the gate answers.
//!
//! The folder says the answer: under `pass` nothing is denied, under `fail` something is, under `pending` the gate waits.

mod compare;
mod run;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_config::{GateCase, ReadError};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::{at, invalid};
use crate::configuration::reader::data_file;
use crate::configuration::{Failures, failure_of_problem};

pub(crate) use run::run;

/// What a case says by its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    Pass,
    Fail,
    Pending,
}

impl Folder {
    const ALL: [Self; 3] = [Self::Pass, Self::Fail, Self::Pending];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Pending => "pending",
        }
    }
}

/// One case.
#[derive(Debug)]
pub(crate) struct GateFile {
    /// As it is shown.
    file: String,
    folder: Folder,
    case: GateCase,
    /// What the plugin is granted.
    data: BTreeMap<String, Vec<u8>>,
}

/// The cases of a promotion gate, below its directory.
///
/// # Errors
/// When nothing shows that it says yes, or that it ever does not, or a case says nothing that can be understood.
pub(crate) fn read(directory: &Utf8Path) -> Result<Vec<GateFile>, Failures> {
    let mut cases = Vec::new();
    let mut failures = Failures::new();
    for folder in Folder::ALL {
        for file in files(&directory.join("cases").join(folder.name())).map_err(|failure| vec![failure])? {
            match read_file(&file, folder) {
                Ok(case) => cases.push(case),
                Err(problems) => failures.extend(problems),
            }
        }
    }
    if failures.is_empty() { require_both(directory, &cases).map(|()| cases) } else { Err(failures) }
}

fn require_both(directory: &Utf8Path, cases: &[GateFile]) -> Result<(), Failures> {
    let folder = directory.join("cases");
    let mut failures = Failures::new();
    if !cases.iter().any(|case| case.folder == Folder::Pass) {
        failures.push(invalid(format!("there is no case under `{folder}/pass`: nothing shows that it ever says yes")));
    }
    if cases.iter().all(|case| case.folder == Folder::Pass) {
        let message = format!("there is no case under `{folder}/fail` or `{folder}/pending`: nothing shows that it ever says no");
        failures.push(invalid(message));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

fn files(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| Failure::new(ExitCode::SourceUnreadable, &error);
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let entries = directory.read_dir_utf8().map_err(unreadable)?;
    let paths: Result<Vec<Utf8PathBuf>, _> = entries.map(|entry| entry.map(camino::Utf8DirEntry::into_path)).collect();
    let mut files = paths.map_err(unreadable)?;
    files.retain(|path| matches!(path.extension(), Some("yaml" | "yml" | "json")));
    files.sort();
    Ok(files)
}

fn read_file(file: &Utf8Path, folder: Folder) -> Result<GateFile, Failures> {
    let shown = file.as_str().trim_start_matches("./");
    let bytes = fs_err::read(file).map_err(|error| vec![Failure::new(ExitCode::SourceUnreadable, &error)])?;
    let text = data_file(shown, bytes).map_err(|error| match error {
        ReadError::Malformed(problems) => problems.iter().map(failure_of_problem).collect(),
        error @ ReadError::Source(_) => vec![Failure::new(ExitCode::SourceUnreadable, &error)],
    })?;
    let case = GateCase::read(&text).map_err(|problems| -> Failures { problems.iter().map(failure_of_problem).collect() })?;
    require_answer(&case, folder).map_err(|message| vec![at(shown, 1, message)])?;
    let directory = file.parent().unwrap_or(file);
    let mut data = BTreeMap::new();
    for (key, path) in &case.data {
        let bytes = fs_err::read(directory.join(path));
        data.insert(key.clone(), bytes.map_err(|_| vec![at(shown, 1, format!("there is no file `{path}` beside the case"))])?);
    }
    Ok(GateFile { file: shown.to_owned(), folder, case, data })
}

/// A case proves something only if it says what the gate answers.
fn require_answer(case: &GateCase, folder: Folder) -> Result<(), String> {
    match (folder, &case.waits) {
        (Folder::Fail, _) if case.expected.is_empty() => {
            Err("a case under `fail` names nothing that is found: add `expect: [{rule: RULE}]`".to_owned())
        }
        (Folder::Pending, None) => {
            Err("a case under `pending` does not say what is waited for: add `waits: {reason: TEXT}`".to_owned())
        }
        (Folder::Pending, Some(_)) if !case.expected.is_empty() => {
            Err("a gate that waits finds nothing: take `expect` out".to_owned())
        }
        (Folder::Pass | Folder::Fail, Some(_)) => {
            Err(format!("a case under `{}` waits for nothing: take `waits` out", folder.name()))
        }
        _ => Ok(()),
    }
}
