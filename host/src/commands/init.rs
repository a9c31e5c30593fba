//! `tollgate init --trust`: entry 0.

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Draft, EntrySubject, Trust};
use tollgate_core::ports::{AppendEntry as _, ReadLedger as _, ReadRepository as _};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use crate::cli::Format;
use crate::cli::trust::Init;
use crate::configuration::Failures;
use crate::configuration::in_force::{self, Revision};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;
use crate::writer::writer_among;

/// The branch that policies are read from where nobody says another.
const DEFAULT_POLICY_REF: [&str; 2] = ["main", "master"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitReport {
    version: u32,
    /// What `--trust` takes.
    trust: Digest,
    commit: String,
    policy_ref: String,
    policy: Digest,
    ledger: String,
    branch: String,
}

pub(crate) fn run(invocation: &Invocation, arguments: &Init) -> Outcome {
    if let Some(name) = &arguments.pair {
        return super::new_pair::run(invocation, arguments, name);
    }
    let Some(commit) = &arguments.commit else { return super::start::run(invocation, arguments) };
    let report = init(invocation, commit)?;
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(|failure| vec![failure])?,
        Format::Text => text(&report),
    };
    output::print(&text).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

fn text(report: &InitReport) -> String {
    let InitReport { trust, commit, policy_ref, policy, ledger, branch, .. } = report;
    format!(
        "the policy of commit {commit} on `{policy_ref}` is in force: {policy}
the ledger is branch `{branch}` of {ledger}

entry 0 is {trust}
  give it to every machine that promotes: `--trust {trust}` or TOLLGATE_TRUST

set these rules at the forge, so that nobody can rewrite what was written:
  branch `{branch}`: no force push, no deletion, pushes by whoever promotes
  branch `{policy_ref}`: no force push, no deletion, changes by reviewed pull requests
"
    )
}

fn init(invocation: &Invocation, commit: &str) -> Result<InitReport, Failures> {
    let one = |failure: Failure| vec![failure];
    let clone = wiring::repository(invocation).map_err(one)?;
    let repo = clone.remote_url().map_err(|error| {
        let failure = Failure::new(ExitCode::InvalidConfiguration, &error);
        vec![failure.with_hint("trust lives at a remote: add one with `git remote add origin URL`, and push")]
    })?;
    let ledger = wiring::ledger(invocation, &clone).map_err(one)?;
    let commit = clone.commit(commit).map_err(fail).map_err(one)?;
    let policy_ref = policy_ref(invocation, &clone, &commit).map_err(one)?;
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    let Revision { configuration, policies: _, blobs } = in_force::at_commit(&commit, &clone, &ledger, &sandbox)?;
    let file = configuration.pipeline.people.signers.as_ref();
    let signers = file.map(wiring::signers).transpose().map_err(one)?;
    let draft = Draft {
        at: Invocation::now(),
        by: writer_among(invocation, &clone, ledger.key(), signers.as_ref()).map_err(one)?,
        policy: None,
        subject: EntrySubject::default(),
        body: Body::Trust(Trust {
            policy_ref: policy_ref.clone(),
            commit: commit.clone(),
            policy: configuration.policy_digest,
            signers: file.map(|file| file.text.lines().map(ToOwned::to_owned).collect()).unwrap_or_default(),
            log_keys: Vec::new(),
        }),
        blobs,
        attached: Vec::new(),
    };
    ledger.create(&repo, draft).map_err(fail).map_err(one)?;
    ledger.gist().map_err(fail).map_err(one)?;
    let trust = ledger.trust_digest().ok_or_else(|| vec![Failure::of_message(ExitCode::Unexpected, "entry 0 has no digest")])?;
    let (place, branch) = (ledger.remote().to_owned(), ledger.branch().to_owned());
    Ok(InitReport { version: 1, trust, commit, policy_ref, policy: configuration.policy_digest, ledger: place, branch })
}

/// The policy ref: what `--policy-ref` says, else `main` or `master`, whichever the remote has. The commit must be on it there.
fn policy_ref(invocation: &Invocation, clone: &tollgate_repo::GitRepository, commit: &str) -> Result<String, Failure> {
    let given = invocation.global.policy_ref.as_deref();
    let candidates: Vec<&str> = given.map_or_else(|| DEFAULT_POLICY_REF.to_vec(), |given| vec![given]);
    let mut reason = None;
    for branch in &candidates {
        match clone.is_on_branch(commit, branch) {
            Ok(true) => return Ok((*branch).to_owned()),
            Ok(false) => reason = Some(format!("commit `{commit}` is not on `{branch}` at the remote")),
            Err(tollgate_core::ports::SourceError::UnknownReference { .. }) => {}
            Err(error) => return Err(fail(error)),
        }
    }
    let names: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
    let message = reason.unwrap_or_else(|| format!("the remote has no branch {}", names.join(" or ")));
    let hint = "push the commit there, or name the branch that policies are read from with `--policy-ref`";
    Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint(hint))
}
