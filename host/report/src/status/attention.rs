//! What people have stopped, and where glass is broken.

use serde::Serialize;
use tollgate_core::deciding::Stop;
use tollgate_core::time::Timestamp;

use crate::clean;

/// A freeze or a hold that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StopStatus {
    /// `freeze` or `hold`.
    pub kind: &'static str,
    /// `all`, `environment prod`, `target prod-apps`, `component cart`.
    pub scope: String,
    pub reason: String,
    pub by: String,
    pub since: Timestamp,
    /// Null: only a thaw ends it.
    pub until: Option<Timestamp>,
    /// Index of its entry.
    pub entry: u64,
}

impl From<Stop> for StopStatus {
    fn from(stop: Stop) -> Self {
        let Stop { is_hold, scope, reason, by, since, until, entry } = stop;
        Self { kind: if is_hold { "hold" } else { "freeze" }, scope, reason, by, since, until, entry }
    }
}

impl StopStatus {
    pub(super) fn sentence(&self) -> String {
        let Self { kind, scope, reason, by, since, until, entry } = self;
        let until = until.map_or_else(|| "until a thaw".to_owned(), |until| format!("until {until}"));
        clean::line(&format!("{scope}: {kind} by {by} since {since}, {until}: {reason} (entry {entry})"))
    }
}

/// An override that passes something, or that somebody has yet to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OverrideStatus {
    /// Index of the entry that opened it.
    pub entry: u64,
    pub target: String,
    pub gates: Vec<String>,
    pub signers: Vec<String>,
    /// How many signatures are missing before it passes anything.
    pub missing: u32,
    /// The object in the cluster whose annotation broke it; null where it is an override of a promotion.
    pub in_cluster: Option<String>,
    pub until: Timestamp,
    /// Whether it still may pass something.
    pub open: bool,
    /// When somebody else must have looked at it; null where somebody did, or it was never used.
    pub review_by: Option<Timestamp>,
    pub overdue: bool,
}

impl OverrideStatus {
    pub(super) fn sentence(&self) -> String {
        let Self { entry, target, until, missing, .. } = self;
        let (gates, signers) = (self.gates.join(", "), self.signers.join(", "));
        let passes = match (self.open, missing) {
            (open, _) if let Some(object) = &self.in_cluster => {
                // Nothing said no there: the ledger was too old to be asked.
                let gates = if gates.is_empty() { "the age of the ledger" } else { &gates };
                let word = if open { "passes" } else { "passed" };
                format!("{word} {gates} in the cluster by an annotation of {object} until {until}, broken by {signers}")
            }
            (true, 0) => format!("passes {gates} until {until}, signed by {signers}"),
            (true, missing) => {
                format!("would pass {gates} until {until}; signatures missing: {missing}, `tollgate override O-{entry}` signs")
            }
            (false, _) => format!("passed {gates}, signed by {signers}"),
        };
        let word = if self.overdue { "was due" } else { "is due" };
        let review = self.review_by.map(|by| format!("; a review {word} by {by}: `tollgate approve O-{entry}`"));
        clean::line(&format!("{target}: O-{entry} {passes}{}", review.unwrap_or_default()))
    }
}
