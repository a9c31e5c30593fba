//! `check --write-waivers`: takes an old repository in, by accepting what is found today, for a time and in writing.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_config::waivers_text;
use tollgate_core::document::{Location, Span};
use tollgate_core::finding::RuleId;
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::Enforcement;
use tollgate_core::terms::Terms;
use tollgate_core::time::{Date, Timestamp};
use tollgate_core::waiver::{Waiver, WaiverSubject};
use tollgate_report::check::CheckReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::finding::FindingReport;

use crate::cli::check::Check;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;
use crate::writer::user;

/// What a waiver is about: rule, kind, namespace, name, and the file of what has no name.
type Key = (String, String, Option<String>, String, Option<String>);

/// The file to write, and the terms of its waivers.
pub(crate) struct WaiversToWrite {
    path: Utf8PathBuf,
    terms: Terms,
}

/// What the command line asks to write; nothing where it does not.
pub(crate) fn asked(invocation: &Invocation, arguments: &Check) -> Result<Option<WaiversToWrite>, Failure> {
    let Some(file) = &arguments.write_waivers else { return Ok(None) };
    let path = invocation.at_start(file);
    refuse_existing(&path)?;
    let terms = terms(invocation, arguments, &path)?;
    Ok(Some(WaiversToWrite { path, terms }))
}

impl WaiversToWrite {
    /// Writes waivers of all that blocks, and says what it wrote.
    pub(crate) fn write(&self, report: &CheckReport) -> Result<(), Failure> {
        let blocking = || report.findings.iter().filter(|finding| finding.blocks);
        let waivers = waivers(blocking(), &self.terms);
        let path = &self.path;
        if waivers.is_empty() {
            output::tell(&format!("nothing to waive: `{path}` is not written\n"));
        } else {
            let text = waivers_text(&waivers).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
            output::write_file(path, text.as_bytes())?;
            let next = "name it under `waivers.files` of tollgate.yaml, and commit both";
            output::tell(&format!("waivers written to `{path}`: {}; {next}\n", waivers.len()));
        }
        let left = blocking().filter(|finding| key(finding).is_none()).count();
        if left > 0 {
            output::tell(&format!(
                "not waived: {left} denied by tollgate itself or by a mandatory gate, which no waiver changes\n"
            ));
        }
        Ok(())
    }
}

/// What somebody has signed for is never overwritten.
fn refuse_existing(path: &Utf8Path) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    let failure = Failure::of_message(ExitCode::Usage, format!("`{path}` exists, and waivers are never overwritten"));
    Err(failure.with_hint("write to another file, and name both under `waivers.files`"))
}

fn terms(invocation: &Invocation, arguments: &Check, path: &Utf8Path) -> Result<Terms, Failure> {
    let expires = last_day(arguments.expires.as_deref().unwrap_or_default(), Invocation::now())?;
    let reason = arguments.reason.clone().unwrap_or_default();
    let approver = match &arguments.approver {
        Some(approver) => approver.clone(),
        None => user(invocation, wiring::repository(invocation).ok().and_then(|clone| clone.user_email().ok().flatten()))?,
    };
    Ok(Terms { reason, approver, expires, location: Location { file: path.to_string(), span: Span::START } })
}

/// The last day: as written, or so many days, weeks or months from today.
fn last_day(text: &str, now: Timestamp) -> Result<Date, Failure> {
    let wrong = |why: &str| {
        let failure = Failure::of_message(ExitCode::Usage, format!("`--expires {text}` {why}"));
        failure.with_hint("write a day, `2027-01-31`, or a time from now, `90d`, `12w`, `6mo`")
    };
    let today = jiff::tz::Offset::UTC.to_datetime(now).date();
    let day = match text.parse::<Date>() {
        Ok(day) => day,
        Err(_) => {
            let span: jiff::Span = text.parse().map_err(|_| wrong("is neither a day nor a time"))?;
            today.checked_add(span).map_err(|_| wrong("is past the end of the calendar"))?
        }
    };
    if day < today { Err(wrong("is over already")) } else { Ok(day) }
}

fn waivers<'a>(findings: impl Iterator<Item = &'a FindingReport>, terms: &Terms) -> Vec<Waiver> {
    let mut by_key: BTreeMap<Key, Vec<Pointer>> = BTreeMap::new();
    for finding in findings {
        let pointer = finding.pointer.as_deref().unwrap_or_default().parse().unwrap_or_default();
        if let Some(key) = key(finding) {
            by_key.entry(key).or_default().push(pointer);
        }
    }
    let waiver = |((rule, kind, namespace, name, file), mut pointers): (Key, Vec<Pointer>)| {
        pointers.sort();
        pointers.dedup();
        // The whole object has no pointer that could be written.
        let pointers = if pointers.iter().any(Pointer::is_root) { Vec::new() } else { pointers };
        let (policy, rule) = rule.split_once('/')?;
        let subject = WaiverSubject { kind, namespace, name, file, pointers };
        Some(Waiver { rule: RuleId::new(policy, rule), subject, terms: terms.clone() })
    };
    by_key.into_iter().filter_map(waiver).collect()
}

/// Nothing for what can't be waived.
fn key(finding: &FindingReport) -> Option<Key> {
    let document = finding.document.as_ref().filter(|_| finding.enforcement == Enforcement::Overridable)?;
    let file = if document.name.is_empty() { Some(finding.file.clone()?) } else { None };
    Some((finding.rule.clone(), document.kind.clone(), document.namespace.clone(), document.name.clone(), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Result<String, String> {
        let now = "2026-11-24T23:59:59Z".parse().unwrap();
        last_day(text, now).map(|day| day.to_string()).map_err(|failure| failure.message)
    }

    #[test]
    fn a_last_day_is_written_or_counted_from_today() {
        for (text, expected) in [
            ("2027-01-31", "2027-01-31"),
            ("90d", "2027-02-22"),
            ("2w", "2026-12-08"),
            ("1mo", "2026-12-24"),
            ("2026-11-24", "2026-11-24"),
        ] {
            assert_eq!(day(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_day_that_is_over_or_that_nobody_understands_is_refused() {
        assert_eq!(day("2026-11-23"), Err("`--expires 2026-11-23` is over already".to_owned()));
        for text in ["", "soon", "90", "2027-02-30"] {
            assert_eq!(day(text), Err(format!("`--expires {text}` is neither a day nor a time")));
        }
        assert!(day("-1d").is_err());
    }
}
