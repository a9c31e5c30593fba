//! `tollgate override`: break-glass for named gates, signed by several people.

mod recovery;

use std::collections::BTreeMap;

use tollgate_core::act::{Override, Restored};
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
    let one = |failure: Failure| vec![failure];
    let (delivery, failures) = wiring::delivery_to_recover(invocation)?;
    wiring::require_trust(invocation).map_err(one)?;
    require_key(&delivery).map_err(one)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let terms = pipeline.overrides.as_ref().ok_or_else(|| vec![no_overrides()])?;
    let breaking = Breaking { delivery: &delivery, arguments, pipeline, terms, by: &by };
    let (index, written) = match override_entry(&arguments.subject) {
        Some(index) => (index, breaking.confirm(index).map_err(one)?),
        None if arguments.recover => opened_by(recovery::open(invocation, &breaking)?),
        None if !failures.is_empty() => return Err(failures),
        None => opened_by(breaking.open().map_err(one)?),
    };
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let message = progress(&history, index, terms, &pipeline.people).map_err(one)?;
    tell(&delivery, &by, arguments.output, written, message).map_err(one)
}

/// The entry that was written, and its type.
type Written = (u64, &'static str);

const fn opened_by(written: Written) -> (u64, Written) {
    (written.0, written)
}

/// Somebody breaks glass.
struct Breaking<'a> {
    delivery: &'a Delivery,
    arguments: &'a Arguments,
    pipeline: &'a Pipeline,
    terms: &'a OverrideTerms,
    by: &'a By,
}

impl Breaking<'_> {
    /// For a promotion.
    fn open(&self) -> Result<Written, Failure> {
        write(self.delivery, self.by, &mut |history| {
            self.may_sign(false)?;
            let telling = telling(&self.delivery.ledger, history, &self.arguments.subject)?;
            let promotion = find(&telling, &self.arguments.subject)?;
            let opened = self.opening(gates(&self.arguments.gates, &promotion, self.pipeline)?, None)?;
            Ok(Act { subject: promotion.decision.subject.clone(), body: Body::Override(opened), blobs: BTreeMap::new() })
        })
    }

    /// As the next one who signs it.
    fn confirm(&self, index: u64) -> Result<Written, Failure> {
        write(self.delivery, self.by, &mut |history| {
            let (entry, first) = opened(history, index)?;
            if first.in_cluster.is_some() {
                let message = format!("O-{index} was broken in a cluster, and passes nothing here that could be signed");
                return Err(
                    Failure::of_message(ExitCode::Denied, message).with_hint(format!("review it: `tollgate approve O-{index}`"))
                );
            }
            self.may_sign(first.recover)?;
            let signed = signed(history, index, self.terms, &self.pipeline.people);
            if signed.is_some_and(|signed| signed.signers.iter().any(|one| one.principal == self.by.principal)) {
                let message = format!("`{}` has signed O-{index} already; another person must", self.by.principal);
                return Err(Failure::of_message(ExitCode::Denied, message));
            }
            if first.until <= Invocation::now() {
                let message = format!("the override O-{index} ended at {}", first.until);
                return Err(Failure::of_message(ExitCode::Denied, message).with_hint("open a new one"));
            }
            let body = Body::Override(Override { confirms: Some(index), ..first.clone() });
            Ok(Act { subject: entry.subject.clone(), body, blobs: BTreeMap::new() })
        })
    }

    /// Whether this person may sign an override or a recovery at all.
    fn may_sign(&self, recover: bool) -> Result<(), Failure> {
        let person = self.pipeline.people.person(&self.by.principal);
        if self.terms.may_sign(&person, recover) && !person.automation && !self.by.automation {
            return Ok(());
        }
        let what = if recover { "recovery" } else { "override" };
        let failure = Failure::of_message(ExitCode::Denied, format!("`{}` may not sign this {what}", self.by.principal));
        Err(failure.with_hint(format!("those who may are {}", who(self.terms, recover))))
    }

    /// What the command line says about it.
    fn opening(&self, gates: Vec<String>, restores: Option<Restored>) -> Result<Override, Failure> {
        let Self { arguments, terms, .. } = self;
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
        let (ticket, review_by, recover) = (arguments.ticket.clone(), later(now, terms.review_within)?, restores.is_some());
        Ok(Override { gates, reason, ticket, until, review_by, recover, confirms: None, restores, in_cluster: None })
    }
}

fn no_overrides() -> Failure {
    let failure =
        Failure::of_message(ExitCode::InvalidConfiguration, "the policy in force has no `overrides`, so no gate can be passed");
    failure.with_hint("overrides are part of tollgate.yaml, and come into force by `tollgate policy accept`")
}

/// Who may sign, in words.
fn who(terms: &OverrideTerms, recover: bool) -> String {
    let names = if recover { &terms.recover_by } else { &terms.by };
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn later(now: Timestamp, seconds: u64) -> Result<Timestamp, Failure> {
    let length = i64::try_from(seconds).unwrap_or(i64::MAX);
    let later = now.checked_add(jiff::SignedDuration::from_secs(length));
    later.map_err(|_| Failure::of_message(ExitCode::InvalidConfiguration, "a duration of `overrides` ends after the calendar does"))
}

/// The gates that are named, each on the way of the promotion, and none that nobody may pass.
fn gates(named: &[String], promotion: &Promotion<'_>, pipeline: &Pipeline) -> Result<Vec<String>, Failure> {
    let there: Vec<&str> = promotion.decided.gates.iter().map(|gate| gate.name.as_str()).collect();
    let explains = format!("`tollgate explain {}` names those that block", promotion.id);
    let gates = sorted(named, &there, &format!("on the way of {}", promotion.id), &explains)?;
    for name in &gates {
        let is_mandatory = pipeline.gates.iter().any(|gate| gate.name == *name && gate.enforcement == Enforcement::Mandatory);
        if is_mandatory {
            let message = format!("the gate `{name}` is mandatory, so nothing passes what it says");
            let failure = Failure::of_message(ExitCode::Denied, message);
            return Err(failure.with_hint("where the policy in force can't judge at all, `--recover` goes back to one that could"));
        }
    }
    Ok(gates)
}

/// The gates that are named, sorted, each once and among those that are there.
fn sorted(named: &[String], there: &[&str], place: &str, hint: &str) -> Result<Vec<String>, Failure> {
    if named.is_empty() {
        let failure = Failure::of_message(ExitCode::Usage, "an override names the gates that it passes");
        return Err(failure.with_hint(format!("say `--gate NAME`; {hint}")));
    }
    if let Some(name) = named.iter().find(|name| !there.contains(&name.as_str())) {
        let known: Vec<String> = there.iter().map(|name| format!("`{name}`")).collect();
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("no gate `{name}` stands {place}"));
        return Err(failure.with_hint(format!("gates there are {}", known.join(", "))));
    }
    let mut gates = named.to_vec();
    gates.sort();
    gates.dedup();
    Ok(gates)
}

fn signed<'a>(history: &'a Gist, index: u64, terms: &OverrideTerms, people: &People) -> Option<SignedOverride<'a>> {
    history.overrides(people, terms).into_iter().find(|signed| signed.entry.index == index)
}

/// How far the override is, and what comes next.
fn progress(history: &Gist, index: u64, terms: &OverrideTerms, people: &People) -> Result<String, Failure> {
    let (entry, first) = opened(history, index)?;
    let missing = signed(history, index, terms, people).map_or(terms.approvals, |signed| signed.missing(terms));
    let (gates, until, review_by) = (first.gates.join(", "), first.until, first.review_by);
    if missing > 0 {
        let who = who(terms, first.recover);
        return Ok(format!(
            "O-{index} would pass {gates}; signatures that are missing: {missing}, from {who}: `tollgate override O-{index}`"
        ));
    }
    let review = format!("somebody else must review it by {review_by}: `tollgate approve O-{index}`");
    if let Some(restored) = &first.restores {
        let accept = format!("`tollgate policy accept {}`", restored.commit);
        return Ok(format!("O-{index} lets {accept} pass the errors of {gates} until {until}; {review}"));
    }
    let target = entry.subject.target.as_deref().unwrap_or_default();
    Ok(format!("O-{index} passes {gates} on the way of this recipe to `{target}` until {until}; {review}"))
}
