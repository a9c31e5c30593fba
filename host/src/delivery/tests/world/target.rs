//! A target in memory: objects, an attempt that fences, and ways to go wrong.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value;
use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::Target;
use tollgate_core::plan::{Action, Conflict, FieldChange, Plan, PlannedValue, Verb};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan, TargetState, WrittenState};
use tollgate_core::render::{ObjectKey, Rendered, digest_of_body};
use tollgate_core::time::Timestamp;

pub(crate) type Objects = BTreeMap<ObjectKey, Value>;

/// What was written, and by whose leave.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) written: WrittenState,
    /// Digest of the plan that leads from what was there to what is there now.
    pub(crate) done: Digest,
    pub(crate) objects: Objects,
}

#[derive(Debug, Default)]
struct Inside {
    objects: Objects,
    state: TargetState,
    writes: Vec<Write>,
}

type Interruption = Box<dyn FnOnce() + Send>;

/// One target. Taking the lock of its inside is taking the target.
pub(crate) struct MemoryTarget {
    pub(crate) target: Target,
    inside: Mutex<Inside>,
    conflict: Mutex<Option<String>>,
    broken: Mutex<bool>,
    has_plan_key: bool,
    /// What happens between the beginning of the next apply and the moment in which it takes the target.
    interruption: Mutex<Option<Interruption>>,
}

impl MemoryTarget {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            inside: Mutex::default(),
            conflict: Mutex::default(),
            broken: Mutex::default(),
            has_plan_key: false,
            interruption: Mutex::default(),
        }
    }

    pub(crate) fn with_plan_key(self) -> Self {
        Self { has_plan_key: true, ..self }
    }

    pub(crate) fn interrupt(&self, interruption: impl FnOnce() + Send + 'static) {
        *self.interruption.lock().unwrap() = Some(Box::new(interruption));
    }

    /// Somebody removes everything by hand.
    pub(crate) fn tamper(&self) {
        self.edit(BTreeMap::clear);
    }

    /// Somebody changes what is there by hand.
    pub(crate) fn edit(&self, change: impl FnOnce(&mut Objects)) {
        change(&mut self.inside.lock().unwrap().objects);
    }

    /// From now on the target can't be written to.
    pub(crate) fn set_broken(&self, broken: bool) {
        *self.broken.lock().unwrap() = broken;
    }

    pub(crate) fn set_conflict(&self, at: &str) {
        *self.conflict.lock().unwrap() = Some(at.to_owned());
    }

    /// What was ever written, in order.
    pub(crate) fn writes(&self) -> Vec<Write> {
        self.inside.lock().unwrap().writes.clone()
    }

    fn plan_of(&self, objects: &Objects, recipe: Digest, rendered: &Rendered) -> Plan {
        let wanted = objects_of(rendered);
        let mut actions = Vec::new();
        let gone = objects.keys().filter(|key| !wanted.contains_key(*key));
        actions.extend(gone.map(|key| self.action(Verb::Delete, key, objects.get(key), None)));
        let differs = wanted.iter().filter(|(key, body)| objects.get(*key) != Some(*body));
        actions.extend(differs.map(|(key, body)| {
            let before = objects.get(key);
            self.action(if before.is_some() { Verb::Change } else { Verb::Create }, key, before, Some(body))
        }));
        actions.sort_by(|one, other| one.object.cmp(&other.object));
        let unchanged = u32::try_from(wanted.iter().filter(|(key, body)| objects.get(*key) == Some(*body)).count()).unwrap();
        let message = "it is in the way".to_owned();
        let conflicts =
            self.conflict.lock().unwrap().iter().map(|at| Conflict { at: at.clone(), message: message.clone() }).collect();
        Plan { actions, unchanged, conflicts, ..Plan::empty(&self.target.name, recipe) }
    }

    fn action(&self, verb: Verb, object: &ObjectKey, before: Option<&Value>, after: Option<&Value>) -> Action {
        let is_secret = object.identity.is_secret();
        let planned = |value: &Value| match (is_secret, self.has_plan_key) {
            (false, _) => PlannedValue::Plain(value.clone()),
            (true, true) => PlannedValue::Secret(Digest::of(format!("key {value}").as_bytes())),
            (true, false) => PlannedValue::Withheld,
        };
        let changes = vec![FieldChange { path: Pointer::root(), before: before.map(planned), after: after.map(planned) }];
        let sends = after.filter(|_| !is_secret).map(|body| digest_of_body(body).unwrap());
        Action { verb, object: object.clone(), live_uid: None, sends, changes, takes: Vec::new(), by_server: Vec::new() }
    }

    fn broken(&self) -> Result<(), ApplyError> {
        let is_broken = *self.broken.lock().unwrap();
        let broken = || ApplyError::Broken { target: self.target.name.clone(), reason: "its disk is full".to_owned() };
        if is_broken { Err(broken()) } else { Ok(()) }
    }
}

fn objects_of(rendered: &Rendered) -> Objects {
    rendered.documents().iter().map(|document| (document.key(), document.body.clone())).collect()
}

impl ApplyPlan for MemoryTarget {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        Ok(self.plan_of(&self.inside.lock().unwrap().objects, recipe, rendered))
    }

    fn state(&self) -> Result<TargetState, ApplyError> {
        Ok(self.inside.lock().unwrap().state.clone())
    }

    fn apply(&self, approved: Approved, rendered: &Rendered, now: &dyn Fn() -> Timestamp) -> Result<Applied, ApplyError> {
        let interruption = self.interruption.lock().unwrap().take();
        if let Some(interruption) = interruption {
            interruption();
        }
        let mut inside = self.inside.lock().unwrap();
        let before = inside.state.clone();
        if before.attempt >= approved.attempt() {
            return Ok(Applied::Overtaken { before });
        }
        inside.state.attempt = approved.attempt();
        self.broken()?;
        let plan = self.plan_of(&inside.objects, approved.recipe(), rendered);
        let done = plan.digest()?;
        if done != approved.plan() {
            return Ok(Applied::Stale { before, plan: Box::new(plan) });
        }
        if !approved.is_valid_at(now()) {
            return Ok(Applied::Expired { before });
        }
        inside.objects = objects_of(rendered);
        let written = WrittenState {
            attempt: approved.attempt(),
            promotion: approved.promotion().to_string(),
            recipe: approved.recipe(),
            plan: approved.plan(),
            release: format!("release-{}", approved.attempt()),
        };
        inside.state.written = Some(written.clone());
        let objects = inside.objects.clone();
        inside.writes.push(Write { written, done, objects });
        Ok(Applied::Done { before, after: inside.state.clone() })
    }

    fn live(&self) -> Result<Vec<(ObjectKey, Value)>, ApplyError> {
        Ok(self.inside.lock().unwrap().objects.clone().into_iter().collect())
    }
}
