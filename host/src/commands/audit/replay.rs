//! `tollgate audit replay`: recorded decisions, made again.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Decided, Entry, PromotionId};
use tollgate_core::evaluate::LoadPolicy;
use tollgate_core::history::History;
use tollgate_core::ports::{ReadLedger as _, ReadRepository};
use tollgate_ledger::GitLedger;
use tollgate_report::audit::{Difference, ReplayReport, ReplayedDecision};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::Format;
use crate::cli::audit::Replay as Arguments;
use crate::commands::Outcome;
use crate::configuration::Failures;
use crate::configuration::in_force::{self, Revision};
use crate::delivery::replay::{Replay, Replayed};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Lines};

/// A decision of the ledger.
type Decision<'a> = (&'a Entry, &'a Decided);

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let repository = wiring::repository(invocation).map_err(one)?;
    let ledger = wiring::audited_ledger(invocation).map_err(one)?;
    let history = ledger.history().map_err(fail).map_err(one)?;
    let wanted = wanted(&history, arguments).map_err(one)?;
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    let mut again =
        Again { repository: &repository, ledger: &ledger, history: &history, loader: &sandbox, revisions: BTreeMap::new() };
    let decisions = wanted.into_iter().map(|decision| again.decision(decision)).collect::<Result<Vec<_>, _>>().map_err(one)?;
    let report = ReplayReport { version: 1, decisions, notices: wiring::first_seen(&ledger).into_iter().collect() };
    let text = match arguments.output {
        Format::Text => report.to_text(invocation.style()),
        Format::Json => output::json(&report).map_err(one)?,
    };
    output::print(&text).map_err(one)?;
    Ok(report.exit())
}

/// The decisions that are asked for, in the order of the ledger or of the command line.
fn wanted<'a>(history: &'a History, arguments: &Arguments) -> Result<Vec<Decision<'a>>, Failure> {
    if arguments.all {
        return Ok(history.entries().iter().filter_map(decision).collect());
    }
    let named = |text: &String| {
        let id = PromotionId::parse(text);
        let found = id.and_then(|id| {
            history.entries().iter().filter(|entry| entry.subject.promotion.as_ref() == Some(&id)).find_map(decision)
        });
        found.ok_or_else(|| {
            let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("the ledger has no promotion `{text}`"));
            failure.with_hint("`tollgate audit log` names them")
        })
    };
    arguments.promotions.iter().map(named).collect()
}

fn decision(entry: &Entry) -> Option<Decision<'_>> {
    if let Body::Decided(decided) = &entry.body { Some((entry, decided)) } else { None }
}

/// Makes decisions again.
struct Again<'a> {
    repository: &'a dyn ReadRepository,
    ledger: &'a GitLedger,
    history: &'a History,
    loader: &'a dyn LoadPolicy,
    /// Policy revisions that were read, by digest; or why they can't be.
    revisions: BTreeMap<Digest, Result<Revision, String>>,
}

impl Again<'_> {
    fn decision(&mut self, (entry, decided): Decision<'_>) -> Result<ReplayedDecision, Failure> {
        let before = self.history.prefix(entry.index);
        let (repository, ledger) = (self.repository, self.ledger);
        let replayed = match self.revision(entry, &before) {
            Ok(Revision { configuration, policies, .. }) => {
                let pipeline = &configuration.pipeline;
                Replay { ledger, repository, locate: &Lines, pipeline, policies }.run(entry, decided, &before).map_err(fail)?
            }
            Err(missing) => Replayed::missing(vec![missing.clone()]),
        };
        Ok(told(entry, decided, replayed))
    }

    /// The revision that was in force: of the commit that the ledger put in force last before the decision.
    fn revision(&mut self, entry: &Entry, before: &History) -> &Result<Revision, String> {
        let digest = entry.policy.unwrap_or_else(|| Digest::of(b""));
        let (repository, ledger, loader) = (self.repository, self.ledger, self.loader);
        self.revisions.entry(digest).or_insert_with(|| revision(digest, before, repository, ledger, loader))
    }
}

fn revision(
    digest: Digest,
    before: &History,
    repository: &dyn ReadRepository,
    ledger: &GitLedger,
    loader: &dyn LoadPolicy,
) -> Result<Revision, String> {
    let accepted = before.policy_in_force().filter(|revision| revision.digest == digest);
    let accepted = accepted.ok_or_else(|| format!("policy {digest}: it was not in force then"))?;
    let unread = |failures: Failures| {
        let first = failures.first().map_or("", |failure| failure.message.as_str());
        format!("policy {} of commit {}: {first}", digest.short(), accepted.commit)
    };
    let revision = in_force::at_commit(&accepted.commit, repository, ledger, loader).map_err(unread)?;
    let read = revision.configuration.policy_digest;
    if read == digest { Ok(revision) } else { Err(format!("policy {digest}: commit {} has policy {read}", accepted.commit)) }
}

fn told(entry: &Entry, decided: &Decided, replayed: Replayed) -> ReplayedDecision {
    let difference = |difference: crate::delivery::replay::Difference| Difference {
        what: difference.what,
        recorded: difference.recorded,
        again: difference.again,
    };
    ReplayedDecision {
        promotion: entry.subject.promotion.clone(),
        entry: entry.index,
        at: entry.at,
        target: entry.subject.target.clone(),
        decision: decided.decision,
        differences: replayed.differences.into_iter().map(difference).collect(),
        missing: replayed.missing,
        taken: replayed.taken,
    }
}
