//! `tollgate policy`: which policies judge, and with which bytes.

use std::collections::BTreeSet;

use serde::Serialize;
use tollgate_config::Configuration;
use tollgate_core::decision::{Decision, DecisionWord, GateRecord};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Draft, EntrySubject, PolicyAccept};
use tollgate_core::gist::Gist;
use tollgate_core::people::SignersFile;
use tollgate_core::pipeline::{Change, Gate, GitReference};
use tollgate_core::ports::{AppendEntry as _, AppendError, Proposal, ReadLedger as _, ReadRepository as _, Refusal};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_ledger::SIGNERS_BLOB;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::deciding::{Asks, unheard};
use super::failed::of_finding;
use crate::cli::Format;
use crate::cli::policy::{Accept, Policy};
use crate::configuration::Failures;
use crate::configuration::in_force::{self, Revision};
use crate::delivery::change::{AskedForge, ChangeReader, Since, Told};
use crate::delivery::policy_change::{PolicyJury, Proposed};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::sources::{FileToRead, Files, read_documents};
use crate::wiring::{self, Delivery, Lines};
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
    let delivery = wiring::delivery(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let commit = on_policy_ref(&delivery, &history, &arguments.commit).map_err(one)?;
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    let Revision { configuration, mut blobs, .. } = in_force::at_commit(&commit, &delivery.repository, &delivery.ledger, &sandbox)?;
    let gates = judge(&delivery, &history, &commit, &configuration)?;
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

/// The commit, if it is on the policy ref at the remote.
fn on_policy_ref(delivery: &Delivery, history: &Gist, revision: &str) -> Result<String, Failure> {
    let (_, trust) =
        history.trust().ok_or_else(|| Failure::of_message(ExitCode::LedgerUnavailable, "the ledger has no entry 0"))?;
    let branch = &trust.policy_ref;
    // The branch first: that fetches what this clone may not have yet.
    delivery.repository.resolve_at_remote(&format!("refs/heads/{branch}")).map_err(fail)?;
    let commit = delivery.repository.commit(revision).map_err(fail)?;
    if delivery.repository.is_on_branch(&commit, branch).map_err(fail)? {
        return Ok(commit);
    }
    let message = format!("commit `{commit}` is not on the policy ref `{branch}` at the remote");
    Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("merge it there first"))
}

/// Asks the gates in force that judge changes of policy about the new revision. Where there are none, the command is the yes.
fn judge(delivery: &Delivery, history: &Gist, commit: &str, new: &Configuration) -> Result<Vec<GateRecord>, Failures> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let gates: Vec<&Gate> = pipeline.gates.iter().filter(|gate| gate.matches.change == Change::Policy).collect();
    if gates.is_empty() {
        return Ok(Vec::new());
    }
    let one = |failure: Failure| vec![failure];
    let now = Invocation::now();
    let names = gates.iter().flat_map(|gate| gate.requirement.policies());
    let asks = Asks::of(&delivery.in_force.policies, names);
    let (tree, mut told) = told(delivery, history, commit, now, asks).map_err(one)?;
    let silence = told.unheard.take();
    let files: Vec<String> = new.files.keys().cloned().collect();
    let documents = read_documents(vec![policy_files(delivery, commit, &files).map_err(one)?]);
    let files = differing(&delivery.in_force.configuration, new);
    let (policies, policy) = (&delivery.in_force.policies, delivery.in_force.revision.digest);
    let jury = PolicyJury { pipeline, policies, policy, history, locate: &Lines, now };
    let proposed = Proposed { commit, digest: new.policy_digest, pipeline: &new.pipeline, files, tree: &tree, told, documents };
    let decision = jury.judge(&gates, &proposed);
    let approved = decision.word() == DecisionWord::Approved;
    let mut failures = if approved { Failures::new() } else { refusals(&decision) };
    match silence.map(|error| unheard(error, decision.word())) {
        Some(Ok(notice)) => output::tell(&format!("{notice}\n")),
        Some(Err(failure)) => failures.push(failure),
        None => {}
    }
    if approved { Ok(decision.records()) } else { Err(failures) }
}

/// The tree of the revision's commit, and what git tells of how it came, and the forge, where the gates look at that.
fn told(delivery: &Delivery, history: &Gist, commit: &str, now: Timestamp, asks: Asks) -> Result<(String, Told), Failure> {
    let repository = &delivery.repository;
    let people = &delivery.in_force.configuration.pipeline.people;
    let nobody = SignersFile { path: String::new(), text: String::new() };
    let signers = wiring::signers(people.signers.as_ref().unwrap_or(&nobody))?;
    let branch = history.trust().map(|(_, trust)| trust.policy_ref.clone()).unwrap_or_default();
    let provenance = Provenance { reference: GitReference::Branch(branch), commit: commit.to_owned() };
    let tree = repository.tree_hash(commit, "").map_err(fail)?.unwrap_or_default();
    let forge = people.forge.as_ref().filter(|_| asks.who).map(wiring::forge_reader);
    let forge = forge.as_deref().map(|forge| AskedForge { forge, must_answer: asks.facts });
    let reader = ChangeReader { repository, people, signers: signers.as_ref(), forge, history, since: Since::Policy, now };
    let told = reader.read(&provenance, &tree).map_err(fail)?;
    Ok((tree, told))
}

/// Paths of files that are not the same in two revisions, sorted.
fn differing(before: &Configuration, after: &Configuration) -> Vec<String> {
    let paths: BTreeSet<&String> = before.files.keys().chain(after.files.keys()).collect();
    paths.into_iter().filter(|path| before.files.get(*path) != after.files.get(*path)).cloned().collect()
}

fn policy_files(delivery: &Delivery, commit: &str, paths: &[String]) -> Result<Files, Failure> {
    let mut files = Files::default();
    let manifests = paths.iter().filter(|path| !path.starts_with("builtin:") && path.ends_with(".yaml"));
    for path in manifests {
        let Some(bytes) = delivery.repository.read(commit, path).map_err(fail)? else { continue };
        let source = std::sync::Arc::new(tollgate_core::document::SourceFile { path: path.clone(), bytes });
        files.files.push(FileToRead { source, component: None });
    }
    Ok(files)
}

fn refusals(decision: &Decision) -> Failures {
    use tollgate_core::finding::Level;
    let denied = decision.findings().iter().filter(|finding| finding.level == Level::Deny).map(of_finding);
    let errors = decision.errors().map(|gate| {
        Failure::of_message(ExitCode::PluginFailed, format!("gate `{}` could not judge the change of policy", gate.name))
    });
    let waits = decision.waits().into_iter().map(|wait| Failure::of_message(ExitCode::Pending, wait.reason));
    let mut failures: Failures = denied.chain(errors).chain(waits).collect();
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
