//! What the ledger says of images and recipes, for looking up.

use tollgate_sdk::PluginError;
use tollgate_sdk::promotion::{Built, Component, Image, Proof, ProposedMove, Recipe};

use crate::image;

/// The records of a promotion.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    built: &'a [Built],
    proofs: &'a [Proof],
}

/// How far a proof carries. The best comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It ran where nothing is promoted from.
    Unpromotable,
    /// It was rolled back or failed later.
    Ended,
    /// It holds.
    Proven,
}

impl<'a> Evidence<'a> {
    /// The records of a request, once it is sure that digests are digests and ids are ids.
    pub(crate) fn of(promotion: &'a ProposedMove) -> Result<Self, PluginError> {
        image::require_digests(&promotion.recipe)?;
        for proof in &promotion.proofs {
            image::require_digests(&proof.recipe)?;
            if proof.recipe.id == promotion.recipe.id && !is_same(&proof.recipe, &promotion.recipe) {
                return Err(PluginError::BadInput(format!("two different recipes have the id `{}`", proof.recipe.id)));
            }
        }
        Ok(Self { built: &promotion.built, proofs: &promotion.proofs })
    }

    /// The records of builds under a name and tag, the oldest first: its digest is the one that stands.
    pub(crate) fn builds(&self, tagged: &str) -> Vec<&'a Built> {
        let mut builds: Vec<&Built> = self.built.iter().filter(|built| built.reference == tagged).collect();
        builds.sort_by_key(|built| built.entry);
        builds
    }

    /// The best proof of a recipe on a target, and of equal ones the newest.
    pub(crate) fn of_recipe(&self, recipe: &Recipe, target: &str) -> Option<&'a Proof> {
        best(self.proofs.iter().filter(|proof| proof.recipe.id == recipe.id && proof.target == target))
    }

    /// The best proof of a recipe anywhere.
    pub(crate) fn stands_on(&self, promotion: &ProposedMove, target: &str) -> bool {
        self.of_recipe(&promotion.recipe, target).is_some_and(|proof| standing(proof) == Standing::Proven)
    }

    pub(crate) fn of_recipe_anywhere(&self, recipe: &Recipe) -> Option<&'a Proof> {
        best(self.proofs.iter().filter(|proof| proof.recipe.id == recipe.id))
    }

    /// The best proof of a recipe that has a component's image, by its digest alone.
    pub(crate) fn of_image(&self, component: &str, digest: &str) -> Option<&'a Proof> {
        best(self.proofs.iter().filter(|proof| images_of(&proof.recipe, component).any(|image| image.digest == digest)))
    }

    /// A proof that holds of the same name and tag with another digest.
    pub(crate) fn of_other_digest(&self, component: &str, wanted: &Image) -> Option<(&'a Proof, &'a Image)> {
        let differs = |image: &&Image| image::tagged(image) == image::tagged(wanted) && image.digest != wanted.digest;
        let holding = self.proofs.iter().filter(|proof| standing(proof) == Standing::Proven);
        let found = holding.filter_map(|proof| Some((proof, images_of(&proof.recipe, component).find(differs)?)));
        found.max_by_key(|(proof, _)| proof.since)
    }

    /// Of the recipes that are proven, the one that a recipe differs least from: on the targets before, if any is.
    pub(crate) fn nearest(&self, recipe: &Recipe, after: &[String]) -> Option<&'a Proof> {
        let is_there = |component: &&Component, proof: &Proof| {
            find(&proof.recipe, &component.name).is_some_and(|other| is_alike(other, component))
        };
        let alike = |proof: &Proof| recipe.components.iter().filter(|component| is_there(component, proof)).count();
        let holding = self.proofs.iter().filter(|proof| standing(proof) == Standing::Proven);
        holding.max_by_key(|proof| (after.contains(&proof.target), alike(proof), proof.since))
    }
}

/// How far a proof carries.
pub(crate) const fn standing(proof: &Proof) -> Standing {
    if !proof.promotable {
        Standing::Unpromotable
    } else if !proof.standing {
        Standing::Ended
    } else {
        Standing::Proven
    }
}

fn best<'a>(proofs: impl Iterator<Item = &'a Proof>) -> Option<&'a Proof> {
    proofs.max_by_key(|proof| (standing(proof), proof.since))
}

/// The images that a recipe has for a component.
fn images_of<'a>(recipe: &'a Recipe, component: &str) -> impl Iterator<Item = &'a Image> {
    find(recipe, component).into_iter().flat_map(|component| &component.images)
}

/// Whether two recipes hold the same.
fn is_same(one: &Recipe, other: &Recipe) -> bool {
    one.components.len() == other.components.len()
        && one.components.iter().zip(&other.components).all(|(one, other)| is_alike(one, other))
}

/// Whether two components are delivered alike. Where their images must be built from is configuration, and no part of a recipe.
pub(crate) fn is_alike(one: &Component, other: &Component) -> bool {
    one.name == other.name && one.tree == other.tree && one.images == other.images
}

/// The component of this name.
pub(crate) fn find<'a>(recipe: &'a Recipe, component: &str) -> Option<&'a Component> {
    recipe.components.iter().find(|other| other.name == component)
}
