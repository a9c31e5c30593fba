//! `tollgate audit report`: what an auditor asks for about a time.

mod chain;
mod controls;
mod exceptions;

use tollgate_core::entry::{Body, Entry, PromotionId};
use tollgate_core::history::{History, Promotion};
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::time::Timestamp;
use tollgate_report::audit::{PeriodReport, Revision};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::log::instant;
use super::reconcile::count;
use crate::cli::audit::{Report, ReportFormat};
use crate::commands::Outcome;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};

pub(crate) fn run(invocation: &Invocation, arguments: &Report) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let period = Period::new(arguments).map_err(one)?;
    let delivery = wiring::delivery(invocation)?;
    let history = delivery.ledger.history().map_err(fail).map_err(one)?;
    let report = report(&delivery, &history, &period, arguments.standard.clone()).map_err(one)?;
    let text = match arguments.output {
        ReportFormat::Markdown => report.to_markdown(),
        ReportFormat::Html => report.to_html(),
        ReportFormat::Csv => report.to_csv().map_err(|error| one(Failure::new(ExitCode::Unexpected, &error)))?,
        ReportFormat::Json => output::json(&report).map_err(one)?,
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// A time.
struct Period {
    from: Timestamp,
    /// The first moment that is no part of it.
    to: Timestamp,
}

impl Period {
    fn new(arguments: &Report) -> Result<Self, Failure> {
        let (from, to) = (instant(&arguments.from, 0)?, instant(&arguments.to, 1)?);
        if from < to {
            return Ok(Self { from, to });
        }
        let message = format!("the time from `{}` to `{}` has no length", arguments.from, arguments.to);
        Err(Failure::of_message(ExitCode::Usage, message).with_hint("`--from` is the first day, `--to` the last"))
    }

    fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    fn entries<'a>(&self, history: &'a History) -> impl Iterator<Item = &'a Entry> {
        history.entries().iter().filter(|entry| self.has(entry.at))
    }
}

fn report(delivery: &Delivery, history: &History, period: &Period, standard: Option<String>) -> Result<PeriodReport, Failure> {
    let promotions: Vec<Promotion<'_>> =
        history.promotions().into_iter().filter(|promotion| period.has(promotion.decision.at)).collect();
    let changes = promotions.iter().map(|promotion| chain::of(promotion, history, &delivery.ledger)).collect::<Result<_, _>>();
    let exceptions = exceptions::all(period, history, &delivery.ledger).map_err(fail)?;
    let is_unsigned = |entry: &&Entry| entry.by.key.is_none();
    Ok(PeriodReport {
        version: 1,
        repo: history.trust().map(|(entry, _)| entry.repo.clone()).unwrap_or_default(),
        from: period.from,
        to: period.to,
        entries: period.entries(history).count() as u64,
        unsigned: period.entries(history).filter(is_unsigned).count() as u64,
        revisions: revisions(history, period),
        population: count(&promotions),
        changes: changes.map_err(fail)?,
        exceptions,
        controls: controls::rows(delivery, &promotions, standard.as_deref()),
        standard,
        notices: delivery.notices.clone(),
    })
}

/// The revision that was in force when the time began, and those that came into force in it.
fn revisions(history: &History, period: &Period) -> Vec<Revision> {
    let all = history.entries().iter().filter_map(revision);
    let (before, after): (Vec<_>, Vec<_>) = all.partition(|revision| revision.since < period.from);
    before.into_iter().next_back().into_iter().chain(after.into_iter().filter(|revision| revision.since < period.to)).collect()
}

fn revision(entry: &Entry) -> Option<Revision> {
    let (commit, digest, gated) = match &entry.body {
        Body::Trust(trust) => (&trust.commit, trust.policy, false),
        Body::PolicyAccept(accept) => (&accept.commit, accept.policy, !accept.gates.is_empty()),
        _ => return None,
    };
    let by = entry.by.principal.clone();
    Some(Revision { commit: commit.clone(), digest, entry: entry.index, since: entry.at, by, gated })
}

/// Whether an entry is about a promotion.
fn is_about(entry: &Entry, promotion: &PromotionId) -> bool {
    entry.subject.promotion.as_ref() == Some(promotion)
}

#[cfg(test)]
mod tests;
