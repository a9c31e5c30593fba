//! A promotion, as the ledger's entries tell it.

use crate::digest::Digest;
use crate::entry::{Decided, Entry, Outcome, OutcomeState, PromotionId, Running};

/// A promotion, as the ledger tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion<'a> {
    pub id: PromotionId,
    pub decision: &'a Entry,
    pub decided: &'a Decided,
    /// The latest attempt.
    pub running: Option<(&'a Entry, &'a Running)>,
    /// The end of the latest attempt.
    pub outcome: Option<(&'a Entry, &'a Outcome)>,
}

/// Where a promotion stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PromotionState {
    Denied,
    Pending,
    /// Approved, and no attempt has begun.
    Approved,
    /// An attempt has begun and not ended.
    Running,
    /// What was decided is applied, and components that come after it are still to be decided on: nothing is proven.
    Continued,
    Succeeded,
    Failed,
    Errored,
    Aborted,
}

impl PromotionState {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Continued => "continued",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

impl Promotion<'_> {
    /// Name of the target.
    pub fn target(&self) -> &str {
        self.decision.subject.target.as_deref().unwrap_or_default()
    }

    /// Id of the recipe.
    pub const fn recipe(&self) -> Option<Digest> {
        self.decision.subject.recipe
    }

    /// Index of the entry by which it ended; nothing before that.
    pub fn ended(&self) -> Option<u64> {
        self.outcome.map(|(entry, _)| entry.index)
    }

    /// Where it stands.
    pub fn state(&self) -> PromotionState {
        use crate::decision::DecisionWord;
        match (self.decided.decision, self.running, self.outcome) {
            (_, _, Some((_, outcome))) => match outcome.state {
                OutcomeState::Succeeded if !self.decided.deferred.is_empty() => PromotionState::Continued,
                OutcomeState::Succeeded => PromotionState::Succeeded,
                OutcomeState::Failed => PromotionState::Failed,
                OutcomeState::Errored => PromotionState::Errored,
                OutcomeState::Aborted => PromotionState::Aborted,
            },
            (_, Some(_), None) => PromotionState::Running,
            (DecisionWord::Approved, None, None) => PromotionState::Approved,
            (DecisionWord::Denied, None, None) => PromotionState::Denied,
            (DecisionWord::Pending, None, None) => PromotionState::Pending,
        }
    }
}
