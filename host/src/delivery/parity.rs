//! The pair that a promotion is about: the target, and the Ops twin that it is compared with.

use tollgate_core::pair::Pair;
use tollgate_core::pipeline::Target;

use crate::delivery::recipe::Candidate;
use crate::delivery::render::render;
use crate::delivery::way::{DecideError, Prepared, Way};
use crate::infrastructure::{PairSide, compare_pair};

impl Way<'_> {
    /// Compares the pair; nothing where nobody looks at it, or where there is no twin.
    pub(crate) fn pair(&self, candidate: &Candidate, prepared: &Prepared) -> Result<Option<Pair>, DecideError> {
        let Some(twin) = &self.twin else { return Ok(None) };
        let Some(recipe) = &twin.candidate.recipe else {
            let message = twin.candidate.findings.first().map(|finding| finding.message.clone()).unwrap_or_default();
            return Ok(Some(unseen(twin.target, self.target, &message)));
        };
        let in_ops = render(&twin.candidate, recipe)?;
        let ops = twin.adapter.compare(prepared.id, &in_ops);
        // What was not planned for the promotion is planned for the comparison.
        let is_whole = prepared.plan.components.untouched.is_empty();
        let looked = if is_whole { None } else { Some(self.adapter.compare(prepared.id, &prepared.rendered)) };
        let apps = looked.as_ref().map_or(Ok(&prepared.plan), Result::as_ref);
        let ops = PairSide { target: twin.target, written: twin.candidate.written(), rendered: &in_ops, plan: ops.as_ref() };
        let apps = PairSide { target: self.target, written: candidate.written(), rendered: &prepared.rendered, plan: apps };
        Ok(Some(compare_pair(&self.pipeline.pairs, &ops, &apps)))
    }
}

fn unseen(ops: &Target, apps: &Target, message: &str) -> Pair {
    let why = format!("the recipe is none for `{}`: {message}", ops.name);
    Pair { ops: ops.name.clone(), apps: apps.name.clone(), differences: Vec::new(), unseen: vec![why] }
}
