//! What the ledger proves, with the recipes that it proves it of.

use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::history::{History, Promotion};
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::proof::Proof;
use tollgate_core::recipe::Recipe;

/// Name of the blob that holds a decision's recipe.
pub(crate) const RECIPE_BLOB: &str = "recipe";

/// The recipe that a decision is about.
pub(crate) fn recipe_of(entry: &Entry, ledger: &dyn ReadLedger) -> Result<Option<Recipe>, LedgerError> {
    let Some(digest) = entry.blobs.get(RECIPE_BLOB) else { return Ok(None) };
    let recipe = recipe_blob(*digest, entry.index, ledger)?;
    if recipe.id().ok() != entry.subject.recipe {
        let reason = "its recipe has another id than the entry says".to_owned();
        return Err(LedgerError::BadEntry { index: entry.index, reason });
    }
    Ok(Some(recipe))
}

fn recipe_blob(digest: Digest, index: u64, ledger: &dyn ReadLedger) -> Result<Recipe, LedgerError> {
    let bytes = ledger.blob(digest)?;
    let bad = |reason: String| LedgerError::BadEntry { index, reason };
    serde_json::from_slice(&bytes).map_err(|error| bad(format!("its recipe can't be read: {error}")))
}

/// All proofs.
pub(crate) fn proofs(history: &History, ledger: &dyn ReadLedger) -> Result<Vec<Proof>, LedgerError> {
    let mut proofs = Vec::new();
    for proven in history.proven() {
        let Some(promotion) = history.promotion(&proven.promotion) else { continue };
        let Some(recipe) = recipe_of(promotion.decision, ledger)? else { continue };
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
    history: &'a History,
    target: &str,
    ledger: &dyn ReadLedger,
) -> Result<Option<(Promotion<'a>, Recipe)>, LedgerError> {
    let Some(promotion) = history.current(target) else { return Ok(None) };
    let recipe = recipe_of(promotion.decision, ledger)?;
    Ok(recipe.map(|recipe| (promotion, recipe)))
}
