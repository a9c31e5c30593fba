//! What must never happen, looked for after every step: told from what the story did itself, the ledger as git has it, the
//! directories of the targets and what was printed. Nothing of tollgate's own code judges here.

mod applied;
mod approvals;
mod attempts;
mod blocked;
mod end;
mod exits;
mod images;
mod secrets;
mod standing;

use std::collections::BTreeMap;

use crate::chronicle::Entry;
use crate::stage::{Happened, Stage};
use crate::step::{Place, Step};

use attempts::Attempts;
use images::Proven;
use secrets::Forms;
use standing::Standing;

/// What is remembered from step to step.
#[derive(Default)]
pub(crate) struct Oracle {
    standing: BTreeMap<Place, Standing>,
    attempts: Attempts,
    proven: Proven,
    forms: Forms,
}

/// All that there is to look at after a step.
struct Look<'a> {
    stage: &'a Stage,
    step: Step,
    happened: &'a Happened,
    /// The entries that are new.
    new: &'a [Entry],
    before: &'a BTreeMap<Place, Standing>,
    now: &'a BTreeMap<Place, Standing>,
}

impl Look<'_> {
    /// Whether what runs at a place was changed in this step.
    fn has_moved(&self, place: Place) -> bool {
        self.before.get(&place) != self.now.get(&place)
    }

    /// Whether people changed targets with their own hands in this step.
    const fn is_by_hand(&self) -> bool {
        matches!(self.step, Step::Tamper(_) | Step::Mend)
    }
}

impl Oracle {
    /// Looks at all that a step may have changed. Fails where it finds what must never be.
    pub(crate) fn look(&mut self, stage: &mut Stage, step: Step, happened: &Happened) {
        let first = stage.chronicle.read();
        let objects = stage.chronicle.new_objects();
        self.forms.add(&stage.secrets);
        self.forms.assert_clean("the ledger", &objects);
        let now: BTreeMap<Place, Standing> = Place::ALL.map(|place| (place, Standing::of(&stage.signed.shop, place))).into();
        let before = std::mem::replace(&mut self.standing, now);
        let look = Look { stage, step, happened, new: &stage.chronicle.entries()[first..], before: &before, now: &self.standing };
        secrets::check(&look, &self.forms);
        exits::check(&look);
        blocked::check(&look);
        applied::check(&look);
        self.proven.check(&look);
        approvals::check(&look);
        self.attempts.check(&look);
    }

    /// Looks at all that is left when the story is over.
    pub(crate) fn look_back(&mut self, stage: &mut Stage) {
        end::check(self, stage);
    }
}
