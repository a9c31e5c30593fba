//! That recipes succeeded.

use crate::digest::Digest;
use crate::entry::PromotionId;
use crate::time::Timestamp;

/// That a recipe succeeded on a target. The recipe itself is the blob `recipe` of the decision's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRecipe {
    pub target: String,
    pub environment: String,
    pub promotable: bool,
    pub recipe: Digest,
    pub promotion: PromotionId,
    /// Since when it stands without a break.
    pub since: Timestamp,
    /// False once it failed there later.
    pub standing: bool,
}

/// Where the recipe of a [`ProvenRecipe`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipeAt {
    /// Index of the entry that decided it.
    pub entry: u64,
    /// The blob; nothing where the entry names none.
    pub blob: Option<Digest>,
}
