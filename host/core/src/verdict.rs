//! Verdicts: what a gate answers.

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Level};
use crate::time::Timestamp;

/// What a pending verdict waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// A sentence.
    pub reason: String,
    /// Teams or principals who can give it; empty when only time can.
    pub from: Vec<String>,
    /// When the answer may change by itself.
    pub until: Option<Timestamp>,
}

/// A gate's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Warn,
    Fail,
    Pending(Wait),
    /// The policy could not judge. It is not a no, and never a yes.
    Error {
        message: String,
    },
    /// Nothing that the gate was asked about concerns it.
    NotApplicable,
}

impl Verdict {
    /// The verdict that findings amount to: any `deny` fails, else any `warn` warns. What a waiver accepts does not count.
    pub fn of_findings<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let counted = findings.into_iter().filter(|finding| finding.waiver.is_none());
        match counted.map(|finding| finding.level).max() {
            Some(Level::Deny) => Self::Fail,
            Some(Level::Warn) => Self::Warn,
            Some(Level::Note) | None => Self::Pass,
        }
    }

    /// The word for reports.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Pending(_) => "pending",
            Self::Error { .. } => "error",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// From best to worst, for `any` and `all`.
    const fn badness(&self) -> u8 {
        match self {
            Self::NotApplicable => 0,
            Self::Pass => 1,
            Self::Warn => 2,
            Self::Pending(_) => 3,
            Self::Fail => 4,
            Self::Error { .. } => 5,
        }
    }

    /// `all`: the worst member. No members: not applicable.
    #[must_use]
    pub fn all(members: Vec<Self>) -> Self {
        members.into_iter().max_by_key(Self::badness).unwrap_or(Self::NotApplicable)
    }

    /// `any`: the best member that applies. One that is not applicable is no yes.
    #[must_use]
    pub fn any(members: Vec<Self>) -> Self {
        let applies = |verdict: &Self| !matches!(verdict, Self::NotApplicable);
        members.into_iter().filter(applies).min_by_key(Self::badness).unwrap_or(Self::NotApplicable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Verdict {
        Verdict::Error { message: "trap".to_owned() }
    }

    #[test]
    fn all_is_as_good_as_its_worst_member() {
        assert_eq!(Verdict::all(vec![Verdict::Pass, Verdict::Fail, Verdict::Warn]), Verdict::Fail);
        assert_eq!(Verdict::all(vec![Verdict::Fail, error()]), error());
        assert_eq!(Verdict::all(vec![Verdict::NotApplicable, Verdict::Pass]), Verdict::Pass);
        assert_eq!(Verdict::all(vec![]), Verdict::NotApplicable);
    }

    #[test]
    fn any_is_as_good_as_its_best_member_that_applies() {
        assert_eq!(Verdict::any(vec![Verdict::Fail, Verdict::Pass, error()]), Verdict::Pass);
        assert_eq!(Verdict::any(vec![Verdict::NotApplicable, Verdict::Fail]), Verdict::Fail);
        assert_eq!(Verdict::any(vec![error(), Verdict::Fail]), Verdict::Fail);
        assert_eq!(Verdict::any(vec![Verdict::NotApplicable]), Verdict::NotApplicable);
    }
}
