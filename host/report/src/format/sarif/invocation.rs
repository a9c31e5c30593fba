//! How the check went: what could not be done, what was not looked at, what the reader should know.

use serde_sarif::sarif::{Invocation, Notification};

use super::{RESULTS, location, message};
use crate::check::{CheckReport, NotEvaluated};
use crate::clean;
use crate::failure::Failure;
use crate::format::place::Place;
use crate::format::sentence;

pub(super) fn of(report: &CheckReport) -> Invocation {
    Invocation::builder()
        .execution_successful(report.errors.is_empty())
        .exit_code(i64::from(report.exit.number()))
        .exit_code_description(report.exit.meaning())
        .tool_execution_notifications(notifications(report))
        .build()
}

fn notifications(report: &CheckReport) -> Vec<Notification> {
    let failures = report.errors.iter().map(of_failure);
    let warnings = cut(report).into_iter().chain(sentence::advisory_errors(report)).map(|text| notification("warning", &text));
    let skipped = report.not_evaluated.iter().map(of_skipped);
    let notices = report.notices.iter().map(|notice| notification("note", &clean::line(notice)));
    failures.chain(warnings).chain(skipped).chain(notices).collect()
}

fn notification(level: &str, text: &str) -> Notification {
    Notification::builder().level(level).message(message(text)).build()
}

fn of_failure(failure: &Failure) -> Notification {
    let locations = failure.place().map(|place| location::of_place(&place));
    Notification { locations, ..notification("error", &sentence::failure(failure)) }
}

fn of_skipped(file: &NotEvaluated) -> Notification {
    let place = Place { file: &file.file, span: None };
    Notification { locations: Some(location::of_place(&place)), ..notification("warning", &sentence::not_evaluated(file)) }
}

/// What was left out, if anything.
fn cut(report: &CheckReport) -> Option<String> {
    let beyond = report.findings.len().checked_sub(RESULTS).filter(|beyond| *beyond > 0)?;
    Some(format!("{beyond} more findings are not in this file: it holds the {RESULTS} worst, `-o json` has all"))
}
