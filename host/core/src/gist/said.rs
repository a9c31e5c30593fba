//! What people and machines say of changes, for ever: approvals, rejections, and evidence.

use serde::{Deserialize, Serialize};

use super::kept::{Kept, entries};
use super::part::Take;
use crate::entry::{Body, Entry};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Said {
    approvals: Vec<Kept>,
    rejections: Vec<Kept>,
    evidence: Vec<Kept>,
}

impl Take for Said {
    fn take(&mut self, entry: &Entry, _: Option<&Entry>) {
        let to = match &entry.body {
            Body::Approval(_) => &mut self.approvals,
            Body::Rejection(_) => &mut self.rejections,
            Body::Evidence(_) => &mut self.evidence,
            _ => return,
        };
        to.push(Kept::of(entry));
    }
}

impl Said {
    pub(super) fn approvals(&self) -> impl Iterator<Item = &Entry> {
        entries(&self.approvals)
    }

    pub(super) fn rejections(&self) -> impl Iterator<Item = &Entry> {
        entries(&self.rejections)
    }

    pub(super) fn evidence(&self) -> impl Iterator<Item = &Entry> {
        entries(&self.evidence)
    }
}
