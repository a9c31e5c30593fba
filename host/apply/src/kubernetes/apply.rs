//! Applies a plan: the one place that changes a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tollgate_core::approved::Approved;
use tollgate_core::plan::Verb;
use tollgate_core::ports::{Applied, ApplyError, TargetState, WrittenState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::time::Timestamp;

use super::failure::ServerError;
use super::inventory::{Inventory, State};
use super::kinds::Kinds;
use super::layer::{self, Writer};
use super::mark::Mark;
use super::order;
use super::staying;
use super::stored::{self, Stored};
use super::survey::Survey;
use super::surveyor::{Surplus, Surveyor};
use super::wait::{self, Deadline};
use super::wanted::Wanted;

/// How long a kind that was just defined may take to be known.
const NEW_KIND: Duration = Duration::from_secs(10);

/// One attempt to apply a recipe.
pub(super) struct Attempt<'a> {
    pub(super) surveyor: &'a Surveyor<'a>,
    pub(super) approved: &'a Approved,
    pub(super) rendered: &'a Rendered,
    /// How long all may take to be healthy, in seconds.
    pub(super) wait: u64,
    pub(super) now: &'a dyn Fn() -> Timestamp,
}

/// What was tried and did not come about.
#[derive(Default)]
struct Undone {
    told: Vec<String>,
    /// Objects that were not deleted, and stay in the inventory.
    undeleted: BTreeSet<ObjectKey>,
}

impl Attempt<'_> {
    /// Applies, in an order in which a crash between any two steps leaves an inventory that names everything there is:
    ///
    /// 1. Whoever has a higher attempt has the target; else this attempt is claimed in the inventory, so that no lower one writes
    ///    any more.
    /// 2. The plan is made again, of what is live now: what is neither proven nor was asked a moment ago is asked as a dry run. It
    ///    must have the approved digest and no conflict, and the approval must still hold.
    /// 3. The inventory names what there is and what there will be.
    /// 4. Layer after layer is applied, each once it is certain that the target is still ours, and waited for.
    /// 5. What the recipe no longer has is deleted, in reverse order, and waited for.
    /// 6. The inventory names what is left, and what was written.
    pub(super) async fn run(&self) -> Result<Applied, ApplyError> {
        let target = self.surveyor.target;
        if self.approved.target() != target {
            return Err(ApplyError::WrongTarget { target: target.to_owned(), approved: self.approved.target().to_owned() });
        }
        let (before, claimed) = match self.claim().await? {
            Ok(claimed) => claimed,
            Err(before) => return Ok(Applied::Overtaken { before }),
        };
        let survey = self.surveyor.survey(self.approved.recipe(), self.rendered).await?;
        if !survey.plan.conflicts.is_empty() || survey.plan.digest()? != self.approved.plan() {
            return Ok(Applied::Stale { before, plan: Box::new(survey.plan) });
        }
        if !self.approved.is_valid_at((self.now)()) {
            return Ok(Applied::Expired { before });
        }
        if survey.stored.inventory != claimed.inventory {
            return Ok(Applied::Overtaken { before });
        }
        let after = self.write(&claimed, &survey).await?;
        Ok(Applied::Done { before, after })
    }

    /// Takes the target for this attempt. The inner error is what a later one has said.
    async fn claim(&self) -> Result<Result<(TargetState, Stored), TargetState>, ApplyError> {
        loop {
            let stored = self.ask(stored::read(self.surveyor.server, self.surveyor.place).await)?;
            let stored = stored.map_err(|reason| self.surveyor.broken(&reason))?;
            let before = stored.inventory.state.told();
            if before.attempt >= self.approved.attempt() {
                return Ok(Err(before));
            }
            let state = State { attempt: self.approved.attempt(), ..stored.inventory.state.clone() };
            let claimed = Inventory { state, ..stored.inventory.clone() };
            if let Some(claimed) = self.replace(&stored, claimed).await? {
                return Ok(Ok((before, claimed)));
            }
        }
    }

    async fn write(&self, claimed: &Stored, survey: &Survey) -> Result<TargetState, ApplyError> {
        let writing = WrittenState {
            attempt: self.approved.attempt(),
            promotion: self.approved.promotion().to_string(),
            recipe: self.approved.recipe(),
            plan: self.approved.plan(),
            release: self.approved.recipe().hex(),
        };
        let wanted: BTreeSet<ObjectKey> = survey.wanted.iter().map(|wanted| wanted.key.clone()).collect();
        let old = &claimed.inventory;
        let state = State { writing: Some(writing.clone()), ..old.state.clone() };
        let both = superset(&old.members, &wanted);
        let mut marks = old.marks.clone();
        marks.extend(survey.marks.clone());
        let stored = self.replace_or_stop(claimed, Inventory { state, members: both, marks: marks.clone() }).await?;
        let deadline = Deadline::in_seconds(self.wait);
        marks.extend(self.apply_all(&stored, survey, deadline).await?);
        let undone = self.prune(&stored, survey, deadline).await?;
        let mut members = wanted;
        members.extend(undone.undeleted);
        let is_whole = undone.told.is_empty();
        let state = State {
            written: if is_whole { Some(writing.clone()) } else { old.state.written.clone() },
            ..stored.inventory.state.clone()
        };
        let state = State { writing: state.writing.filter(|_| !is_whole), ..state };
        let written = self.replace_or_stop(&stored, Inventory { state, members, marks }).await?;
        if is_whole { Ok(written.inventory.state.told()) } else { Err(self.unfinished(undone.told)) }
    }

    /// Applies what changes and waits for all, layer after layer. The marks of what was written.
    async fn apply_all(
        &self,
        stored: &Stored,
        survey: &Survey,
        deadline: Deadline,
    ) -> Result<BTreeMap<ObjectKey, Mark>, ApplyError> {
        let writer = Writer { surveyor: self.surveyor, made_again: layer::made_again(&survey.plan), wait: self.wait };
        let mut marks = BTreeMap::new();
        let changing: BTreeSet<&ObjectKey> =
            survey.plan.actions.iter().filter(|action| action.verb != Verb::Delete).map(|action| &action.object).collect();
        for layer in &survey.layers {
            let mut layer: Vec<Wanted> = layer.iter().map(|place| survey.wanted[*place].clone()).collect();
            self.find_kinds(&mut layer).await?;
            let due: Vec<&Wanted> = layer.iter().filter(|wanted| changing.contains(&wanted.key)).collect();
            if !due.is_empty() {
                self.confirm(stored).await?;
                marks.extend(self.ask(writer.write(&due).await)?.map_err(|refused| self.unfinished(refused))?);
            }
            let all: Vec<&Wanted> = layer.iter().collect();
            let unready = self.ask(wait::until_current(self.surveyor, &all, deadline).await)?;
            if !unready.is_empty() {
                return Err(self.unfinished(unready));
            }
        }
        Ok(marks)
    }

    /// Finds the paths of objects whose definition came with an earlier layer. The server takes a moment to know a new kind.
    async fn find_kinds(&self, layer: &mut [Wanted]) -> Result<(), ApplyError> {
        let deadline = Instant::now() + NEW_KIND;
        while layer.iter().any(|wanted| wanted.path.is_none()) {
            let kinds = self.ask(Kinds::discover(self.surveyor.server.client()).await)?;
            for wanted in layer.iter_mut().filter(|wanted| wanted.path.is_none()) {
                let kind = kinds.get(&wanted.key.identity);
                wanted.path = kind.map(|kind| kind.object(&wanted.key.identity));
                wanted.has_status = kind.is_some_and(|kind| kind.has_status);
            }
            if Instant::now() > deadline {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Deletes what the recipe no longer has, what was needed by others last.
    async fn prune(&self, stored: &Stored, survey: &Survey, deadline: Deadline) -> Result<Undone, ApplyError> {
        let going: Vec<_> = survey.surplus.iter().map(|surplus| (&surplus.key.identity, surplus.needs.as_slice())).collect();
        let mut undone = Undone::default();
        for layer in order::layers_of_deletion(&going) {
            self.confirm(stored).await?;
            let layer: Vec<&Surplus> = layer.into_iter().map(|place| &survey.surplus[place]).collect();
            for surplus in &layer {
                let done = match surplus.is_kept {
                    true => self.surveyor.server.patch(&surplus.path, &staying::patch(&surplus.uid)).await,
                    false => self.surveyor.server.delete(&surplus.path, &surplus.uid).await,
                };
                match done {
                    Ok(()) => {}
                    Err(ServerError::Status { message, .. }) => {
                        let verb = if surplus.is_kept { "let go" } else { "deleted" };
                        undone.told.push(format!("{} can't be {verb}: {message}", surplus.key.identity));
                        undone.undeleted.insert(surplus.key.clone());
                    }
                    Err(error) => return Err(self.surveyor.failed(error)),
                }
            }
            let is_deleted = |surplus: &&Surplus| !surplus.is_kept && !undone.undeleted.contains(&surplus.key);
            let deleted: Vec<&Surplus> = layer.into_iter().filter(is_deleted).collect();
            let left = self.ask(wait::until_gone(self.surveyor.server, &deleted, deadline).await)?;
            if !left.is_empty() {
                undone.undeleted.extend(deleted.iter().map(|surplus| surplus.key.clone()));
                undone.told.extend(left);
            }
            if !undone.told.is_empty() {
                // What others need stays as long as they do.
                undone.undeleted.extend(survey.surplus.iter().map(|surplus| surplus.key.clone()));
                break;
            }
        }
        Ok(undone)
    }

    async fn replace(&self, stored: &Stored, inventory: Inventory) -> Result<Option<Stored>, ApplyError> {
        self.ask(stored.replaced(self.surveyor.server, self.surveyor.place, inventory).await)
    }

    async fn replace_or_stop(&self, stored: &Stored, inventory: Inventory) -> Result<Stored, ApplyError> {
        self.replace(stored, inventory).await?.ok_or_else(|| self.overtaken())
    }

    async fn confirm(&self, stored: &Stored) -> Result<(), ApplyError> {
        let is_ours = self.ask(stored.confirmed(self.surveyor.server, self.surveyor.place).await)?;
        if is_ours { Ok(()) } else { Err(self.overtaken()) }
    }

    fn ask<T>(&self, answer: Result<T, ServerError>) -> Result<T, ApplyError> {
        answer.map_err(|error| self.surveyor.failed(error))
    }

    fn overtaken(&self) -> ApplyError {
        self.unfinished(vec!["somebody else has written its inventory, so this attempt stopped".to_owned()])
    }

    fn unfinished(&self, told: Vec<String>) -> ApplyError {
        ApplyError::Unfinished { target: self.surveyor.target.to_owned(), told, settled: BTreeMap::new() }
    }
}

/// What there is and what there will be. An object that is in both is there once, as the new recipe has it.
fn superset(old: &BTreeSet<ObjectKey>, new: &BTreeSet<ObjectKey>) -> BTreeSet<ObjectKey> {
    let known: BTreeSet<order::Id> = new.iter().map(|object| order::Id::of(&object.identity)).collect();
    let kept = old.iter().filter(|object| !known.contains(&order::Id::of(&object.identity)));
    kept.chain(new).cloned().collect()
}
