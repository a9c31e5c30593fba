//! `tollgate queue`: who waits for which target, what is ahead and why, and who works on it.

use std::thread::sleep;
use std::time::Duration;

use tollgate_core::entry::PromotionId;
use tollgate_core::gist::Gist;
use tollgate_core::lease::{Claim, LeaseTimes, Observer, SeenLease};
use tollgate_core::pipeline::Target;
use tollgate_core::ports::{KeepLease as _, LedgerError, ReadLedger};
use tollgate_core::promotion::Promotion;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::queue::{LeaseReport, QueueReport, QueuedPromotion, TargetQueue};

use super::Outcome;
use super::selection::unknown_target;
use crate::cli::Format;
use crate::cli::queue::Queue;
use crate::delivery::turn::beginning;
use crate::exit::fail;
use crate::invocation::{Invocation, monotonic};
use crate::output;
use crate::wiring::{self, Delivery};

/// How often leases are looked at while they are watched.
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) fn run(invocation: &Invocation, arguments: &Queue) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let (delivery, _) = wiring::delivery_to_tell(invocation)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let targets: Vec<&Target> = match &arguments.target {
        Some(name) => vec![pipeline.target(name).ok_or_else(|| vec![unknown_target(pipeline, name)])?],
        None => pipeline.targets().collect(),
    };
    let times = LeaseTimes::new(Duration::from_secs(pipeline.queue.lease));
    let watched = watch(&delivery, &targets, times, arguments.watch.unwrap_or_default()).map_err(one)?;
    // Read after the leases, so that whoever is seen to work is known to have begun.
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let queue = |(target, lease): (&&Target, Option<Watched>)| target_queue(&delivery.ledger, &history, target, lease, times);
    let queues = targets.iter().zip(watched).map(queue).collect::<Result<_, _>>().map_err(one)?;
    let report = QueueReport { version: 1, targets: queues, notices: delivery.notices.clone() };
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(one)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// A lease as it was seen last.
struct Watched {
    lease: SeenLease,
    /// For how long anything was looked at.
    watched: Duration,
    unchanged: Duration,
}

/// Looks at the leases, again and again for as long as somebody wants it.
fn watch(delivery: &Delivery, targets: &[&Target], times: LeaseTimes, length: Duration) -> Result<Vec<Option<Watched>>, Failure> {
    let mut start = None;
    let mut observers: Vec<(Observer, Option<Duration>)> = targets.iter().map(|_| (Observer::new(times), None)).collect();
    loop {
        let mut seen = Vec::new();
        for (target, (observer, first)) in targets.iter().zip(&mut observers) {
            let lease = delivery.leases.current(&target.name).map_err(fail)?;
            // One clock for both: a lease that never changed is as old as the first look at it.
            let now = monotonic();
            let claim = observer.observe(now, lease.as_ref());
            let watched = now.saturating_sub(*first.get_or_insert(now));
            let unchanged = match claim {
                Claim::Held { unchanged } => unchanged,
                Claim::Free | Claim::Stale { .. } => watched,
            };
            seen.push(lease.map(|lease| Watched { lease, watched, unchanged }));
        }
        let start = *start.get_or_insert_with(monotonic);
        let left = length.saturating_sub(monotonic().saturating_sub(start));
        if left.is_zero() {
            return Ok(seen);
        }
        sleep(PAUSE.min(left));
    }
}

fn target_queue(
    ledger: &dyn ReadLedger,
    history: &Gist,
    target: &Target,
    watched: Option<Watched>,
    times: LeaseTimes,
) -> Result<TargetQueue, Failure> {
    let lease = watched.map(|watched| lease_report(ledger, history, watched, times)).transpose().map_err(fail)?;
    let queue = history.queue(&target.name, Invocation::now());
    let mut ahead: Vec<PromotionId> = Vec::new();
    let mut waiting = Vec::new();
    for promotion in &queue {
        waiting.push(queued(promotion, &ahead, lease.as_ref()));
        ahead.push(promotion.id.clone());
    }
    Ok(TargetQueue { environment: target.environment.clone(), target: target.name.clone(), lease, waiting })
}

fn lease_report(ledger: &dyn ReadLedger, history: &Gist, watched: Watched, times: LeaseTimes) -> Result<LeaseReport, LedgerError> {
    let beginning = beginning(history, &watched.lease, ledger)?;
    let since = beginning.as_ref().map(|entry| entry.at);
    let record = watched.lease.record;
    let seconds = |length: Duration| length.as_secs();
    Ok(LeaseReport {
        // Where the lease does not tell the number yet, the ledger may.
        attempt: record.as_ref().and_then(|record| record.attempt.or_else(|| beginning.as_ref()?.subject.attempt)),
        renewals: record.as_ref().map_or(0, |record| record.sequence),
        promotion: record.as_ref().map(|record| record.promotion.clone()),
        holder: record.map(|record| record.holder),
        since,
        watched: seconds(watched.watched),
        unchanged: seconds(watched.unchanged),
        take_over_after: seconds(times.take_over_after()),
    })
}

fn queued(promotion: &Promotion<'_>, ahead: &[PromotionId], lease: Option<&LeaseReport>) -> QueuedPromotion {
    let id = &promotion.id;
    let worked_on = lease.and_then(|lease| lease.promotion.as_ref());
    let why = match (ahead.last(), worked_on, lease) {
        (Some(before), ..) => format!("behind {before}"),
        (None, Some(other), _) if other == id => "its attempt is about to begin".to_owned(),
        (None, Some(other), _) => format!("{other} is being applied"),
        (None, None, Some(_)) => "somebody unknown works on the target".to_owned(),
        (None, None, None) => format!("it is next: run `tollgate apply {id}`, or `tollgate promote --abort {id}`"),
    };
    QueuedPromotion {
        position: ahead.len() + 1,
        promotion: id.clone(),
        recipe: promotion.recipe(),
        reference: promotion.decided.provenance.reference.to_string(),
        since: promotion.decision.at,
        ahead: ahead.to_vec(),
        why,
    }
}
