//! Waivers: they accept known findings for a time.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::document::ObjectIdentity;
use crate::finding::{Finding, RuleId, Subject};
use crate::pointer::Pointer;
use crate::terms::Terms;
use crate::time::Timestamp;

/// Accepts the findings of one rule about one object until a day. There is no way to say more in one: not two rules, not a
/// pattern of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    pub rule: RuleId,
    pub subject: WaiverSubject,
    pub terms: Terms,
}

/// The object that a waiver is about, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverSubject {
    pub kind: String,
    /// Nothing where the manifest leaves it out.
    pub namespace: Option<String>,
    /// Empty where the manifest leaves it out; then there is a file.
    pub name: String,
    /// The file that the object must stand in.
    pub file: Option<String>,
    /// Values that the findings must be about; none: any of the object.
    pub pointers: Vec<Pointer>,
}

impl WaiverSubject {
    fn covers(&self, finding: &Finding) -> bool {
        let Subject::Document { document, pointer } = &finding.subject else { return false };
        let ObjectIdentity { kind, namespace, name, .. } = &document.identity;
        let file = finding.location.as_ref().map(|location| &location.file);
        (kind, namespace, name) == (&self.kind, &self.namespace, &self.name)
            && (self.file.is_none() || self.file.as_ref() == file)
            && (self.pointers.is_empty() || self.pointers.contains(pointer))
    }
}

impl std::fmt::Display for WaiverSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        write!(f, "{} {namespace}{}", self.kind, self.name)?;
        self.file.as_ref().map_or(Ok(()), |file| write!(f, " in {file}"))
    }
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaiverState {
    /// It accepts something.
    Used,
    /// It would accept something if it still held.
    Expired,
    /// It is about nothing that was found.
    Unused,
}

/// What became of each waiver, in their order, and how many findings it accepts or would accept.
pub type Uses = Vec<(WaiverState, u64)>;

/// Lets waivers accept findings. The first that holds accepts a finding; one that holds no more accepts nothing.
pub fn waive<'a>(waivers: &[Waiver], now: Timestamp, findings: impl Iterator<Item = &'a mut Finding>) -> Uses {
    let mut by_rule: HashMap<&RuleId, Vec<usize>> = HashMap::new();
    for (index, waiver) in waivers.iter().enumerate() {
        by_rule.entry(&waiver.rule).or_default().push(index);
    }
    let mut counts = vec![0_u64; waivers.len()];
    for finding in findings.filter(|finding| finding.waiver.is_none()) {
        let of_rule = by_rule.get(&finding.rule).into_iter().flatten().copied();
        let covering: Vec<usize> = of_rule.filter(|index| waivers[*index].subject.covers(finding)).collect();
        let holding = covering.iter().copied().find(|index| waivers[*index].terms.hold_at(now));
        if let Some(index) = holding {
            finding.waiver = Some(waivers[index].terms.clone());
        }
        // Of those that hold no more each is told; of those that hold, the one that counts.
        holding.map_or(covering, |index| vec![index]).into_iter().for_each(|index| counts[index] += 1);
    }
    let state = |(waiver, count): (&Waiver, u64)| match (count, waiver.terms.hold_at(now)) {
        (0, _) => (WaiverState::Unused, 0),
        (count, true) => (WaiverState::Used, count),
        (count, false) => (WaiverState::Expired, count),
    };
    waivers.iter().zip(counts).map(state).collect()
}

#[cfg(test)]
mod tests;
