//! The Kubernetes target: objects in a cluster, by server-side apply.
//!
//! What is written goes under the field manager `tollgate`, without force: a field that somebody else has set stays theirs, and is
//! a conflict in the plan. A plan is made by asking the API server about everything as a dry run, so that what its defaults,
//! webhooks and rules would make of it is known before anything is written. An inventory in the cluster says what is the target's,
//! which is what may be changed and deleted; its `resourceVersion` keeps two attempts apart.

mod apply;
mod failure;
mod health;
mod inventory;
mod kinds;
mod login;
mod order;
mod owned;
mod permissions;
mod proxy;
mod scaling;
mod server;
mod stored;
mod survey;
#[cfg(test)]
mod tests;
mod wait;
mod wanted;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::{self, KubernetesTarget};
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan, TargetState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::time::Timestamp;

use crate::compare::withheld;
use crate::key::PlanKey;
use apply::Attempt;
use failure::ServerError;
use inventory::Place;
use server::Server;
use survey::Surveyor;

/// A cluster, or a part of one, as a target.
#[derive(Debug)]
pub struct Kubernetes {
    target: String,
    spec: KubernetesTarget,
    place: Place,
    /// Where a relative key file is looked for.
    base: Utf8PathBuf,
}

impl Kubernetes {
    /// A target by its name and configuration. Asks nobody yet.
    pub fn new(target: &str, spec: &KubernetesTarget, base: &Utf8Path) -> Self {
        let place = Place { namespace: spec.namespace.clone(), name: format!("tollgate-{target}") };
        Self { target: target.to_owned(), spec: spec.clone(), place, base: base.to_owned() }
    }

    fn plan_key(&self) -> Result<Option<PlanKey>, ApplyError> {
        let key: Option<&pipeline::PlanKey> = self.spec.plan_key.as_ref();
        PlanKey::of_target(&self.target, key, &self.base)
    }

    fn failed(&self, error: ServerError) -> ApplyError {
        ApplyError::Cluster { target: self.target.clone(), source: Box::new(error) }
    }

    /// Connects, and does something that takes answers of the server.
    fn with<T>(&self, act: impl AsyncFnOnce(&Surveyor<'_>) -> Result<T, ApplyError>) -> Result<T, ApplyError> {
        let key = self.plan_key()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let io = |source| ApplyError::Io { target: self.target.clone(), path: "runtime".to_owned(), action: "started", source };
        runtime.map_err(io)?.block_on(async {
            let server = Server::connect(&self.spec).await.map_err(|error| self.failed(error))?;
            let (target, place, adopts) = (self.target.as_str(), &self.place, self.spec.adopt);
            let surveyor = Surveyor { server: &server, target, place, key: key.as_ref(), adopts };
            act(&surveyor).await
        })
    }
}

impl ApplyPlan for Kubernetes {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        self.with(async |surveyor| Ok(surveyor.survey(recipe, rendered).await?.plan))
    }

    fn state(&self) -> Result<TargetState, ApplyError> {
        self.with(async |surveyor| {
            let stored = stored::read(surveyor.server, surveyor.place).await.map_err(|error| surveyor.failed(error))?;
            Ok(stored.map_err(|reason| surveyor.broken(&reason))?.inventory.state.told())
        })
    }

    fn apply(&self, approved: Approved, rendered: &Rendered, now: &dyn Fn() -> Timestamp) -> Result<Applied, ApplyError> {
        self.with(async |surveyor| {
            let attempt = Attempt { surveyor, approved: &approved, rendered, wait: self.spec.wait, now };
            attempt.run().await
        })
    }

    fn live(&self) -> Result<Vec<(ObjectKey, Value)>, ApplyError> {
        self.with(async |surveyor| {
            let stored = stored::read(surveyor.server, surveyor.place).await.map_err(|error| surveyor.failed(error))?;
            let inventory = stored.map_err(|reason| surveyor.broken(&reason))?.inventory;
            let live = survey::live(surveyor.server, &inventory).await.map_err(|error| surveyor.failed(error))?;
            Ok(withheld(live))
        })
    }
}
