//! `tollgate audit log`: what was written, newest last.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tollgate_core::entry::{Body, Entry, PromotionId};
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;
use tollgate_report::audit::{LogReport, LoggedEntry};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::words;
use crate::cli::audit::{Log, LogFormat};
use crate::delivery::proofs::recipe_of;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Log) -> Result<ExitCode, Failure> {
    let wanted = Wanted::new(arguments)?;
    let ledger = wiring::audited_ledger(invocation)?;
    let history = ledger.history().map_err(fail)?;
    let entries = entries(history.entries(), &ledger).map_err(fail)?;
    let entries = entries.into_iter().filter(|entry| wanted.has(entry)).collect();
    let report = LogReport { version: 1, entries, notices: wiring::first_seen(&ledger).into_iter().collect() };
    let text = match arguments.output {
        LogFormat::Text => report.to_text(invocation.style()),
        LogFormat::Json => output::json(&report)?,
        LogFormat::Csv => report.to_csv().map_err(|error| Failure::new(ExitCode::Unexpected, &error))?,
    };
    output::print(&text)?;
    Ok(ExitCode::Approved)
}

/// Which entries are told.
struct Wanted<'a> {
    arguments: &'a Log,
    since: Option<Timestamp>,
    /// The first instant that is too late.
    before: Option<Timestamp>,
}

impl<'a> Wanted<'a> {
    fn new(arguments: &'a Log) -> Result<Self, Failure> {
        let since = arguments.since.as_deref().map(|text| instant(text, 0)).transpose()?;
        let before = arguments.until.as_deref().map(|text| instant(text, 1)).transpose()?;
        Ok(Self { arguments, since, before })
    }

    fn has(&self, entry: &LoggedEntry) -> bool {
        let Log { target, component, person, outcome, .. } = self.arguments;
        target.as_ref().is_none_or(|target| entry.target.as_ref() == Some(target))
            && component.as_ref().is_none_or(|component| entry.components.contains(component))
            && person.as_ref().is_none_or(|person| entry.by == *person)
            && outcome.is_none_or(|outcome| entry.outcome.as_deref() == Some(outcome.word()))
            && self.since.is_none_or(|since| entry.at >= since)
            && self.before.is_none_or(|before| entry.at < before)
    }
}

/// An instant of the command line. A date is its first moment in UTC, `days` later; an instant is that many seconds later, since
/// the times of entries are whole seconds.
pub(super) fn instant(text: &str, days: i64) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Timestamp::from_second(at.as_second() + days).unwrap_or(at));
    }
    // The parser would take a date with a time and forget the time.
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    let midnight = date.and_then(|date| format!("{date}T00:00:00Z").parse::<Timestamp>().ok());
    let at = midnight.and_then(|at| Timestamp::from_second(at.as_second() + days * 86_400).ok());
    at.ok_or_else(|| {
        let message = format!("`{text}` is no time: write a date (`2026-01-31`) or a time (`2026-01-31T08:00:00Z`)");
        Failure::of_message(ExitCode::Usage, message)
    })
}

fn entries(entries: &[Entry], ledger: &dyn ReadLedger) -> Result<Vec<LoggedEntry>, LedgerError> {
    let mut of_promotions: BTreeMap<PromotionId, Vec<String>> = BTreeMap::new();
    let mut logged = Vec::new();
    for entry in entries {
        let promotion = entry.subject.promotion.as_ref();
        let components = match &entry.body {
            Body::ServiceBuilt(built) => vec![built.service.clone()],
            Body::Decided(_) => {
                let recipe = recipe_of(entry, ledger)?;
                let names = recipe.iter().flat_map(Recipe::components).map(|component| component.component.clone());
                let names: Vec<String> = names.collect();
                of_promotions.extend(promotion.map(|id| (id.clone(), names.clone())));
                names
            }
            _ => promotion.and_then(|id| of_promotions.get(id)).cloned().unwrap_or_default(),
        };
        logged.push(told(entry, components));
    }
    Ok(logged)
}

fn told(entry: &Entry, components: Vec<String>) -> LoggedEntry {
    LoggedEntry {
        index: entry.index,
        at: entry.at,
        by: entry.by.principal.clone(),
        automation: entry.by.automation,
        key: entry.by.key.clone(),
        kind: entry.body.type_name().to_owned(),
        target: entry.subject.target.clone(),
        promotion: entry.subject.promotion.clone(),
        components,
        outcome: words::outcome(entry).map(ToOwned::to_owned),
        what: words::sentence(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_meant_as_a_whole_and_an_instant_as_itself() {
        let at = |text: &str, days| instant(text, days).unwrap().to_string();
        assert_eq!((at("2026-01-31", 0).as_str(), at("2026-01-31", 1).as_str()), ("2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"));
        assert_eq!(at("2026-01-31T08:00:00+01:00", 0), "2026-01-31T07:00:00Z");
        assert_eq!(at("2026-01-31T07:00:00Z", 1), "2026-01-31T07:00:01Z");
        for text in ["", "yesterday", "2026-02-30", "2026-01-31 08:00"] {
            assert_eq!(instant(text, 0).unwrap_err().exit, ExitCode::Usage, "{text}");
        }
    }
}
