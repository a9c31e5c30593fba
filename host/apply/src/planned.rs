//! A plan: what is live at a target, compared with a recipe.

use tollgate_core::digest::Digest;
use tollgate_core::plan::{Conflict, NoDigest, Plan};
use tollgate_core::ports::ApplyError;
use tollgate_core::render::Rendered;

use crate::compare::{Objects, compare};
use crate::key::PlanKey;
use crate::release::Release;

/// Plans. `conflicts` are what stands in the way at the target; what stands in the way in the recipe is added.
pub(crate) fn planned(
    target: &str,
    recipe: Digest,
    live: &Objects,
    mut conflicts: Vec<Conflict>,
    rendered: &Rendered,
    key: Option<&PlanKey>,
) -> Result<Plan, ApplyError> {
    conflicts.extend(Release::of(rendered).err().unwrap_or_default());
    let wanted: Objects = rendered.documents().iter().map(|document| (document.key(), document.body.clone())).collect();
    let not_canonical = |source| NoDigest::NotCanonical { target: target.to_owned(), source };
    let comparison = compare(live, &wanted, key).map_err(not_canonical)?;
    Ok(Plan { actions: comparison.actions, unchanged: comparison.unchanged, conflicts, ..Plan::empty(target, recipe) })
}
