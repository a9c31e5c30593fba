//! Which approvals count, and why the others don't.

use std::collections::BTreeMap;

use super::{Involved, mail};
use crate::promotion::listing::listed;
use crate::promotion::{Approval, ApprovalKind, Rejection};

/// How many people must have said yes, to what, and who they are.
#[derive(Clone, Copy, Debug)]
pub struct Quorum<'a> {
    pub kind: ApprovalKind,
    pub approvals: u32,
    /// Teams and mail addresses; empty: everybody who can sign.
    pub from: &'a [String],
}

/// The approvals there are, sorted.
#[derive(Clone, Debug)]
pub struct Counted<'r> {
    /// One for each person who counts.
    pub counted: Vec<&'r Approval>,
    /// The others, each with the reason.
    pub refused: Vec<(&'r Approval, String)>,
}

impl Quorum<'_> {
    /// Counts people, not approvals: of each person one, and of none who is involved.
    pub fn count<'r>(&self, approvals: &'r [Approval], involved: &Involved) -> Counted<'r> {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let mut counted = Counted { counted: Vec::new(), refused: Vec::new() };
        for approval in approvals {
            let person = mail::fold(&approval.by.principal);
            let twice = |source: &&str| format!("the same person has said yes before ({source})");
            match self.refuses(approval, involved).or_else(|| seen.get(&person).map(twice)) {
                Some(reason) => counted.refused.push((approval, reason)),
                None => {
                    seen.insert(person, &approval.source);
                    counted.counted.push(approval);
                }
            }
        }
        counted
    }

    /// The rejections that stand in the way: those by the people who could approve. Who they are is enough; a no by the
    /// author is a no.
    pub fn objections<'r>(&self, rejections: &'r [Rejection]) -> (Vec<&'r Rejection>, Vec<&'r Rejection>) {
        rejections.iter().partition(|rejection| self.from.is_empty() || rejection.by.is_one_of(self.from))
    }

    /// Whether so many people are enough.
    pub fn is_met(&self, counted: &Counted<'_>) -> bool {
        u32::try_from(counted.counted.len()).unwrap_or(u32::MAX) >= self.approvals
    }

    /// How many of how many there are, by whom, and why others don't count.
    pub fn sentence(&self, counted: &Counted<'_>) -> String {
        let what = match self.kind {
            ApprovalKind::Review => "reviews",
            ApprovalKind::Promotion => "approvals of this promotion",
        };
        let mut sentence = format!("{} of {} {what}", counted.counted.len(), self.approvals);
        let named: Vec<String> = counted.counted.iter().map(|approval| name(approval)).collect();
        if !named.is_empty() {
            sentence += &format!(": {}", listed(&named));
        }
        let refused = |(approval, reason): &(&Approval, String)| format!("{}: {reason}", name(approval));
        let refused: Vec<String> = counted.refused.iter().map(refused).collect();
        if !refused.is_empty() {
            sentence += &format!("; not counted: {}", listed(&refused));
        }
        sentence
    }

    fn refuses(&self, approval: &Approval, involved: &Involved) -> Option<String> {
        if let Some(void) = &approval.void {
            return Some(void.clone());
        }
        if approval.kind != self.kind {
            return Some(other_kind(approval.kind).to_owned());
        }
        if approval.by.automation {
            return Some("a machine is no person".to_owned());
        }
        if mail::fold(&approval.by.principal).is_empty() {
            return Some("it is by nobody who has a name".to_owned());
        }
        if let Some(how) = involved.how(&approval.by.principal) {
            return Some(format!("the same person {how}"));
        }
        let is_asked = self.from.is_empty() || approval.by.is_one_of(self.from);
        (!is_asked).then(|| format!("only {} can give it", self.from.join(", ")))
    }
}

/// What an approval of the other kind is.
const fn other_kind(kind: ApprovalKind) -> &'static str {
    match kind {
        ApprovalKind::Review => "it is a review of the content, and no approval of this promotion",
        ApprovalKind::Promotion => "it is an approval of a promotion, and no review of the content",
    }
}

/// Who said yes, and where that is written.
fn name(approval: &Approval) -> String {
    format!("{} ({})", approval.by.principal, approval.source)
}

#[cfg(test)]
mod tests;
