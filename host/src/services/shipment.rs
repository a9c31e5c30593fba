//! Brings a service's directory to a branch of the deployment repository: one commit, pushed if nobody was faster, else made
//! again on what they left.

use std::time::Duration;

use tollgate_core::branch::{BranchError, Pushed};
use tollgate_core::ports::{ReadRepository as _, SourceError};
use tollgate_repo::{CommitError, CommitToWrite, GitRepository, SignCommit, Transplant};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::manifests::files_below;
use super::retag::OwnImage;
use super::route::{Place, Route};
use crate::exit::fail;

/// The trailer by which a commit is known as one of this tool's, and for which service it is.
pub(crate) const SERVICE: &str = "Service";

/// How often it is tried against others who are faster.
const TRIES: u32 = 40;

/// The longest first pause. Each further one is up to half as long again, until [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);

const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Who makes commits in the deployment repository.
pub(crate) struct Committer<'a> {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) sign: Option<&'a SignCommit<'a>>,
}

/// The deployment repository, to be written to.
pub(crate) struct Harbour<'a> {
    pub(crate) deployment: &'a GitRepository,
    pub(crate) default_branch: &'a str,
    pub(crate) service: &'a Place,
    pub(crate) committer: Committer<'a>,
}

impl Harbour<'_> {
    /// The tip of the default branch now.
    pub(crate) fn default_tip(&self) -> Result<String, Failure> {
        let tip = self.deployment.tip_at_remote(self.default_branch).map_err(fail)?;
        let missing = || SourceError::UnknownReference {
            name: self.default_branch.to_owned(),
            remote: tollgate_repo::without_credentials(self.deployment.remote_name()),
        };
        tip.ok_or_else(|| fail(missing()))
    }

    /// The tip of a feature branch. One that somebody else has committed to is theirs.
    pub(crate) fn feature_tip(&self, branch: &str) -> Result<Option<String>, Failure> {
        let Some(tip) = self.deployment.tip_at_remote(branch).map_err(fail)? else { return Ok(None) };
        let last = self.deployment.commits_since(&tip, None, 1).map_err(fail)?.commits;
        let trailers = last.iter().flat_map(|commit| &commit.trailers);
        if trailers.into_iter().any(|(key, value)| key == SERVICE && *value == self.service.name) {
            return Ok(Some(tip));
        }
        let message =
            format!("`{branch}` of the deployment repository ends with commit `{tip}`, which `service sync` did not make");
        let failure = Failure::of_message(ExitCode::Denied, message);
        Err(failure.with_hint("what somebody put there would be lost; move it to a branch of its own, and remove this one"))
    }

    /// What a commit on a feature branch goes on from: what was there, and the default branch as it is now.
    pub(crate) fn parents(&self, old: Option<&str>, default_tip: &str) -> Result<Vec<String>, Failure> {
        let Some(old) = old else { return Ok(vec![default_tip.to_owned()]) };
        let is_up_to_date = self.deployment.descends(old, default_tip).map_err(fail)?;
        let parents = if is_up_to_date { vec![old] } else { vec![old, default_tip] };
        Ok(parents.into_iter().map(ToOwned::to_owned).collect())
    }

    /// Writes a commit, and moves a branch to it. Nothing when somebody else was faster.
    pub(crate) fn push(&self, branch: &str, old: Option<&str>, new: &CommitToWrite<'_>) -> Result<Option<String>, Failure> {
        let commit = self.deployment.write_commit(new, self.committer.sign).map_err(|error| not_written(&error))?;
        Ok(self.swap(branch, old, Some(&commit))?.then_some(commit))
    }

    /// Moves a branch. False when it was not where it was thought to be.
    pub(crate) fn swap(&self, branch: &str, old: Option<&str>, new: Option<&str>) -> Result<bool, Failure> {
        let moved = self.deployment.move_branch(branch, old, new);
        Ok(moved.map_err(|error| not_pushed(branch, &error))? == Pushed::Won)
    }
}

fn not_written(error: &CommitError) -> Failure {
    match error {
        CommitError::Sign(_) => Failure::new(ExitCode::InvalidConfiguration, error),
        CommitError::Write(_) => Failure::new(ExitCode::Unexpected, error),
    }
}

fn not_pushed(branch: &str, error: &BranchError) -> Failure {
    let (exit, hint) = match error {
        BranchError::Unreachable { .. } => (ExitCode::SourceUnreadable, "run it again: what was pushed is not pushed twice"),
        _ => (ExitCode::NotApplied, "let whoever runs this push there; run it again afterwards"),
    };
    let failure = Failure::new(exit, error);
    let message = format!("`{branch}` of the deployment repository: {}", failure.message);
    Failure { message, ..failure }.with_hint(hint)
}

/// Does something until nobody else is faster.
pub(crate) fn until_won<T>(branch: &str, mut attempt: impl FnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
    let mut longest = FIRST_PAUSE;
    for _ in 0..TRIES {
        if let Some(done) = attempt()? {
            return Ok(done);
        }
        std::thread::sleep(longest.mul_f64(fastrand::f64()));
        longest = longest.mul_f64(1.5).min(LONGEST_PAUSE);
    }
    let message = format!("`{branch}` of the deployment repository moves faster than it can be pushed to");
    Err(Failure::of_message(ExitCode::NotApplied, message).with_hint("run it again"))
}

/// What a service brings.
pub(crate) struct Shipment<'a> {
    pub(crate) harbour: &'a Harbour<'a>,
    pub(crate) route: &'a Route,
    /// Where the manifests are, and those with the image in them.
    pub(crate) transplant: Transplant<'a>,
    pub(crate) image: OwnImage<'a>,
    pub(crate) message: &'a str,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shipped {
    /// By this commit of the deployment repository.
    Pushed(String),
    /// All of it was there already, at this commit.
    Unchanged(String),
    /// What is there was built from a commit that goes on from this one.
    Superseded { at: String, by: String },
}

impl Shipment<'_> {
    /// Ships it.
    pub(crate) fn ship(&self) -> Result<Shipped, Failure> {
        until_won(self.route.branch(), || self.try_once())
    }

    fn try_once(&self) -> Result<Option<Shipped>, Failure> {
        let Self { harbour, route, transplant, .. } = self;
        let (deployment, path) = (harbour.deployment, &harbour.service.path);
        let base = harbour.default_tip()?;
        if deployment.tree_hash(&base, path).map_err(fail)?.is_none() {
            let message = format!("`{path}` is not on `{}` of the deployment repository any more", harbour.default_branch);
            return Err(Failure::of_message(ExitCode::InvalidConfiguration, message));
        }
        let old = match route {
            Route::Default(_) => Some(base.clone()),
            Route::Feature(branch) => harbour.feature_tip(branch)?,
        };
        if let Some(old) = &old
            && let Some(by) = self.newer_at(old)?
        {
            return Ok(Some(Shipped::Superseded { at: old.clone(), by }));
        }
        let tree = deployment.transplanted(&base, path, transplant).map_err(fail)?;
        if let Some(old) = &old
            && deployment.tree_hash(old, "").map_err(fail)?.as_ref() == Some(&tree)
        {
            return Ok(Some(Shipped::Unchanged(old.clone())));
        }
        let parents = harbour.parents(old.as_deref(), &base)?;
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        let committer = (harbour.committer.name.as_str(), harbour.committer.email.as_str());
        let author_of = Some(transplant.commit);
        let new = CommitToWrite { tree: &tree, parents: &parents, author_of, committer, message: self.message };
        Ok(harbour.push(route.branch(), old.as_deref(), &new)?.map(Shipped::Pushed))
    }

    /// A commit that goes on from the one that is shipped, and of which the image is there already: its pipeline was faster.
    fn newer_at(&self, tip: &str) -> Result<Option<String>, Failure> {
        let Harbour { deployment, service, .. } = self.harbour;
        if deployment.tree_hash(tip, &service.path).map_err(fail)?.is_none() {
            return Ok(None);
        }
        let files = files_below(*deployment, tip, &service.path).unwrap_or_default();
        let others = self.image.commits_in(&files).into_iter().filter(|commit| commit != self.transplant.commit);
        for commit in others {
            // Where history is cut off before that can be said, it is not known to be newer.
            if deployment.descends(&commit, self.transplant.commit).unwrap_or(false) {
                return Ok(Some(commit));
            }
        }
        Ok(None)
    }
}
