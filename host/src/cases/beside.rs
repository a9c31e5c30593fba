//! What a case says in a file beside it.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_config::{CASE_SUFFIX, CaseText, Expectation, ExpectedPlace, ReadError};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::{Case, Expected, Place, at};
use crate::configuration::reader::data_file;
use crate::configuration::{Failures, failure_of_problem};

/// Adds what stands beside a case, where anything does. `data` reads a file by its path from the case.
pub(super) fn add(file: &Utf8Path, case: &mut Case, data: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<(), Failures> {
    let beside = Utf8PathBuf::from(format!("{file}{CASE_SUFFIX}"));
    if !beside.is_file() {
        return Ok(());
    }
    let shown = beside.as_str().trim_start_matches("./");
    let bytes = fs_err::read(&beside).map_err(|error| vec![Failure::new(ExitCode::SourceUnreadable, &error)])?;
    let file = data_file(shown, bytes).map_err(|error| match error {
        ReadError::Malformed(problems) => problems.iter().map(failure_of_problem).collect(),
        error @ ReadError::Source(_) => vec![Failure::new(ExitCode::SourceUnreadable, &error)],
    })?;
    let said = CaseText::read(&file).map_err(|problems| -> Failures { problems.iter().map(failure_of_problem).collect() })?;
    for (key, path) in said.data {
        let bytes = data(&path).ok_or_else(|| vec![at(shown, 1, format!("there is no file `{path}` beside the case"))])?;
        case.data.insert(key, bytes);
    }
    case.settings.extend(said.settings);
    case.time = said.time.or(case.time);
    case.expected.extend(said.expected.into_iter().map(expected));
    Ok(())
}

fn expected(Expectation { rule, place, location }: Expectation) -> Expected {
    let place = match place {
        ExpectedPlace::Line(line) => Place::Line(line),
        ExpectedPlace::Pointer(document, pointer) => Place::Pointer(document, pointer.as_str().to_owned()),
    };
    Expected { rule, place, beside: Some(location.file), line: location.span.line }
}
