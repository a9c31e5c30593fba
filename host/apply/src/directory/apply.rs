//! Applies a plan: the one place that changes a target.

use tollgate_core::approved::Approved;
use tollgate_core::plan::Conflict;
use tollgate_core::ports::{Applied, ApplyError, WrittenState};
use tollgate_core::render::Rendered;
use tollgate_core::time::Timestamp;

use super::disk::{Disk, Kind};
use super::lock::{self, Lock};
use super::plan;
use super::state::{self, State};
use super::store::{self, Unfinished};
use super::stored::RELEASES;
use crate::key::PlanKey;
use crate::release::{Release, unwritable};

/// One attempt to apply a recipe.
pub(super) struct Attempt<'a> {
    pub(super) disk: &'a Disk,
    pub(super) approved: &'a Approved,
    pub(super) rendered: &'a Rendered,
    pub(super) key: Option<&'a PlanKey>,
    pub(super) now: &'a dyn Fn() -> Timestamp,
}

impl Attempt<'_> {
    /// Applies, in an order in which a crash between any two steps leaves a true state:
    ///
    /// 1. The release is written under its name, which nothing uses yet.
    /// 2. Under the lock: whoever has a higher attempt has the target; else this attempt is claimed, so that no lower one
    ///    writes any more.
    /// 3. The plan is made again. It must have the approved digest and no conflict, and the approval must still hold.
    /// 4. What is about to be current is written down, the link is swapped, and what is current is written down.
    /// 5. Releases that nothing needs any more are removed.
    pub(super) fn run(&self) -> Result<Applied, ApplyError> {
        let target = self.disk.target();
        if self.approved.target() != target {
            return Err(ApplyError::WrongTarget { target: target.to_owned(), approved: self.approved.target().to_owned() });
        }
        let release = Release::of(self.rendered).map_err(|conflicts| self.unwritable(&conflicts))?;
        self.prepare()?;
        self.write_ahead(&release)?;
        let lock = lock::exclusive(self.disk)?;
        let applied = self.run_locked(&release, &lock)?;
        // What was applied is applied, also when something unneeded stays behind. The next attempt removes that.
        let _ = state::read(self.disk).and_then(|standing| store::prune(self.disk, &standing.file, &lock));
        Ok(applied)
    }

    fn unwritable(&self, conflicts: &[Conflict]) -> ApplyError {
        self.disk.failed(RELEASES, "written", unwritable(conflicts))
    }

    fn prepare(&self) -> Result<(), ApplyError> {
        if !matches!(self.disk.kind(RELEASES)?, Kind::Missing | Kind::Directory) {
            return Err(self.disk.broken(format!("`{RELEASES}` is not a directory; remove it")));
        }
        self.disk.make_directory(RELEASES)?;
        self.disk.sync("")
    }

    /// Writes the release while others may still hold the target.
    fn write_ahead(&self, release: &Release) -> Result<(), ApplyError> {
        let lock = lock::exclusive(self.disk)?;
        if store::find(self.disk, release, &lock)?.is_none() {
            let unfinished = Unfinished::begin(self.disk, &lock)?;
            drop(lock);
            unfinished.finish(self.disk, release)?;
        }
        Ok(())
    }

    fn run_locked(&self, release: &Release, lock: &Lock) -> Result<Applied, ApplyError> {
        let (disk, approved) = (self.disk, self.approved);
        let standing = state::read(disk)?;
        let before = standing.state.told();
        if before.attempt >= approved.attempt() {
            return Ok(Applied::Overtaken { before });
        }
        standing.file.claimed(approved.attempt()).write(disk)?;
        let plan = plan::plan(disk, approved.recipe(), self.rendered, self.key)?;
        if !plan.conflicts.is_empty() || plan.digest()? != approved.plan() {
            return Ok(Applied::Stale { before, plan: Box::new(plan) });
        }
        if !approved.is_valid_at((self.now)()) {
            return Ok(Applied::Expired { before });
        }
        let claimed = standing.state.claimed(approved.attempt());
        let after = self.write(&claimed, release, lock)?;
        Ok(Applied::Done { before, after: after.told() })
    }

    fn write(&self, claimed: &State, release: &Release, lock: &Lock) -> Result<State, ApplyError> {
        // Whoever held the lock before us may have taken our release for one that nothing needs.
        let name = match store::find(self.disk, release, lock)? {
            Some(name) => name,
            None => Unfinished::begin(self.disk, lock)?.finish(self.disk, release)?,
        };
        let writing = WrittenState {
            attempt: self.approved.attempt(),
            promotion: self.approved.promotion().to_string(),
            recipe: self.approved.recipe(),
            plan: self.approved.plan(),
            release: name,
        };
        claimed.writing(writing.clone()).write(self.disk)?;
        state::swap(self.disk, &writing.release)?;
        let written = claimed.written(writing);
        written.write(self.disk)?;
        Ok(written)
    }
}
