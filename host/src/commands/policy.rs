//! `tollgate policy`: which policies judge, and with which bytes.

use serde::Serialize;
use tollgate_config::Configuration;
use tollgate_core::decision::{Decision, DecisionWord, GateRecord};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Draft, EntrySubject, PolicyAccept};
use tollgate_core::gist::Gist;
use tollgate_core::ports::{AppendEntry as _, AppendError, Proposal, ReadLedger as _, Refusal};
use tollgate_ledger::SIGNERS_BLOB;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::accepting::{Answer, judge, on_policy_ref};
use super::deciding::unheard;
use super::failed::of_finding;
use crate::cli::Format;
use crate::cli::policy::{Accept, Policy};
use crate::configuration::Failures;
use crate::configuration::in_force::{self, Revision};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, command: &Policy) -> Outcome {
    match command {
        Policy::Accept(arguments) => accept(invocation, arguments),
        Policy::List(arguments) => super::policy_list::list(invocation, arguments),
        Policy::Show(arguments) => super::policy_list::show(invocation, arguments),
        Policy::Test(arguments) => super::policy_test::run(invocation, arguments),
        Policy::Update(arguments) => super::update::run(invocation, arguments),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptReport {
    version: u32,
    entry: u64,
    commit: String,
    policy: Digest,
    /// The gates that passed; empty: the command was the yes.
    gates: Vec<GateRecord>,
}

fn accept(invocation: &Invocation, arguments: &Accept) -> Outcome {
    let one = |failure: Failure| vec![failure];
    wiring::require_trust(invocation).map_err(one)?;
    let (delivery, failures) = wiring::delivery_to_recover(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let commit = on_policy_ref(&delivery, &history, &arguments.commit).map_err(one)?;
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    let Revision { configuration, mut blobs, .. } = in_force::at_commit(&commit, &delivery.repository, &delivery.ledger, &sandbox)?;
    let gates = match judge(&delivery, &history, &commit, &configuration)? {
        Some(answer) => passed(answer, failures)?,
        None => Vec::new(),
    };
    let before = delivery.in_force.revision.digest;
    blobs.extend(signers(&delivery, &configuration).map_err(one)?);
    let body = PolicyAccept { commit: commit.clone(), policy: configuration.policy_digest, gates: gates.clone() };
    let draft = Draft {
        at: Invocation::now(),
        by,
        policy: Some(before),
        subject: EntrySubject::default(),
        body: Body::PolicyAccept(body),
        blobs,
        attached: Vec::new(),
    };
    let entry = append(&delivery, &draft, before).map_err(one)?;
    let report = AcceptReport { version: 1, entry, commit, policy: configuration.policy_digest, gates };
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(one)?,
        Format::Text => text(&report),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// The signers that the revision brings, for readers of the ledger. A ledger that is signed can't be left without any.
fn signers(delivery: &Delivery, configuration: &Configuration) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let file = configuration.pipeline.people.signers.as_ref();
    if let Some(file) = file {
        let signers = wiring::signers(file)?;
        if !signers.is_empty() {
            return Ok(Some((SIGNERS_BLOB.to_owned(), file.text.clone().into_bytes())));
        }
    }
    if delivery.ledger.signers().is_none() {
        return Ok(None);
    }
    let message = "the revision names no signers, and the ledger has some, so nobody could write to it any more";
    Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("keep `people.signers` in tollgate.yaml"))
}

fn text(report: &AcceptReport) -> String {
    let AcceptReport { entry, commit, policy, gates, .. } = report;
    let names: Vec<&str> = gates.iter().map(|gate| gate.name.as_str()).collect();
    let gates = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("entry {entry}: the policy of commit {commit} is in force: {policy}\ngates: {gates}\n")
}

/// The gates that passed. `failures` say why the policy in force can't be asked, where it can't.
fn passed(answer: Answer, failures: Failures) -> Result<Vec<GateRecord>, Failures> {
    let Answer { decision, unheard: silence } = answer;
    let silence = silence.map(|error| unheard(error, decision.word()));
    if decision.word() != DecisionWord::Approved {
        return Err(refusals(&decision, failures).into_iter().chain(silence.and_then(Result::err)).collect());
    }
    if let Some(Ok(notice)) = silence {
        output::tell(&format!("{notice}\n"));
    }
    Ok(decision.records())
}

/// Why a revision is not accepted. `failures` say why the policy in force can't be asked, where it can't.
fn refusals(decision: &Decision, failures: Failures) -> Failures {
    use tollgate_core::finding::Level;
    let denied = decision.findings().iter().filter(|finding| finding.level == Level::Deny).map(of_finding);
    let errors = decision.errors().map(|gate| {
        let message = format!("gate `{}` could not judge the change of policy", gate.name);
        Failure::of_message(ExitCode::PluginFailed, message).with_hint(
            "where this revision was in force before, `tollgate override --recover COMMIT --gate NAME` may pass the error",
        )
    });
    let waits = decision.waits().into_iter().map(|wait| Failure::of_message(ExitCode::Pending, wait.reason));
    let mut failures: Failures = failures.into_iter().chain(denied).chain(errors).chain(waits).collect();
    if failures.is_empty() {
        failures.push(Failure::of_message(ExitCode::Pending, "no gate on changes of policy said yes"));
    }
    failures
}

fn append(delivery: &Delivery, draft: &Draft, before: Digest) -> Result<u64, Failure> {
    let appended = delivery.ledger.append(&mut |history: &Gist| {
        let unchanged = history.policy_in_force().is_some_and(|policy| policy.digest == before);
        if unchanged { Ok(Proposal { drafts: vec![draft.clone()] }) } else { Err(Refusal) }
    });
    match appended {
        Ok(entries) => Ok(entries.first().map(|entry| entry.index).unwrap_or_default()),
        Err(AppendError::Refused) => {
            let message = "another policy came into force meanwhile; run the command again";
            Err(Failure::of_message(ExitCode::Pending, message))
        }
        Err(error) => Err(fail(error)),
    }
}
