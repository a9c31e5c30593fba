//! Workflow commands of GitHub Actions: each becomes an annotation at its line.
//!
//! Written as the runner reads them (actions/runner, `ActionCommand`): one line a command, its text escaped.

use std::fmt;

use crate::check::CheckReport;
use crate::clean;
use crate::failure::Failure;
use crate::finding::FindingReport;
use crate::format::place::Place;
use crate::format::sentence;
use crate::standing::{self, Standing};
use crate::text::drawn;

/// How many annotations of each kind GitHub shows of one step ("Workflow commands", annotation limits).
const SHOWN: usize = 10;

/// How long a title may be, in characters (REST API, check runs).
const TITLE: usize = 255;

/// The report as workflow commands: errors, then warnings, then notices. Empty where there is nothing to say.
pub fn to_string(report: &CheckReport) -> String {
    let failures = report.errors.iter().map(of_failure);
    let findings = standing::worst_first(report).into_iter().filter_map(of_finding);
    let advisory = sentence::advisory_errors(report).map(|message| Command::plain(Kind::Warning, message));
    let asides = report.not_evaluated.iter().map(sentence::not_evaluated);
    let asides = asides.chain(report.notices.iter().map(|notice| clean::line(notice)));
    let asides = asides.map(|message| Command::plain(Kind::Notice, message));
    let mut commands: Vec<Command<'_>> = failures.chain(findings).chain(advisory).chain(asides).collect();
    commands.sort_by_key(|command| command.kind);
    if let Some(beyond) = beyond(&commands) {
        // Before the other notices: after them it would be beyond itself.
        let at = commands.iter().position(|command| command.kind == Kind::Notice).unwrap_or(commands.len());
        commands.insert(at, Command::plain(Kind::Notice, beyond));
    }
    commands.iter().map(|command| format!("{command}\n")).collect()
}

/// The kinds of annotations, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// One workflow command.
#[derive(Debug)]
struct Command<'a> {
    kind: Kind,
    place: Option<Place<'a>>,
    title: String,
    message: String,
}

impl Command<'_> {
    fn plain(kind: Kind, message: String) -> Self {
        Self { kind, place: None, title: "tollgate".to_owned(), message }
    }
}

/// Nothing for what is fixed: there is no line to show it at.
fn of_finding(finding: &FindingReport) -> Option<Command<'_>> {
    let kind = match finding.standing() {
        Standing::Blocks => Kind::Error,
        Standing::Warns => Kind::Warning,
        Standing::Notes | Standing::Waived => Kind::Notice,
        Standing::Fixed => return None,
    };
    Some(Command { kind, place: finding.place(), title: drawn::heading(finding), message: sentence::finding(finding) })
}

fn of_failure(failure: &Failure) -> Command<'_> {
    let title = format!("tollgate: {}", clean::line(&failure.name));
    Command { kind: Kind::Error, place: failure.place(), title, message: sentence::failure(failure) }
}

/// What GitHub will not show, if anything.
fn beyond(commands: &[Command<'_>]) -> Option<String> {
    let count = |kind: Kind| commands.iter().filter(|command| command.kind == kind).count();
    let over = |kind: Kind, own: usize| (count(kind) + own).saturating_sub(SHOWN);
    if [Kind::Error, Kind::Warning, Kind::Notice].into_iter().all(|kind| over(kind, 0) == 0) {
        return None;
    }
    // What says so is a notice as well.
    let counted = [(Kind::Error, 0), (Kind::Warning, 0), (Kind::Notice, 1)].map(|(kind, own)| (over(kind, own), kind));
    let words = counted.iter().filter(|(over, _)| *over > 0).map(|(over, kind)| format!("{over} more of kind {}", kind.word()));
    let words: Vec<String> = words.collect();
    Some(format!("{}: GitHub shows {SHOWN} of each kind, the log of this step has all", words.join(", ")))
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "::{} ", self.kind.word())?;
        if let Some(place) = &self.place {
            write!(f, "file={},", property(&clean::line(place.file)))?;
            write_span(f, place)?;
        }
        write!(f, "title={}::{}", property(&sentence::clip(&self.title, TITLE)), data(&self.message))
    }
}

/// Columns only on one line: the runner drops them otherwise. GitHub does not say whether the last column is part of the
/// place; one column alone is a place, so it must be.
fn write_span(f: &mut fmt::Formatter<'_>, place: &Place<'_>) -> fmt::Result {
    let Some(span) = place.span else { return Ok(()) };
    write!(f, "line={},endLine={},", span.line, span.end_line)?;
    if span.line == span.end_line {
        write!(f, "col={},endColumn={},", span.column, (span.end_column - 1).max(span.column))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
pub(crate) mod tests;
