//! How long a recipe has stood on one target.

use tollgate_sdk::Duration;
use tollgate_sdk::promotion::{Proof, ProposedMove};

/// How it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Enough,
    /// It stands, and is enough at these seconds since the Unix epoch.
    Until(u64, String),
    /// Time alone will not make it enough.
    Never(String),
}

impl Standing {
    pub(crate) fn is_enough(&self) -> bool {
        *self == Self::Enough
    }

    /// When it is enough by itself.
    pub(crate) const fn end(&self) -> Option<u64> {
        match self {
            Self::Until(end, _) => Some(*end),
            Self::Enough | Self::Never(_) => None,
        }
    }

    /// Why it is not enough yet.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Enough => None,
            Self::Until(_, reason) | Self::Never(reason) => Some(reason),
        }
    }

    /// The lower, the sooner it is enough.
    pub(crate) const fn rank(&self) -> (u8, u64) {
        match self {
            Self::Enough => (0, 0),
            Self::Until(end, _) => (1, *end),
            Self::Never(_) => (2, 0),
        }
    }
}

/// How the recipe that would move stands on a target that comes before.
pub(crate) fn standing(promotion: &ProposedMove, target: &str, time: Duration, now: u64) -> Standing {
    let here = || promotion.proofs.iter().filter(|proof| proof.target == target && proof.promotable);
    let Some(proof) = here().find(|proof| proof.recipe.id == promotion.recipe.id) else {
        return Standing::Never(format!("the recipe has not succeeded on `{target}` yet"));
    };
    if !proof.standing {
        let why = "was rolled back or failed there later";
        return Standing::Never(format!("the recipe succeeded on `{target}` by promotion `{}`, but {why}", proof.promotion));
    }
    let next = here().filter(|other| came_later(other, proof)).min_by_key(|other| other.since);
    match (proof.since.checked_add(time.seconds()), next) {
        (Some(end), Some(next)) if next.since < end => replaced(proof, next, time),
        (Some(end), _) if end <= now => Standing::Enough,
        (Some(end), _) => Standing::Until(end, left(proof, end, time, now)),
        (None, _) => Standing::Never(format!("{time} after its success on `{target}` is beyond the end of time")),
    }
}

/// Whether another recipe took the place of one. Within a second the numbers of their promotions tell, since at a target none is
/// applied after a later one; where they can't tell, it did.
fn came_later(other: &Proof, proof: &Proof) -> bool {
    let number = |proof: &Proof| proof.promotion.strip_prefix("P-").and_then(|number| number.parse::<u64>().ok());
    let is_later = || match (number(other), number(proof)) {
        (Some(other), Some(proof)) => other > proof,
        _ => true,
    };
    other.since > proof.since || other.since == proof.since && other.recipe.id != proof.recipe.id && is_later()
}

fn left(proof: &Proof, end: u64, time: Duration, now: u64) -> String {
    let stood = Duration::from_seconds(now.saturating_sub(proof.since));
    let left = Duration::from_seconds(end.saturating_sub(now));
    format!("the recipe has stood on `{}` for {stood} of {time}, {left} are left", proof.target)
}

/// What another recipe has taken the place of no longer runs there, so that waiting proves nothing more.
fn replaced(proof: &Proof, next: &Proof, time: Duration) -> Standing {
    let stood = Duration::from_seconds(next.since - proof.since);
    Standing::Never(format!(
        "the recipe stood on `{}` for {stood} of {time}, and promotion `{}` took its place; promote it there again",
        proof.target, next.promotion
    ))
}
