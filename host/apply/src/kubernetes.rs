//! The Kubernetes target: objects in a cluster, by server-side apply.
//!
//! What is written goes under the field manager `tollgate`, without force: a field that somebody else has set stays theirs, and is
//! a conflict in the plan. A plan is made by asking the API server about everything as a dry run, so that what its defaults,
//! webhooks and rules would make of it is known before anything is written. An inventory in the cluster says what is the target's,
//! which is what may be changed and deleted; its `resourceVersion` keeps two attempts apart.

mod access;
mod adopted;
mod apply;
mod asked;
mod by_server;
mod definition;
mod failure;
mod force;
mod health;
mod in_cluster;
mod inventory;
mod kinds;
mod layer;
mod live;
mod login;
mod mark;
mod needs;
mod order;
mod outcome;
mod owned;
mod pace;
mod permissions;
mod proxy;
mod recreate;
mod scaling;
mod server;
mod staying;
mod stored;
mod survey;
mod surveyor;
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
use tollgate_core::ports::{Access, Applied, ApplyError, ApplyPlan, NeedAccess, TakenOver, TargetState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::time::Timestamp;

use crate::compare::withheld;
use crate::key::PlanKey;
use apply::Attempt;
use failure::ServerError;
use health::Rules;
pub use in_cluster::AnyCluster;
use inventory::Place;
use kinds::Kinds;
use outcome::Answers;
use server::Server;
use surveyor::Surveyor;

/// A cluster, or a part of one, as a target.
#[derive(Debug)]
pub struct Kubernetes {
    target: String,
    spec: KubernetesTarget,
    place: Place,
    /// Where a relative key file is looked for.
    base: Utf8PathBuf,
    answers: Answers,
}

impl Kubernetes {
    /// A target by its name and configuration. Asks nobody yet.
    pub fn new(target: &str, spec: &KubernetesTarget, base: &Utf8Path) -> Self {
        let place = Place { namespace: spec.namespace.clone(), name: format!("tollgate-{target}") };
        Self { target: target.to_owned(), spec: spec.clone(), place, base: base.to_owned(), answers: Answers::default() }
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
        let health = Rules::compile(&self.spec.health).map_err(|error| self.failed(error.into()))?;
        self.connected(async |server| {
            let Self { target, place, spec, answers, .. } = self;
            let (adopts, force) = (spec.adopt, spec.force.as_slice());
            act(&Surveyor {
                server,
                target,
                place,
                key: key.as_ref(),
                adopts,
                force,
                answers,
                health: &health,
                believes_marks: true,
            })
            .await
        })
    }

    fn connected<T>(&self, act: impl AsyncFnOnce(&Server) -> Result<T, ApplyError>) -> Result<T, ApplyError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let io = |source| ApplyError::Io { target: self.target.clone(), path: "runtime".to_owned(), action: "started", source };
        runtime.map_err(io)?.block_on(async {
            let server = Server::connect(&self.spec).await.map_err(|error| self.failed(error))?;
            act(&server).await
        })
    }
}

impl ApplyPlan for Kubernetes {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        self.with(async |surveyor| Ok(surveyor.survey(recipe, rendered).await?.plan))
    }

    fn compare(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        self.with(async |surveyor| {
            let doubting = Surveyor { believes_marks: false, ..*surveyor };
            Ok(doubting.survey(recipe, rendered).await?.plan)
        })
    }

    fn taken_over(&self, plan: &Plan) -> Result<Vec<TakenOver>, ApplyError> {
        self.connected(async |server| adopted::adopted(server, &self.place, plan).await.map_err(|error| self.failed(error)))
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
            let live = survey::live(surveyor.server, &inventory, &surveyor.place.set_id())
                .await
                .map_err(|error| surveyor.failed(error))?;
            Ok(withheld(live))
        })
    }
}

impl NeedAccess for Kubernetes {
    fn access(&self, recipes: &[Rendered]) -> Result<Access, ApplyError> {
        self.connected(async |server| {
            let kinds = Kinds::discover(server.client()).await.map_err(|error| self.failed(error))?;
            Ok(access::of_recipes(recipes, &kinds, &self.place))
        })
    }
}
