//! Everywhere but where a recipe enters: it has succeeded, as it is, on every target before.

use tollgate_sdk::Rule;
use tollgate_sdk::promotion::{Component, Finding, Image, Proof, ProposedMove, Recipe};

use crate::evidence::{Evidence, Standing, find, is_alike, standing};
use crate::{image, rules};

pub(crate) fn judge(promotion: &ProposedMove, evidence: &Evidence<'_>) -> Vec<Finding> {
    let missing = missing(promotion, evidence);
    if missing.is_empty() {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = missing.iter().map(|target| unproven(promotion, evidence, target)).collect();
    // A recipe that is proven elsewhere, or was before, differs from nothing: it is the target that is missing.
    let differs = evidence.of_recipe_anywhere(&promotion.recipe).is_none_or(|proof| standing(proof) == Standing::Unpromotable);
    if differs {
        let nearest = evidence.nearest(&promotion.recipe, &promotion.target.after);
        findings.extend(promotion.recipe.components.iter().flat_map(|component| judge_component(component, nearest, evidence)));
        findings.extend(nearest.into_iter().flat_map(|proof| removed(&promotion.recipe, proof)));
    }
    findings
}

/// The targets that a proof is missing for: of a group, all where none has one.
fn missing<'a>(promotion: &'a ProposedMove, evidence: &Evidence<'_>) -> Vec<&'a String> {
    let is_missing = |target: &&String| !is_proven(promotion, evidence, target);
    let each = promotion.target.after.iter().filter(is_missing);
    let groups = promotion.target.after_any.iter().filter(|group| group.iter().all(|target| is_missing(&target)));
    each.chain(groups.flatten()).collect()
}

fn is_proven(promotion: &ProposedMove, evidence: &Evidence<'_>, target: &str) -> bool {
    evidence.of_recipe(&promotion.recipe, target).is_some_and(|proof| standing(proof) == Standing::Proven)
}

/// Why the recipe as a whole is not proven on a target. There is one of these for each such target, so nothing unproven passes.
fn unproven(promotion: &ProposedMove, evidence: &Evidence<'_>, target: &str) -> Finding {
    let id = &promotion.recipe.id;
    let here = evidence.of_recipe(&promotion.recipe, target);
    let proof = here.or_else(|| evidence.of_recipe_anywhere(&promotion.recipe));
    match proof.map(|proof| (proof, standing(proof))) {
        Some((proof, Standing::Ended)) if here.is_some() => rules::PROOF_ENDED
            .of_promotion(format!("recipe `{id}` succeeded {}, but was rolled back or failed there later", place(proof)))
            .fix(format!("Fix what was wrong, and promote the fixed recipe to `{target}` first")),
        Some((proof, Standing::Unpromotable)) => rules::UNPROMOTABLE
            .of_promotion(format!(
                "recipe `{id}` ran {} only; environment `{}` is not promotable, so that proves nothing",
                place(proof),
                proof.environment
            ))
            .fix(format!("Merge the change, and promote it to `{target}` first")),
        Some((proof, _)) => rules::UNPROVEN_RECIPE
            .of_promotion(format!("recipe `{id}` has not succeeded on `{target}` yet; it did {}", place(proof)))
            .fix(format!("Promote it to `{target}` first")),
        None => rules::UNPROVEN_RECIPE
            .of_promotion(format!("recipe `{id}` has not succeeded on `{target}`"))
            .fix(format!("Promote it to `{target}` first")),
    }
}

/// What makes a component differ from what is proven.
fn judge_component(component: &Component, nearest: Option<&Proof>, evidence: &Evidence<'_>) -> Vec<Finding> {
    let before = nearest.and_then(|proof| find(&proof.recipe, &component.name));
    if before.is_some_and(|before| is_alike(before, component)) {
        return Vec::new();
    }
    let images: Vec<Finding> =
        component.images.iter().filter_map(|image| judge_image(component, image, nearest, evidence)).collect();
    match (images.is_empty(), nearest, before) {
        (true, Some(proof), Some(before)) => vec![changed(component, before, proof)],
        (true, Some(proof), None) => vec![added(component, proof)],
        _ => images,
    }
}

/// Why an image is not proven; nothing for one that is.
fn judge_image(component: &Component, image: &Image, nearest: Option<&Proof>, evidence: &Evidence<'_>) -> Option<Finding> {
    let proof = evidence.of_image(&component.name, &image.digest);
    let proof = proof.map(|proof| (proof, standing(proof)));
    if let Some((_, Standing::Proven)) = proof {
        return None;
    }
    if let Some(finding) = rebuilt(component, image, evidence) {
        return Some(finding);
    }
    let (rule, why): (&'static Rule, String) = match proof {
        Some((proof, Standing::Ended)) => {
            (&rules::PROOF_ENDED, format!("succeeded {}, but was rolled back or failed there later", place(proof)))
        }
        Some((proof, _)) => (&rules::UNPROMOTABLE, format!("ran {} only, where nothing is promoted from", place(proof))),
        None => (&rules::UNPROVEN_IMAGE, "has succeeded nowhere".to_owned()),
    };
    let message =
        format!("image `{}` with digest `{}` {why}{}", image::tagged(image), image.digest, good_one(component, image, nearest));
    Some(
        rule.of_component(&component.name, message)
            .fix("Promote the recipe with this image through the environments before, or use the image that is proven"),
    )
}

/// A name and tag that are proven, or were built, with another digest.
fn rebuilt(component: &Component, image: &Image, evidence: &Evidence<'_>) -> Option<Finding> {
    let proven = evidence.of_other_digest(&component.name, image);
    let proven = proven.map(|(proof, good)| (good.digest.as_str(), format!("is proven {}", place(proof))));
    let (good, how) = proven.or_else(|| {
        let builds = evidence.builds(image::tagged(image));
        let built = builds.first().copied().filter(|built| built.digest != image.digest)?;
        Some((built.digest.as_str(), format!("was built (ledger entry {})", built.entry)))
    })?;
    let message = format!("image `{}` now has digest `{}`, but digest `{good}` {how}", image::tagged(image), image.digest);
    let fix = format!("Push `{good}` under the tag again, or build a new commit and promote it from the first environment on");
    Some(rules::REBUILT.of_component(&component.name, message).fix(fix))
}

/// What is proven in the place of an image: `; proven is …`.
fn good_one(component: &Component, image: &Image, nearest: Option<&Proof>) -> String {
    let Some(proof) = nearest else { return String::new() };
    let name = |image: &Image| image::tagged(image).rsplit_once(':').map_or(image::tagged(image), |(name, _)| name).to_owned();
    let before = find(&proof.recipe, &component.name);
    let good = before.and_then(|before| before.images.iter().find(|good| name(good) == name(image)));
    good.map_or(String::new(), |good| {
        format!("; proven {} is `{}` with digest `{}`", place(proof), image::tagged(good), good.digest)
    })
}

fn changed(component: &Component, before: &Component, proof: &Proof) -> Finding {
    if before.images == component.images {
        let message = format!(
            "manifests of `{}` are tree `{}`, but with these images tree `{}` is proven {}",
            component.name,
            component.tree,
            before.tree,
            place(proof)
        );
        let fix = "Take the change back, or promote the recipe that has it through the environments before";
        return rules::HAND_CHANGED.of_component(&component.name, message).fix(fix);
    }
    let list = |images: &[Image]| {
        let images: Vec<String> =
            images.iter().map(|image| format!("`{}` with digest `{}`", image::tagged(image), image.digest)).collect();
        if images.is_empty() { "no image".to_owned() } else { images.join(", ") }
    };
    let message = format!(
        "`{}` with {} is proven, but not in this recipe; proven {} is {}",
        component.name,
        list(&component.images),
        place(proof),
        list(&before.images)
    );
    rules::UNPROVEN_RECIPE
        .of_component(&component.name, message)
        .fix("Promote the recipe through the environments before: its parts are proven, but not together")
}

fn added(component: &Component, proof: &Proof) -> Finding {
    let message = format!("component `{}` is not part of what is proven {}", component.name, place(proof));
    rules::UNPROVEN_RECIPE.of_component(&component.name, message).fix("Promote the recipe through the environments before")
}

fn removed(recipe: &Recipe, proof: &Proof) -> Vec<Finding> {
    let gone = proof.recipe.components.iter().filter(|component| find(recipe, &component.name).is_none());
    let message =
        |component: &Component| format!("component `{}` is missing, but part of what is proven {}", component.name, place(proof));
    gone.map(|component| {
        rules::UNPROVEN_RECIPE.of_promotion(message(component)).fix("Promote the recipe through the environments before")
    })
    .collect()
}

/// Where and by what something was proven.
fn place(proof: &Proof) -> String {
    format!("on `{}` by promotion `{}`", proof.target, proof.promotion)
}

#[cfg(test)]
mod tests;
