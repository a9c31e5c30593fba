//! The policy revision in force: the one that the ledger accepted last, read from the commit that its entry names.

use std::collections::BTreeMap;

use tollgate_config::{Configuration, LockProblems, PIPELINE_FILE, UseOfLock, compare_with_lock, read_pipeline};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::LoadPolicy;
use tollgate_core::gist::{Gist, PolicyInForce};
use tollgate_core::ports::{ReadLedger, ReadRepository};
use tollgate_gate::Policies;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::plugins::{Lock, Shelf, blobs};
use super::reader::{Reader, Tree};
use super::{Failures, failure_of_problem, failures_of};
use crate::delivery::components::ensure_local;
use crate::exit::fail;

/// What judges.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) revision: PolicyInForce,
    pub(crate) configuration: Configuration,
    pub(crate) policies: Policies,
    /// What every decision keeps in the ledger.
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
}

/// Reads the revision in force. It is never read from the tree that is judged.
pub(crate) fn read(
    history: &Gist,
    repository: &dyn ReadRepository,
    ledger: &dyn ReadLedger,
    loader: &dyn LoadPolicy,
) -> Result<InForce, Failures> {
    let revision = history.policy_in_force().ok_or_else(|| vec![no_policy()])?;
    let read = at_commit(&revision.commit, repository, ledger, loader)?;
    require_digest(&revision, read.configuration.policy_digest)?;
    Ok(InForce { revision, configuration: read.configuration, policies: read.policies, blobs: read.blobs })
}

/// The same where it can't judge: without its policies, and with why they can't be loaded. Nothing that is asked of it gets
/// an answer but an error, which blocks. What can't be read at all is refused as ever.
pub(crate) fn read_to_recover(
    history: &Gist,
    repository: &dyn ReadRepository,
    ledger: &dyn ReadLedger,
    loader: &dyn LoadPolicy,
) -> Result<(InForce, Failures), Failures> {
    let failures = match read(history, repository, ledger, loader) {
        Ok(in_force) => return Ok((in_force, Failures::new())),
        Err(failures) => failures,
    };
    // What can't be reached now may be there later.
    if failures.iter().any(|failure| failure.exit != ExitCode::InvalidConfiguration) {
        return Err(failures);
    }
    match unasked(history, repository, ledger) {
        Ok(in_force) => Ok((in_force, failures)),
        Err(_) => Err(failures),
    }
}

/// The same without its policies, for what asks none. Whatever is asked of it all the same gets an error, which blocks.
pub(crate) fn unasked(history: &Gist, repository: &dyn ReadRepository, ledger: &dyn ReadLedger) -> Result<InForce, Failures> {
    let revision = history.policy_in_force().ok_or_else(|| vec![no_policy()])?;
    let configuration = configuration(history, repository, ledger)?;
    Ok(InForce { revision, configuration, policies: Policies::default(), blobs: BTreeMap::new() })
}

/// The configuration in force, for what asks no policy. It is read from the ledger's word alone, as [`read`] does.
pub(crate) fn configuration(
    history: &Gist,
    repository: &dyn ReadRepository,
    ledger: &dyn ReadLedger,
) -> Result<Configuration, Failures> {
    let revision = history.policy_in_force().ok_or_else(|| vec![no_policy()])?;
    ensure_local(repository, &revision.commit).map_err(|error| vec![fail(error)])?;
    let reader = Reader { tree: Tree::Commit { repository, commit: &revision.commit }, ledger: Some(ledger) };
    let configuration = read_pipeline(&reader, PIPELINE_FILE, UseOfLock::Obey).map_err(failures_of)?;
    require_digest(&revision, configuration.policy_digest)?;
    Ok(configuration)
}

/// What was read is what was accepted.
fn require_digest(revision: &PolicyInForce, found: Digest) -> Result<(), Failures> {
    if found == revision.digest {
        return Ok(());
    }
    let message = format!(
        "the policy of commit `{}` has the digest `{found}`, but the ledger accepted `{}`",
        revision.commit, revision.digest
    );
    Err(vec![Failure::of_message(ExitCode::InvalidConfiguration, message)])
}

fn no_policy() -> Failure {
    Failure::of_message(ExitCode::LedgerUnavailable, "the ledger puts no policy in force")
}

/// A policy revision that may be in force or not.
#[derive(Debug)]
pub(crate) struct Revision {
    pub(crate) configuration: Configuration,
    pub(crate) policies: Policies,
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
}

/// Reads the policy revision of a commit, and loads its plugins: all must be locked.
pub(crate) fn at_commit(
    commit: &str,
    repository: &dyn ReadRepository,
    ledger: &dyn ReadLedger,
    loader: &dyn LoadPolicy,
) -> Result<Revision, Failures> {
    ensure_local(repository, commit).map_err(|error| vec![fail(error)])?;
    let reader = Reader { tree: Tree::Commit { repository, commit }, ledger: Some(ledger) };
    let configuration = read_pipeline(&reader, PIPELINE_FILE, UseOfLock::Obey).map_err(failures_of)?;
    let LockProblems { missing, stale, .. } = compare_with_lock(&configuration);
    let unlocked: Failures = missing.iter().chain(&stale).map(failure_of_problem).collect();
    if !unlocked.is_empty() {
        return Err(unlocked);
    }
    let shelf = Shelf { reader: &reader, ledger: Some(ledger), lock: Lock::Required };
    let policies = shelf.load(&configuration, loader)?;
    let blobs = blobs(&policies, &configuration, &shelf).map_err(|failure| vec![failure])?;
    Ok(Revision { configuration, policies, blobs })
}
