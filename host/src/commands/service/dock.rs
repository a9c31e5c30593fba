//! The deployment repository, as a command in a service's own repository sees it.

use std::sync::Arc;

use tollgate_core::entry::By;
use tollgate_core::pipeline::Pipeline;
use tollgate_core::ports::{ReadRepository as _, SignBytes};
use tollgate_core::signature::GIT_NAMESPACE;
use tollgate_repo::{GitRepository, SignCommit};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::service::Sync;
use crate::configuration::{Failures, in_force};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::services::route::Place;
use crate::services::shipment::{Committer, Harbour};
use crate::wiring::{self, OpenedLedger};
use crate::writer::writer;

/// All that is known of it.
pub(super) struct Dock {
    /// The service's own repository.
    pub(super) clone: GitRepository,
    pub(super) deployment: GitRepository,
    pub(super) opened: OpenedLedger,
    /// By the revision in force.
    pub(super) pipeline: Pipeline,
    /// The branch that policies are read from.
    pub(super) default_branch: String,
    pub(super) by: By,
    /// Name of whoever runs the command.
    name: String,
    key: Option<Arc<dyn SignBytes>>,
}

impl Dock {
    pub(super) fn open(invocation: &Invocation, arguments: &Sync) -> Result<Self, Failures> {
        let one = |failure: Failure| vec![failure];
        super::require_ledger(invocation, "service sync").map_err(one)?;
        let clone = wiring::repository(invocation).map_err(one)?;
        let deployment = wiring::deployment(invocation, arguments.deployment.as_deref()).map_err(one)?;
        let opened = wiring::read_ledger(invocation, &clone).map_err(one)?;
        let (_, trust) = opened
            .history
            .trust()
            .ok_or_else(|| one(Failure::of_message(ExitCode::LedgerUnavailable, "the ledger has no entry 0")))?;
        let default_branch = trust.policy_ref.clone();
        // The revision in force is on it, or was once.
        deployment.resolve_at_remote(&format!("refs/heads/{default_branch}")).map_err(fail).map_err(one)?;
        let configuration = in_force::configuration(&opened.history, &deployment, &opened.ledger)?;
        let by = writer(invocation, &clone, &opened.ledger).map_err(one)?;
        let known = clone.user_email().map_err(fail).map_err(one)?.as_ref() == Some(&by.principal);
        let name = clone.user_name().map_err(fail).map_err(one)?.filter(|_| known).unwrap_or_else(|| by.principal.clone());
        let key = wiring::own_key(invocation, &clone).map_err(one)?;
        Ok(Self { clone, deployment, opened, pipeline: configuration.pipeline, default_branch, by, name, key })
    }

    /// The service of this name, as the default branch has it.
    pub(super) fn place(&self, service: &str) -> Result<Place, Failure> {
        let tip = self.deployment.resolve_at_remote(&format!("refs/heads/{}", self.default_branch)).map_err(fail)?.commit;
        Place::find(&self.deployment, &self.pipeline, service, (&self.default_branch, &tip))
    }

    /// Does something with the deployment repository open for writing.
    pub(super) fn with_harbour<T>(&self, service: &Place, work: impl FnOnce(&Harbour<'_>) -> T) -> T {
        let sign = self.key.as_ref().map(|key| move |bytes: &[u8]| key.sign(GIT_NAMESPACE, bytes));
        let sign = sign.as_ref().map(|sign| sign as &SignCommit<'_>);
        let committer = Committer { name: self.name.clone(), email: self.by.principal.clone(), sign };
        work(&Harbour { deployment: &self.deployment, default_branch: &self.default_branch, service, committer })
    }

    /// Where the deployment repository is, for people.
    pub(super) fn url(&self) -> Result<String, Failure> {
        self.deployment.remote_url().map_err(fail)
    }

    /// Whether commits are signed.
    pub(super) const fn signs(&self) -> bool {
        self.key.is_some()
    }
}
