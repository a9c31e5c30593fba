//! What the ledger proves, with the recipes that it proves it of.

use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::gist::Gist;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::promotion::Promotion;
use tollgate_core::proof::Proof;
use tollgate_core::proven::RecipeAt;
use tollgate_core::recipe::Recipe;

/// Name of the blob that holds a decision's recipe.
pub(crate) const RECIPE_BLOB: &str = "recipe";

/// The recipe that a decision is about.
pub(crate) fn recipe_of(entry: &Entry, ledger: &dyn ReadLedger) -> Result<Option<Recipe>, LedgerError> {
    let Some(digest) = entry.blobs.get(RECIPE_BLOB) else { return Ok(None) };
    recipe_blob(*digest, entry.index, entry.subject.recipe, ledger).map(Some)
}

fn recipe_blob(digest: Digest, index: u64, id: Option<Digest>, ledger: &dyn ReadLedger) -> Result<Recipe, LedgerError> {
    let bytes = ledger.blob(digest)?;
    let bad = |reason: String| LedgerError::BadEntry { index, reason };
    let recipe: Recipe = serde_json::from_slice(&bytes).map_err(|error| bad(format!("its recipe can't be read: {error}")))?;
    if recipe.id().ok() != id {
        return Err(bad("its recipe has another id than the entry says".to_owned()));
    }
    Ok(recipe)
}

/// All proofs.
pub(crate) fn proofs(history: &Gist, ledger: &dyn ReadLedger) -> Result<Vec<Proof>, LedgerError> {
    let mut proofs = Vec::new();
    for (proven, RecipeAt { entry, blob }) in history.proven_recipes() {
        let Some(digest) = blob else { continue };
        let recipe = recipe_blob(digest, entry, Some(proven.recipe), ledger)?;
        proofs.push(Proof {
            target: proven.target,
            environment: proven.environment,
            promotable: proven.promotable,
            recipe,
            promotion: proven.promotion.to_string(),
            since: proven.since,
            standing: proven.standing,
        });
    }
    Ok(proofs)
}

/// What runs at a target, with its recipe.
pub(crate) fn running<'a>(
    history: &'a Gist,
    target: &str,
    ledger: &dyn ReadLedger,
) -> Result<Option<(Promotion<'a>, Recipe)>, LedgerError> {
    let Some(promotion) = history.current(target) else { return Ok(None) };
    let recipe = recipe_of(promotion.decision, ledger)?;
    Ok(recipe.map(|recipe| (promotion, recipe)))
}
