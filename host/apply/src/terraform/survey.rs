//! What a recipe would do in a workspace.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tollgate_core::digest::Digest;
use tollgate_core::plan::{Conflict, Plan, Refused, WrittenByOthers};
use tollgate_core::ports::ApplyError;
use tollgate_core::render::Rendered;
use tollgate_core::terraform::{KnownState, TerraformRoot, TerraformSpec, TerraformTarget};

use super::changes::{Changes, changes, shown};
use super::failure::TerraformError;
use super::job::{Job, Lock, Went, Workshop};
use super::order::{is_deferred, layers};
use super::program::Program;
use crate::key::PlanKey;

/// Asks about all components.
pub(super) struct Survey<'a> {
    pub(super) target: &'a str,
    pub(super) place: &'a TerraformTarget,
    pub(super) spec: &'a TerraformSpec,
    pub(super) program: &'a Program,
    pub(super) key: Option<PlanKey>,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// What may have changed.
    Changed,
    /// What may have changed, holding the locks of states: others wait meanwhile, and are waited for.
    Locked,
    /// All of it: what was changed behind Terraform's back, too.
    All,
}

/// What was found.
pub(super) struct Surveyed<'a> {
    pub(super) plan: Plan,
    /// The components that would change, in the order in which they are applied.
    pub(super) ready: Vec<Job<'a>>,
}

/// One component.
enum Outlook<'a> {
    Untouched(KnownState),
    Refused(Vec<Refused>),
    Planned(Box<Planned<'a>>),
}

struct Planned<'a> {
    job: Job<'a>,
    state: Option<KnownState>,
    changes: Changes,
    shown: serde_json::Value,
}

impl<'a> Survey<'a> {
    /// Plans every component whose turn it is.
    ///
    /// # Errors
    /// When Terraform gives no answer for one of them.
    pub(super) fn survey(&'a self, recipe: Digest, rendered: &'a Rendered, depth: Depth) -> Result<Surveyed<'a>, ApplyError> {
        let mut surveyed = Surveyed { plan: Plan::empty(self.target, recipe), ready: Vec::new() };
        let mut unsettled = BTreeSet::new();
        for layer in layers(rendered.roots()) {
            let (deferred, due): (Vec<_>, Vec<_>) = layer.into_iter().partition(|root| is_deferred(root, &unsettled));
            unsettled.extend(deferred.iter().map(|root| root.component.clone()));
            surveyed.plan.components.deferred.extend(deferred.iter().map(|root| root.component.clone()));
            let outlooks = self.all(&due, depth).map_err(|error| error.of(self.target))?;
            for (root, outlook) in due.into_iter().zip(outlooks) {
                if surveyed.add(root, outlook, depth) {
                    unsettled.insert(root.component.clone());
                }
            }
        }
        surveyed.plan.actions.sort_by(|a, b| a.object.cmp(&b.object));
        surveyed.plan.components.deferred.sort();
        surveyed.plan.components.untouched.sort();
        surveyed.plan.components.written_by_others.sort_by(|a, b| a.component.cmp(&b.component));
        Ok(surveyed)
    }

    /// Several at a time, in the order given.
    fn all(&'a self, roots: &[&'a TerraformRoot], depth: Depth) -> Result<Vec<Outlook<'a>>, TerraformError> {
        let next = Mutex::new(roots.iter().enumerate());
        let found = Mutex::new(Vec::with_capacity(roots.len()));
        std::thread::scope(|scope| {
            for _ in 0..self.place.parallel.min(roots.len()) {
                scope.spawn(|| {
                    loop {
                        // Whoever panicked with one of these in hand had taken or added one whole entry.
                        let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((index, root)) = taken else { break };
                        let outlook = self.one(root, depth);
                        found.lock().unwrap_or_else(PoisonError::into_inner).push((index, outlook));
                    }
                });
            }
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, outlook)| outlook).collect()
    }

    fn one(&'a self, root: &'a TerraformRoot, depth: Depth) -> Result<Outlook<'a>, TerraformError> {
        let workshop = Workshop { program: self.program, place: self.place, spec: self.spec };
        let mut job = match Job::begin(workshop, root)? {
            Went::Well(job) => job,
            Went::Wrong(refused) => return Ok(Outlook::Refused(refused)),
        };
        let state = job.state()?;
        match (&state, &root.left) {
            (Some(state), Some(left)) if left.is_of_same && *state == left.state && depth != Depth::All && self.can_tell() => {
                return Ok(Outlook::Untouched(state.clone()));
            }
            _ => {}
        }
        let lock = if depth == Depth::Locked { Lock::Taken } else { Lock::None };
        let plan = match job.plan(lock)? {
            Went::Well(plan) => plan,
            Went::Wrong(refused) => return Ok(Outlook::Refused(refused)),
        };
        let not_understood = |what| TerraformError::NotUnderstood { component: root.component.clone(), verb: "show", what };
        let changes = changes(&root.component, &plan, self.key.as_ref()).map_err(not_understood)?;
        Ok(Outlook::Planned(Box::new(Planned { job, state, changes, shown: shown(&plan) })))
    }

    /// Whether equal files and states mean that nothing has changed. Variables from the environment may be others each time.
    fn can_tell(&self) -> bool {
        !self.place.plan_environment.iter().any(|variable| variable.name.starts_with("TF_VAR_"))
    }
}

impl<'a> Surveyed<'a> {
    /// Adds a component. Whether it is not as it would be.
    fn add(&mut self, root: &TerraformRoot, outlook: Outlook<'a>, depth: Depth) -> bool {
        let components = &mut self.plan.components;
        match outlook {
            Outlook::Untouched(state) => {
                components.untouched.push(root.component.clone());
                components.states.insert(root.component.clone(), state);
                false
            }
            Outlook::Refused(refused) => {
                components.refused.extend(refused);
                true
            }
            Outlook::Planned(planned) => {
                let Planned { job, state, changes, shown } = *planned;
                let written = written_by_others(root, state.as_ref());
                if depth == Depth::All {
                    let conflict =
                        |written: &WrittenByOthers| Conflict { at: written.component.clone(), message: written.to_string() };
                    self.plan.conflicts.extend(written.as_ref().map(conflict));
                }
                components.written_by_others.extend(written);
                components.states.extend(state.map(|state| (root.component.clone(), state)));
                components.shown.push(tollgate_core::plan::ShownPlan { component: root.component.clone(), json: shown });
                self.plan.unchanged = self.plan.unchanged.saturating_add(changes.unchanged);
                let changes_something = !changes.actions.is_empty();
                self.plan.actions.extend(changes.actions);
                if changes_something {
                    self.ready.push(job);
                }
                changes_something
            }
        }
    }
}

/// Whether somebody else has written a state since it was left, where it is known how it was left.
fn written_by_others(root: &TerraformRoot, now: Option<&KnownState>) -> Option<WrittenByOthers> {
    let left = root.left.as_ref().map(|left| &left.state).filter(|left| Some(*left) != now)?;
    Some(WrittenByOthers { component: root.component.clone(), left: left.clone(), now: now.cloned() })
}
