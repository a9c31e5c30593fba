//! `tollgate service record`: a service's image was built.

use tollgate_core::entry::{Body, By, Draft, EntrySubject};
use tollgate_core::gist::Gist;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::RegistrySpec;
use tollgate_core::ports::{AppendEntry as _, AppendError, Proposal, ReadRepository as _, Refusal};
use tollgate_core::proof::Built;
use tollgate_repo::GitRepository;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use crate::cli::Format;
use crate::cli::recipe::{Record, Service};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, command: &Service) -> Outcome {
    let Service::Record(arguments) = command;
    record(invocation, arguments).map_err(|failure| vec![failure])
}

fn record(invocation: &Invocation, arguments: &Record) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    if invocation.global.ledger.is_none() {
        let failure = Failure::of_message(ExitCode::Usage, "`service record` needs `--ledger`: the deployment repository's");
        return Err(failure.with_hint("pass its URL, or set `TOLLGATE_LEDGER`"));
    }
    let clone = wiring::repository(invocation)?;
    let opened = wiring::read_ledger(invocation, &clone)?;
    let by = writer(invocation, &clone, &opened.ledger)?;
    let built = built(invocation, arguments, &clone)?;
    let entry = append(&opened.ledger, &built, &by)?;
    let mut text = match arguments.output {
        Format::Json => output::json(&Built { entry, ..built.clone() })?,
        Format::Text => format!("entry {entry}: `{}` of commit {} is {}\n", built.reference, built.commit, built.digest),
    };
    if arguments.output == Format::Text {
        text.extend(opened.notices.iter().map(|notice| format!("note: {notice}\n")));
    }
    output::print(&text)?;
    Ok(ExitCode::Approved)
}

/// What is recorded, after everything about it was looked up: nothing is taken on the caller's word.
fn built(invocation: &Invocation, arguments: &Record, clone: &GitRepository) -> Result<Built, Failure> {
    let invalid = |message: String| Failure::of_message(ExitCode::InvalidConfiguration, message);
    let reference: ImageReference = arguments
        .image
        .parse()
        .map_err(|error| Failure::new(ExitCode::Usage, &error as &tollgate_core::image::InvalidImageReference))?;
    let commit = reference.commit().map(ToOwned::to_owned).ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::Denied, format!("the tag of `{reference}` is not a commit"));
        failure.with_hint("tag images with the full id of the commit that they were built from")
    })?;
    if !clone.is_on_branch(&commit, &arguments.branch).map_err(fail)? {
        let message = format!("commit `{commit}` is not on branch `{}` at the remote", arguments.branch);
        return Err(Failure::of_message(ExitCode::Denied, message).with_hint("push it, or name the branch that it is on"));
    }
    let manifests = clone.tree_hash(&commit, &arguments.manifests).map_err(fail)?;
    let manifests = manifests.ok_or_else(|| {
        let failure = invalid(format!("there is no directory `{}` at commit `{commit}`", arguments.manifests));
        failure.with_hint("name the directory of the service's manifests with `--manifests`")
    })?;
    let reference = reference.unpinned();
    let digest =
        wiring::resolver(invocation, &RegistrySpec::default(), &invocation.directory)?.resolve(&reference).map_err(fail)?;
    Ok(Built {
        service: arguments.service.clone(),
        commit,
        branch: arguments.branch.clone(),
        reference,
        digest,
        manifests,
        entry: 0,
    })
}

/// Appends the record, unless it is there already. The first digest that was recorded for a tag stands.
fn append(ledger: &tollgate_ledger::GitLedger, built: &Built, by: &By) -> Result<u64, Failure> {
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
        (Ok(entries), _) => Ok(entries.first().map(|entry| entry.index).unwrap_or_default()),
        (Err(AppendError::Refused), Some(known)) if known.digest == built.digest => Ok(known.entry),
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
