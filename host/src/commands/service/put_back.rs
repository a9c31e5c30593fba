//! `tollgate service sync --delete`: a branch of a service is gone, so the service goes back to what the default branch has.
//!
//! What was delivered from the branch runs until something else is promoted to where it runs. So the branch first gets a commit
//! that takes its change back; once that is promoted and no target runs the branch's version any more, the branch goes.

use serde::Serialize;
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{ReadLedger as _, ReadRepository as _};
use tollgate_repo::CommitToWrite;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::dock::Dock;
use crate::cli::Format;
use crate::cli::service::Sync;
use crate::delivery::{components, proofs};
use crate::exit::fail;
use crate::output;
use crate::services::route::{Place, Route};
use crate::services::shipment::{Harbour, SERVICE, until_won};

/// What became of the branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It is gone.
    Removed,
    /// There was none.
    Absent,
    /// It is as the default branch, and waits until that is promoted.
    PutBack,
}

/// The report; one version of it for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    version: u32,
    service: String,
    deployment: String,
    /// The branch of the deployment repository.
    branch: String,
    state: State,
    /// The commit that takes the change back.
    commit: Option<String>,
    /// Targets that still run the branch's version.
    targets: Vec<String>,
    /// What to type there.
    next: Option<String>,
    notices: Vec<String>,
}

pub(super) fn put_back(dock: &Dock, place: &Place, route: &Route, arguments: &Sync) -> Result<ExitCode, Failure> {
    let Route::Feature(branch) = route else {
        let message = format!("`{}` is delivered from the branch `{}`, so it is not put back", place.name, arguments.branch);
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
        return Err(
            failure.with_hint(format!("`tollgate service remove {}` in the deployment repository removes a service", place.name))
        );
    };
    let targets = targets_that_run(dock, place, branch)?;
    let (state, commit) = dock.with_harbour(place, |harbour| {
        until_won(branch, || if targets.is_empty() { remove(harbour, branch) } else { take_back(harbour, branch) })
    })?;
    let waits = state == State::PutBack;
    let deleted = Deleted {
        version: 1,
        service: place.name.clone(),
        deployment: dock.url()?,
        branch: branch.clone(),
        state,
        commit,
        next: waits.then(|| format!("tollgate promote {branch}")),
        targets: if waits { targets } else { Vec::new() },
        notices: dock.opened.notices.clone(),
    };
    let text = match arguments.output {
        Format::Json => output::json(&deleted)?,
        Format::Text => deleted.to_text(),
    };
    output::print(&text)?;
    Ok(if waits { ExitCode::Pending } else { ExitCode::Approved })
}

/// The targets at which the service runs as the branch changed it.
fn targets_that_run(dock: &Dock, place: &Place, branch: &str) -> Result<Vec<String>, Failure> {
    let ledger = &dock.opened.ledger;
    let history = ledger.history().map_err(fail)?;
    let reference = GitReference::Branch(branch.to_owned());
    let mut targets = Vec::new();
    for target in dock.pipeline.targets() {
        let Some((promotion, recipe)) = proofs::running(&history, &target.name, ledger).map_err(fail)? else { continue };
        let runs = recipe.component(&place.name).is_some();
        if runs && components::origin(&promotion, &place.name).reference == reference {
            targets.push(target.name.clone());
        }
    }
    Ok(targets)
}

type Attempt = Result<Option<(State, Option<String>)>, Failure>;

fn remove(harbour: &Harbour<'_>, branch: &str) -> Attempt {
    let Some(old) = harbour.feature_tip(branch)? else { return Ok(Some((State::Absent, None))) };
    Ok(harbour.swap(branch, Some(&old), None)?.then_some((State::Removed, None)))
}

/// Makes the branch what the default branch is. One that somebody removed by hand is made again, because what runs from it can
/// only be put back by way of it.
fn take_back(harbour: &Harbour<'_>, branch: &str) -> Attempt {
    let deployment = harbour.deployment;
    let base = harbour.default_tip()?;
    let old = harbour.feature_tip(branch)?;
    let tree = |commit: &str| deployment.tree_hash(commit, "").map_err(fail).map(Option::unwrap_or_default);
    let wanted = tree(&base)?;
    if let Some(old) = &old
        && tree(old)? == wanted
    {
        return Ok(Some((State::PutBack, Some(old.clone()))));
    }
    let parents = harbour.parents(old.as_deref(), &base)?;
    let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
    let service = &harbour.service.name;
    let message = format!(
        "{service}: back to {}\n\nThe branch of the service is gone, so {service} is as {} has it.\n\n{SERVICE}: {service}\n",
        harbour.default_branch, harbour.default_branch
    );
    let committer = (harbour.committer.name.as_str(), harbour.committer.email.as_str());
    let new = CommitToWrite { tree: &wanted, parents: &parents, author_of: None, committer, message: &message };
    let pushed = harbour.push(branch, old.as_deref(), &new)?;
    Ok(pushed.map(|commit| (State::PutBack, Some(commit))))
}

impl Deleted {
    fn to_text(&self) -> String {
        let Self { service, deployment, branch, .. } = self;
        let mut text = match self.state {
            State::Removed => format!("{service}: `{branch}` of {deployment} is removed; no target runs it\n"),
            State::Absent => format!("{service}: there is no `{branch}` at {deployment}, and no target runs it\n"),
            State::PutBack => format!(
                "{service}: `{branch}` of {deployment} is as the default branch now; {} still runs what it was\n  in the deployment repository: {}\n  then run this again, and the branch is removed\n",
                self.targets.join(", "),
                self.next.as_deref().unwrap_or_default()
            ),
        };
        text.extend(self.notices.iter().map(|notice| format!("note: {notice}\n")));
        text
    }
}
