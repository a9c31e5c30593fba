//! `tollgate override`: break-glass for named gates, signed by several people.

use std::collections::BTreeMap;

use tollgate_core::act::Override;
use tollgate_core::entry::{Body, By};
use tollgate_core::gist::Gist;
use tollgate_core::overrides::{OverrideTerms, SignedOverride};
use tollgate_core::people::People;
use tollgate_core::pipeline::Pipeline;
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::promotion::Promotion;
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::duration::after;
use super::subject::{opened, override_entry};
use super::write::{Act, require_key, tell, write};
use crate::cli::people::Override as Arguments;
use crate::commands::Outcome;
use crate::commands::named_promotion::{find, telling};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let delivery = wiring::delivery(invocation)?;
    override_gates(invocation, arguments, &delivery).map_err(|failure| vec![failure])
}

fn override_gates(invocation: &Invocation, arguments: &Arguments, delivery: &Delivery) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    require_key(delivery)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let terms = pipeline.overrides.as_ref().ok_or_else(no_overrides)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger)?;
    let confirms = override_entry(&arguments.subject);
    let written = write(delivery, &by, &mut |history| match confirms {
        Some(index) => confirm(history, index, terms, &by, &pipeline.people),
        None => {
            let telling = telling(&delivery.ledger, history, &arguments.subject)?;
            open(&telling, arguments, pipeline, terms, &by)
        }
    })?;
    let history = delivery.ledger.gist().map_err(fail)?;
    let message = progress(&history, confirms.unwrap_or(written.0), terms, &pipeline.people)?;
    tell(delivery, &by, arguments.output, written, message)
}

fn no_overrides() -> Failure {
    let failure =
        Failure::of_message(ExitCode::InvalidConfiguration, "the policy in force has no `overrides`, so no gate can be passed");
    failure.with_hint("overrides are part of tollgate.yaml, and come into force by `tollgate policy accept`")
}

/// Whether this person may sign an override at all.
fn may_sign(by: &By, recover: bool, terms: &OverrideTerms, people: &People) -> Result<(), Failure> {
    let allowed = if recover { &terms.recover_by } else { &terms.by };
    let person = people.person(&by.principal);
    if person.is_one_of(allowed) && !person.automation && !by.automation {
        return Ok(());
    }
    let message = format!("`{}` may not sign this override", by.principal);
    Err(Failure::of_message(ExitCode::Denied, message).with_hint(format!("those who may are {}", listed(allowed))))
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn open(history: &Gist, arguments: &Arguments, pipeline: &Pipeline, terms: &OverrideTerms, by: &By) -> Result<Act, Failure> {
    may_sign(by, arguments.recover, terms, &pipeline.people)?;
    let promotion = find(history, &arguments.subject)?;
    let gates = gates(&arguments.gates, &promotion, pipeline, arguments.recover)?;
    let usage = |message: &str| Failure::of_message(ExitCode::Usage, message);
    let reason = arguments.reason.clone().ok_or_else(|| usage("an override needs `--reason`"))?;
    if terms.needs_ticket && arguments.ticket.is_none() {
        return Err(usage("an override needs `--ticket`, as `overrides.require` of tollgate.yaml says"));
    }
    let now = Invocation::now();
    let longest = later(now, terms.max_duration)?;
    let until = arguments.duration.as_ref().map_or(Ok(longest), |duration| after(now, duration))?;
    if until > longest {
        return Err(usage("`--for` is longer than `overrides.maxDuration` of tollgate.yaml allows"));
    }
    let opened = Override {
        gates,
        reason,
        ticket: arguments.ticket.clone(),
        until,
        review_by: later(now, terms.review_within)?,
        recover: arguments.recover,
        confirms: None,
    };
    Ok(Act { subject: promotion.decision.subject.clone(), body: Body::Override(opened), blobs: BTreeMap::new() })
}

fn later(now: Timestamp, seconds: u64) -> Result<Timestamp, Failure> {
    let length = i64::try_from(seconds).unwrap_or(i64::MAX);
    let later = now.checked_add(jiff::SignedDuration::from_secs(length));
    later.map_err(|_| Failure::of_message(ExitCode::InvalidConfiguration, "a duration of `overrides` ends after the calendar does"))
}

/// The gates that are named, each on the way of the promotion, and none that nobody may pass.
fn gates(named: &[String], promotion: &Promotion<'_>, pipeline: &Pipeline, recover: bool) -> Result<Vec<String>, Failure> {
    if named.is_empty() {
        let failure = Failure::of_message(ExitCode::Usage, "an override names the gates that it passes");
        return Err(failure.with_hint(format!("say `--gate NAME`; `tollgate explain {}` names those that block", promotion.id)));
    }
    for name in named {
        let record = promotion.decided.gates.iter().find(|gate| gate.name == *name);
        let Some(record) = record else {
            let known: Vec<String> = promotion.decided.gates.iter().map(|gate| format!("`{}`", gate.name)).collect();
            let message = format!("no gate `{name}` stands on the way of {}", promotion.id);
            let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
            return Err(failure.with_hint(format!("gates there are {}", known.join(", "))));
        };
        let is_mandatory = pipeline.gates.iter().any(|gate| gate.name == *name && gate.enforcement == Enforcement::Mandatory);
        if is_mandatory && !(recover && record.verdict == "error") {
            let message = format!("the gate `{name}` is mandatory, so nothing passes what it says");
            let failure = Failure::of_message(ExitCode::Denied, message);
            return Err(failure.with_hint("where it could not judge at all, `--recover` may pass that"));
        }
    }
    let mut gates = named.to_vec();
    gates.sort();
    gates.dedup();
    Ok(gates)
}

fn confirm(history: &Gist, index: u64, terms: &OverrideTerms, by: &By, people: &People) -> Result<Act, Failure> {
    let (entry, first) = opened(history, index)?;
    may_sign(by, first.recover, terms, people)?;
    if signed(history, index, terms, people).is_some_and(|signed| signed.signers.iter().any(|one| one.principal == by.principal)) {
        let message = format!("`{}` has signed O-{index} already; another person must", by.principal);
        return Err(Failure::of_message(ExitCode::Denied, message));
    }
    if first.until <= Invocation::now() {
        let message = format!("the override O-{index} ended at {}", first.until);
        return Err(Failure::of_message(ExitCode::Denied, message).with_hint("open a new one"));
    }
    let body = Body::Override(Override { confirms: Some(index), ..first.clone() });
    Ok(Act { subject: entry.subject.clone(), body, blobs: BTreeMap::new() })
}

fn signed<'a>(history: &'a Gist, index: u64, terms: &OverrideTerms, people: &People) -> Option<SignedOverride<'a>> {
    history.overrides(people, terms).into_iter().find(|signed| signed.entry.index == index)
}

/// How far the override is, and what comes next.
fn progress(history: &Gist, index: u64, terms: &OverrideTerms, people: &People) -> Result<String, Failure> {
    let (entry, first) = opened(history, index)?;
    let missing = signed(history, index, terms, people).map_or(terms.approvals, |signed| signed.missing(terms));
    let gates = first.gates.join(", ");
    if missing > 0 {
        let who = if first.recover { &terms.recover_by } else { &terms.by };
        return Ok(format!(
            "O-{index} would pass {gates}; signatures that are missing: {missing}, from {}: `tollgate override O-{index}`",
            listed(who)
        ));
    }
    let target = entry.subject.target.as_deref().unwrap_or_default();
    Ok(format!(
        "O-{index} passes {gates} on the way of this recipe to `{target}` until {}; somebody else must review it by {}: `tollgate approve O-{index}`",
        first.until, first.review_by
    ))
}
