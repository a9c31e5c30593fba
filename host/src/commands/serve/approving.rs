//! What the ledger says may run at a target.

use tollgate_core::admission::{ApprovedRecipe, InventoryName};
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::{Target, TargetKind};
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_core::recipe::Recipe;
use tollgate_report::failure::Failure;

use crate::admission::Approved;
use crate::commands::deciding::Destination;
use crate::commands::recorded::recorded;
use crate::delivery::proofs::recipe_of;
use crate::delivery::render::render;
use crate::exit::fail;
use crate::wiring::Delivery;

/// What may run: what succeeded last, and what was begun since. Nothing where nothing was ever begun.
pub(super) fn approved(delivery: &Delivery, history: &Gist, target: &Target) -> Result<Option<Approved>, Failure> {
    let destination = Destination::new(delivery, target)?;
    let running = standing(history, &target.name);
    if running.is_empty() {
        return Ok(None);
    }
    let (namespace, inventory) = place(target);
    let mut approved = Approved::at(namespace, inventory);
    for promotion in &running {
        let candidate = recorded(&destination, promotion, history)?;
        let recipe = candidate.recipe.clone().unwrap_or_default();
        let rendered = render(&candidate, &recipe).map_err(|error| fail(crate::delivery::decide::DecideError::from(error)))?;
        approved.add_images(pinned(&recipe));
        if let Some(recipe) = promotion.recipe() {
            let (promotion, state) = (promotion.id.to_string(), state(promotion).to_owned());
            approved.add(ApprovedRecipe { recipe, promotion, state }, rendered.documents());
        }
    }
    approved.add_images(images_before(delivery, history, target)?);
    Ok(Some(approved))
}

/// The promotions whose objects may be there, newest first.
fn standing<'a>(history: &'a Gist, target: &str) -> Vec<Promotion<'a>> {
    let current = history.current(target);
    let newest = history.newest_to(target).filter(|promotion| promotion.running.is_some());
    let mut all: Vec<Promotion<'a>> = history.open_attempts(target).into_iter().chain(newest).chain(current.clone()).collect();
    let begun = |promotion: &Promotion<'_>| promotion.running.map_or(0, |(entry, _)| entry.index);
    // What was begun before the one that succeeded last has been replaced by it.
    let since = current.as_ref().map_or(0, begun);
    all.retain(|promotion| begun(promotion) >= since);
    all.sort_by_key(|promotion| std::cmp::Reverse(begun(promotion)));
    all.dedup_by(|one, other| one.id == other.id);
    all
}

fn state(promotion: &Promotion<'_>) -> &'static str {
    match promotion.state() {
        PromotionState::Succeeded => "current",
        PromotionState::Running => "running",
        PromotionState::Continued => "continued",
        _ => "failed",
    }
}

fn pinned(recipe: &Recipe) -> impl Iterator<Item = String> + '_ {
    let images = recipe.components().iter().flat_map(|component| &component.images);
    images.map(|image| image.reference.pinned(image.digest).to_string())
}

/// The images of what ran before: pods of it may have to be made again while it is replaced.
fn images_before(delivery: &Delivery, history: &Gist, target: &Target) -> Result<Vec<String>, Failure> {
    let current = history.current(&target.name).and_then(|promotion| promotion.recipe());
    let Some(before) = history.way_back(&target.name, current) else { return Ok(Vec::new()) };
    let recipe = recipe_of(before.decision, &delivery.ledger).map_err(fail)?;
    Ok(recipe.iter().flat_map(pinned).collect())
}

fn place(target: &Target) -> (Option<String>, Option<InventoryName>) {
    match &target.kind {
        TargetKind::Kubernetes(kubernetes) => {
            let namespace = kubernetes.namespace.clone();
            let inventory = InventoryName { namespace: namespace.clone(), name: format!("tollgate-{}", target.name) };
            (Some(namespace), Some(inventory))
        }
        TargetKind::Directory(_) | TargetKind::Git(_) | TargetKind::Terraform(_) => (None, None),
    }
}
