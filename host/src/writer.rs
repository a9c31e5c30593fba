//! Who writes entries.

use std::sync::Arc;

use tollgate_core::entry::By;
use tollgate_core::ports::VerifySignature;
use tollgate_core::signature::NAMESPACE;
use tollgate_ledger::GitLedger;
use tollgate_repo::GitRepository;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::exit::fail;
use crate::invocation::Invocation;

/// Who writes to a ledger that was read.
pub(crate) fn writer(invocation: &Invocation, clone: &GitRepository, ledger: &GitLedger) -> Result<By, Failure> {
    writer_among(invocation, clone, ledger.key(), ledger.signers().as_ref())
}

/// The person whose key it is, where there is a key; else whoever git says that the user is. The ledger itself adds the key.
pub(crate) fn writer_among(
    invocation: &Invocation,
    clone: &GitRepository,
    key: Option<&str>,
    signers: Option<&Arc<dyn VerifySignature>>,
) -> Result<By, Failure> {
    let configured = clone.user_email().map_err(fail)?;
    let principal = match (key, signers) {
        (Some(key), Some(signers)) => principal_of(key, signers.as_ref(), invocation.email(configured))?,
        _ => user(invocation, configured)?,
    };
    Ok(By { principal, key: None, automation: invocation.ci })
}

/// Whoever git says that the user is.
pub(crate) fn user(invocation: &Invocation, configured: Option<String>) -> Result<String, Failure> {
    invocation.email(configured).ok_or_else(nobody)
}

/// Of the principals of a key, the one that git names, else the first.
fn principal_of(key: &str, signers: &dyn VerifySignature, email: Option<String>) -> Result<String, Failure> {
    let principals = signers.principals(key, NAMESPACE, Invocation::now());
    let named = email.filter(|email| principals.contains(email));
    named.or_else(|| principals.into_iter().next()).ok_or_else(|| {
        let message = format!("the key `{key}` is none of those that may sign the ledger now");
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
        failure.with_hint("name another one with `--key`, or have it added to the signers of tollgate.yaml and accepted")
    })
}

fn nobody() -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, "git does not know who you are, so nothing can be written");
    failure.with_hint("run `git config user.email ADDRESS`")
}
