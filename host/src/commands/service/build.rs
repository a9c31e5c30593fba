//! A build of a service: looked up, and written down.

use tollgate_core::entry::{Body, By, Draft, EntrySubject};
use tollgate_core::gist::Gist;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::RegistrySpec;
use tollgate_core::ports::{AppendEntry as _, AppendError, Proposal, ReadRepository as _, Refusal};
use tollgate_core::proof::Built;
use tollgate_repo::GitRepository;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring;

/// A build as the command line names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) service: &'a str,
    pub(super) image: &'a str,
    pub(super) branch: &'a str,
    /// Directory of the manifests in the service's repository.
    pub(super) manifests: &'a str,
}

/// What is recorded, after everything about it was looked up: nothing is taken on the caller's word.
pub(super) fn look_up(
    invocation: &Invocation,
    named: &Named<'_>,
    clone: &GitRepository,
    registry: &RegistrySpec,
) -> Result<Built, Failure> {
    let reference: ImageReference =
        named.image.parse().map_err(|error: tollgate_core::image::InvalidImageReference| Failure::new(ExitCode::Usage, &error))?;
    let commit = reference.commit().map(ToOwned::to_owned).ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::Denied, format!("the tag of `{reference}` is not a commit"));
        failure.with_hint("tag images with the full id of the commit that they were built from")
    })?;
    if !clone.is_on_branch(&commit, named.branch).map_err(fail)? {
        let message = format!("commit `{commit}` is not on branch `{}` at the remote", named.branch);
        return Err(Failure::of_message(ExitCode::Denied, message).with_hint("push it, or name the branch that it is on"));
    }
    let manifests = clone.tree_hash(&commit, named.manifests).map_err(fail)?.ok_or_else(|| no_manifests(named, &commit))?;
    let reference = reference.unpinned();
    let digest = wiring::resolver(invocation, registry, &invocation.directory)?.resolve(&reference).map_err(fail)?;
    Ok(Built { service: named.service.to_owned(), commit, branch: named.branch.to_owned(), reference, digest, manifests, entry: 0 })
}

fn no_manifests(named: &Named<'_>, commit: &str) -> Failure {
    let message = format!("there is no directory `{}` at commit `{commit}`", named.manifests);
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    failure.with_hint("name the directory of the service's manifests with `--manifests`")
}

/// Where a build stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    pub(super) entry: u64,
    /// False where it stood there already.
    pub(super) is_new: bool,
}

/// Appends the record, unless it is there already. The first digest that was recorded for a tag stands.
pub(super) fn append(ledger: &tollgate_ledger::GitLedger, built: &Built, by: &By) -> Result<Recorded, Failure> {
    let mut known: Option<Built> = None;
    let appended = ledger.append(&mut |history: &Gist| {
        known = history.built().find(|other| other.reference == built.reference && other.service == built.service);
        if known.is_some() {
            return Err(Refusal);
        }
        let draft = Draft {
            at: Invocation::now(),
            by: by.clone(),
            policy: history.policy_in_force().map(|policy| policy.digest),
            subject: EntrySubject::default(),
            body: Body::ServiceBuilt(built.clone()),
            blobs: std::collections::BTreeMap::new(),
            attached: Vec::new(),
        };
        Ok(Proposal { drafts: vec![draft] })
    });
    match (appended, known) {
        (Ok(entries), _) => Ok(Recorded { entry: entries.first().map(|entry| entry.index).unwrap_or_default(), is_new: true }),
        (Err(AppendError::Refused), Some(known)) if known.digest == built.digest => {
            Ok(Recorded { entry: known.entry, is_new: false })
        }
        (Err(AppendError::Refused), Some(known)) => Err(rebuilt(built, &known)),
        (Err(error), _) => Err(fail(error)),
    }
}

fn rebuilt(built: &Built, known: &Built) -> Failure {
    let message = format!(
        "`{}` leads to {} now, but entry {} recorded {} for it; the first digest stands",
        built.reference, built.digest, known.entry, known.digest
    );
    Failure::of_message(ExitCode::Denied, message).with_hint("a new build needs a new commit; find out who pushed the tag again")
}
