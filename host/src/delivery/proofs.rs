//! What the ledger proves, with the recipes that it proves it of.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::gist::Gist;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::promotion::Promotion;
use tollgate_core::proof::Proof;
use tollgate_core::proven::{ProvenRecipe, RecipeAt};
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

/// Of other recipes, how many of each target gates are told: what they say to people rests on them, and no verdict.
const OTHERS: usize = 10;

/// The proofs of a recipe, and of others the newest of each target.
pub(crate) fn concerning(recipe: Digest, history: &Gist, ledger: &dyn ReadLedger) -> Result<Vec<Proof>, LedgerError> {
    let proven: Vec<(ProvenRecipe, RecipeAt)> = history.proven_recipes().collect();
    let mut newest: Vec<&ProvenRecipe> = proven.iter().map(|(proof, _)| proof).collect();
    newest.sort_by_key(|proof| std::cmp::Reverse(proof.since));
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    newest.retain(|proof| {
        let told = others.entry(&proof.target).or_default();
        *told += usize::from(proof.recipe != recipe);
        proof.recipe == recipe || *told <= OTHERS
    });
    let told: BTreeSet<(&str, Digest)> = newest.iter().map(|proof| (proof.target.as_str(), proof.recipe)).collect();
    let told = proven.iter().filter(|(proof, _)| told.contains(&(proof.target.as_str(), proof.recipe)));
    told.filter_map(|(proof, at)| with_recipe(proof, *at, ledger).transpose()).collect()
}

fn with_recipe(proven: &ProvenRecipe, at: RecipeAt, ledger: &dyn ReadLedger) -> Result<Option<Proof>, LedgerError> {
    let Some(digest) = at.blob else { return Ok(None) };
    Ok(Some(Proof {
        target: proven.target.clone(),
        environment: proven.environment.clone(),
        promotable: proven.promotable,
        recipe: recipe_blob(digest, at.entry, Some(proven.recipe), ledger)?,
        promotion: proven.promotion.to_string(),
        since: proven.since,
        standing: proven.standing,
    }))
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
