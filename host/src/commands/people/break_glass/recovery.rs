//! `tollgate override --recover`: back to a policy revision that was in force before, where the one in force can't judge.

use std::collections::BTreeMap;

use tollgate_config::Configuration;
use tollgate_core::act::Restored;
use tollgate_core::decision::Decision;
use tollgate_core::entry::{Body, EntrySubject, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::verdict::Verdict;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::{Breaking, Written, sorted};
use crate::commands::accepting::{gates_on_policy, judge, on_policy_ref};
use crate::commands::people::write::{Act, write};
use crate::configuration::Failures;
use crate::configuration::in_force;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring;

/// Opens one: for a commit whose policy was in force, and for gates that can't judge it.
pub(super) fn open(invocation: &Invocation, breaking: &Breaking<'_>) -> Result<Written, Failures> {
    let one = |failure: Failure| vec![failure];
    let subject = &breaking.arguments.subject;
    breaking.may_sign(true).map_err(one)?;
    if PromotionId::parse(subject).is_some() {
        return Err(one(of_a_promotion(subject)));
    }
    let delivery = breaking.delivery;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let commit = on_policy_ref(delivery, &history, subject).map_err(one)?;
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    // What can't be loaded restores nothing.
    let revision = in_force::at_commit(&commit, &delivery.repository, &delivery.ledger, &sandbox)?.configuration;
    was_in_force(breaking, &commit, &revision).map_err(one)?;
    let gates = gates_that_err(breaking, &history, &commit, &revision)?;
    let opened = breaking.opening(gates, Some(Restored { commit, policy: revision.policy_digest })).map_err(one)?;
    let body = Body::Override(opened);
    let written = write(delivery, breaking.by, &mut |_| {
        Ok(Act { subject: EntrySubject::default(), body: body.clone(), blobs: BTreeMap::new() })
    });
    written.map_err(one)
}

fn of_a_promotion(id: &str) -> Failure {
    let message = format!("a recovery restores a policy revision, and `{id}` is a promotion");
    let failure = Failure::of_message(ExitCode::Denied, message);
    failure.with_hint("name the commit whose policy was in force before: `tollgate audit log` has it")
}

/// Only what has judged before is known to be able to.
fn was_in_force(breaking: &Breaking<'_>, commit: &str, revision: &Configuration) -> Result<(), Failure> {
    let denied = |message: String| Err(Failure::of_message(ExitCode::Denied, message));
    if revision.policy_digest == breaking.delivery.in_force.revision.digest {
        return denied(format!("the policy of commit `{commit}` is the one in force, so there is nothing to restore"));
    }
    let history = breaking.delivery.ledger.history().map_err(fail)?;
    if !history.was_in_force(revision.policy_digest) {
        return denied(format!("the policy of commit `{commit}` was never in force, so nothing shows that it can judge"));
    }
    Ok(())
}

/// The gates that are named: gates on changes of policy, and none that has an answer.
fn gates_that_err(
    breaking: &Breaking<'_>,
    history: &Gist,
    commit: &str,
    revision: &Configuration,
) -> Result<Vec<String>, Failures> {
    let there: Vec<&str> = gates_on_policy(breaking.pipeline).into_iter().map(|gate| gate.name.as_str()).collect();
    let hint = format!("`tollgate policy accept {commit}` names those that could not judge");
    let gates = sorted(&breaking.arguments.gates, &there, "before changes of policy", &hint).map_err(|failure| vec![failure])?;
    let decision = judge(breaking.delivery, history, commit, revision)?;
    let verdicts = decision.iter().flat_map(Decision::gates);
    let answered = verdicts.filter(|gate| gates.contains(&gate.name) && !matches!(gate.verdict, Verdict::Error { .. }));
    let failures: Failures = answered
        .map(|gate| {
            let message =
                format!("the gate `{}` can judge, and says `{}`: a recovery passes errors alone", gate.name, gate.verdict.word());
            Failure::of_message(ExitCode::Denied, message)
        })
        .collect();
    if failures.is_empty() { Ok(gates) } else { Err(failures) }
}
