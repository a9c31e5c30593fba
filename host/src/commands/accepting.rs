//! What the gates in force say of a policy revision that would come into force.

use std::collections::BTreeSet;

use tollgate_config::Configuration;
use tollgate_core::decision::Decision;
use tollgate_core::digest::Digest;
use tollgate_core::gist::Gist;
use tollgate_core::overrides::Passes;
use tollgate_core::people::SignersFile;
use tollgate_core::pipeline::{Change, Gate, GitReference, Pipeline};
use tollgate_core::ports::{ForgeError, ReadLedger as _, ReadRepository as _};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::deciding::Asks;
use crate::configuration::Failures;
use crate::delivery::change::{AskedForge, ChangeReader, Since, Told};
use crate::delivery::policy_change::{PolicyJury, Proposed};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::sources::{FileToRead, Files, read_documents};
use crate::wiring::{self, Delivery, Lines};

/// The commit, if it is on the policy ref at the remote.
pub(super) fn on_policy_ref(delivery: &Delivery, history: &Gist, revision: &str) -> Result<String, Failure> {
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

/// The gates in force that judge changes of policy.
pub(super) fn gates_on_policy(pipeline: &Pipeline) -> Vec<&Gate> {
    pipeline.gates.iter().filter(|gate| gate.matches.change == Change::Policy).collect()
}

/// What the gates said.
pub(super) struct Answer {
    pub(super) decision: Decision,
    /// The forge did not answer.
    pub(super) unheard: Option<ForgeError>,
}

/// Asks them about the new revision. Nothing where there are none: the command is the yes.
pub(super) fn judge(delivery: &Delivery, history: &Gist, commit: &str, new: &Configuration) -> Result<Option<Answer>, Failures> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let gates = gates_on_policy(pipeline);
    if gates.is_empty() {
        return Ok(None);
    }
    let one = |failure: Failure| vec![failure];
    let now = Invocation::now();
    let asks = Asks::of(&delivery.in_force.policies, gates.iter().flat_map(|gate| gate.requirement.policies()));
    let (tree, mut told) = told(delivery, history, commit, now, asks).map_err(one)?;
    let unheard = told.unheard.take();
    let files: Vec<String> = new.files.keys().cloned().collect();
    let documents = read_documents(vec![policy_files(delivery, commit, &files).map_err(one)?]);
    let files = differing(&delivery.in_force.configuration, new);
    let passes = recoveries(delivery, history, new.policy_digest, now).map_err(one)?;
    let (policies, policy) = (&delivery.in_force.policies, delivery.in_force.revision.digest);
    let jury = PolicyJury { pipeline, policies, policy, history, passes, locate: &Lines, now };
    let proposed = Proposed { commit, digest: new.policy_digest, pipeline: &new.pipeline, files, tree: &tree, told, documents };
    Ok(Some(Answer { decision: jury.judge(&gates, &proposed), unheard }))
}

/// What recoveries let pass for a revision that was in force before; for any other one, nothing.
fn recoveries(delivery: &Delivery, history: &Gist, policy: Digest, now: Timestamp) -> Result<Passes, Failure> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let Some(terms) = &pipeline.overrides else { return Ok(Passes::new()) };
    let passes = history.recoveries(&pipeline.people, terms, policy, now);
    // Only where there is one, all entries are read.
    let is_known = !passes.is_empty() && delivery.ledger.history().map_err(fail)?.was_in_force(policy);
    Ok(if is_known { passes } else { Passes::new() })
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
