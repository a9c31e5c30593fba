//! The whole way of a recipe, step by step.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use tollgate_core::approved::Worker;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, EntrySubject, PromotionId};
use tollgate_core::pipeline::Pipeline;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::proof::Built;
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_gate::Policies;
use tollgate_sign::AllowedSigners;

use super::{
    Lines, MemoryLedger, MemoryRegistry, MemoryRepository, MemoryTarget, MemoryTools, at, deployment, mk_by, mk_pipeline,
    mk_policies, mk_tree, same_image, sha, suspicious,
};
use crate::delivery::attempt::{Attempt, AttemptError, Ended};
use crate::delivery::change::{ChangeReader, Since};
use crate::delivery::components;
use crate::delivery::decide::{DecideError, Judged, Prepared, Way};
use crate::delivery::proofs;
use crate::delivery::recipe::{Candidate, CandidateError, Kitchen};
use crate::delivery::record::{Circumstances, RecordError, record};

pub(crate) struct World {
    pub(crate) repository: MemoryRepository,
    pub(crate) ledger: MemoryLedger,
    pub(crate) registry: MemoryRegistry,
    pub(crate) tools: MemoryTools,
    pub(crate) targets: BTreeMap<String, MemoryTarget>,
    pub(crate) pipeline: Pipeline,
    pub(crate) policies: Policies,
    pub(crate) policy: Digest,
    clock: AtomicI64,
}

/// A decision that was written down.
pub(crate) struct Decided {
    pub(crate) promotion: PromotionId,
    pub(crate) judged: Judged,
    pub(crate) target: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undecided {
    #[error(transparent)]
    Ledger(#[from] tollgate_core::ports::LedgerError),
    #[error(transparent)]
    Component(#[from] components::ComponentError),
    #[error(transparent)]
    Candidate(#[from] CandidateError),
    #[error(transparent)]
    Decide(#[from] DecideError),
    #[error(transparent)]
    Record(#[from] RecordError),
}

pub(crate) fn mk_world() -> World {
    let pipeline = mk_pipeline();
    let policy = Digest::of(b"policy 0");
    World {
        repository: MemoryRepository::default(),
        ledger: MemoryLedger::with_trust("c0", policy),
        registry: MemoryRegistry::default(),
        tools: MemoryTools::default(),
        targets: pipeline.targets().map(|target| (target.name.clone(), MemoryTarget::new(target))).collect(),
        pipeline,
        policies: mk_policies(&[("suspicious", suspicious()), ("same-image", same_image())]),
        policy,
        clock: AtomicI64::new(100),
    }
}

impl World {
    pub(crate) fn now(&self) -> Timestamp {
        at(self.clock.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn target(&self, name: &str) -> &MemoryTarget {
        &self.targets[name]
    }

    /// Builds an image of a service from one of its commits, and records that. Returns its reference.
    pub(crate) fn build(&self, service: &str, version: &str) -> String {
        let commit = sha(format!("{service} {version}").as_bytes());
        let reference = format!("registry.example.com/{service}:{commit}");
        let digest = self.registry.push(&reference, &format!("{service} {version}"));
        let built = Built {
            service: service.to_owned(),
            commit,
            branch: "master".to_owned(),
            reference: reference.parse().unwrap(),
            digest,
            manifests: "m".to_owned(),
            entry: 0,
        };
        self.ledger.write(EntrySubject::default(), Body::ServiceBuilt(built));
        reference
    }

    /// A commit on master with these services, each with its image.
    pub(crate) fn push_services(&self, services: &[(&str, &str)], parents: &[&str]) -> String {
        let files: Vec<(String, String)> =
            services.iter().map(|(name, image)| (format!("services/{name}/deployment.yaml"), deployment(name, image))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let commit = self.repository.commit_tree(mk_tree(&files), parents);
        self.repository.set_branch("master", &commit);
        commit
    }

    pub(crate) fn kitchen(&self) -> Kitchen<'_> {
        let (repository, resolver, tools) = (&self.repository, &self.registry, &self.tools);
        Kitchen { repository, resolver, locate: &Lines, pipeline: &self.pipeline, tools, terraform: tools, target: None }
    }

    pub(crate) fn candidate(&self, target: &str, provenance: &Provenance) -> Result<Candidate, Undecided> {
        let history = self.ledger.history()?;
        let running = proofs::running(&history, target, &self.ledger)?;
        let master = tollgate_core::ports::ReadRepository::resolve_at_remote(&self.repository, "refs/heads/master");
        let master = master.map(|resolved| resolved.commit).unwrap_or_default();
        let target = self.pipeline.target(target).unwrap();
        let found = components::for_target(&self.repository, &self.pipeline, target, provenance, &master, running.as_ref())?;
        let (repository, people, signers) = (&self.repository, &self.pipeline.people, &AllowedSigners::default());
        let since = Since::Target(&target.name);
        let reader = ChangeReader { repository, people, signers, forge: None, history: &history, since, now: at(0) };
        let candidate = Kitchen { target: Some(target), ..self.kitchen() }.candidate(provenance, found)?;
        let told = reader.read(&candidate.provenance, &candidate.tree).map_err(CandidateError::from)?;
        Ok(candidate.with_change(told))
    }

    pub(crate) fn judge(&self, target: &str, candidate: &Candidate) -> Result<Judged, Undecided> {
        let history = self.ledger.history()?;
        let way = Way {
            target: self.pipeline.target(target).unwrap(),
            adapter: self.target(target),
            pipeline: &self.pipeline,
            policies: &self.policies,
            locate: &Lines,
            ledger: &self.ledger,
            resolver: &self.registry,
            policy: self.policy,
            now: self.now(),
            twin: None,
        };
        Ok(way.judge(candidate, &history)?)
    }

    /// Decides and writes the decision down.
    pub(crate) fn decide(&self, target: &str, provenance: &Provenance) -> Result<Decided, Undecided> {
        let candidate = self.candidate(target, provenance)?;
        let judged = self.judge(target, &candidate)?;
        let promotion = self.record(target, &candidate, &judged)?;
        Ok(Decided { promotion, judged, target: target.to_owned() })
    }

    pub(crate) fn record(&self, target: &str, candidate: &Candidate, judged: &Judged) -> Result<PromotionId, RecordError> {
        let by = mk_by("developer");
        let policy_blobs = BTreeMap::from([("plugin:same-image".to_owned(), b"its bytes".to_vec())]);
        let circumstances = Circumstances {
            by: &by,
            now: self.now(),
            policy: self.policy,
            policy_blobs: &policy_blobs,
            hold: None,
            supersede: self.pipeline.queue.supersede,
        };
        record(candidate, judged, self.pipeline.target(target).unwrap(), &circumstances, &self.ledger)
    }

    pub(crate) fn worker(&self, name: &str) -> Worker {
        Worker { by: mk_by("developer"), name: name.to_owned(), now: self.now() }
    }

    /// Makes an attempt.
    pub(crate) fn attempt(&self, decided: &Decided) -> Result<(u64, Ended), AttemptError> {
        let prepared = decided.judged.prepared.as_ref().unwrap();
        self.attempt_with(&decided.promotion, prepared, &decided.target)
    }

    pub(crate) fn attempt_with(
        &self,
        promotion: &PromotionId,
        prepared: &Prepared,
        target: &str,
    ) -> Result<(u64, Ended), AttemptError> {
        let attempt = Attempt {
            is_rollback: false,
            promotion,
            prepared,
            adapter: self.target(target),
            resolver: &self.registry,
            ledger: &self.ledger,
            worker: &self.worker("host:1"),
            clock: &|| self.now(),
            may_write: &|_| true,
        };
        attempt.run()
    }

    /// Decides and applies, and expects both to work.
    pub(crate) fn deliver(&self, target: &str, provenance: &Provenance) -> Decided {
        let decided = self.decide(target, provenance).unwrap();
        let ended = self.attempt(&decided).unwrap();
        assert!(matches!(ended.1, Ended::Succeeded { .. }), "{ended:?}");
        decided
    }
}
