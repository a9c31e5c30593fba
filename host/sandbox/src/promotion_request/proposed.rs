//! A recipe that would move to a target.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_core::canonical::NotCanonical;
use tollgate_core::deciding::{PlanSummary, PlannedAction, ProposedMove, WayBack};
use tollgate_core::evaluate::PromotionTarget;
use tollgate_core::pair::{Pair, PairDifference};
use tollgate_core::pipeline::{Role, SourceSpec};
use tollgate_core::plan::Verb;
use tollgate_core::proof::{Built, Proof};
use tollgate_core::recipe::{ImageOrigin, Recipe, RecipeComponent, RecipeImage};

use super::{seconds, wit};

type Sources = BTreeMap<String, SourceSpec>;

/// # Errors
/// When a recipe has no id, which no recipe that was made lacks.
pub(super) fn promotion(proposed: &ProposedMove) -> Result<wit::Promotion, NotCanonical> {
    let sources = &proposed.sources;
    Ok(wit::Promotion {
        target: target(&proposed.target),
        recipe: recipe(&proposed.recipe, sources)?,
        plan: plan(&proposed.plan),
        is_rollback: proposed.is_rollback,
        built: proposed.built.iter().map(built).collect(),
        proofs: proposed.proofs.iter().map(|one| proof(one, sources)).collect::<Result<_, _>>()?,
        way_back: proposed.way_back.as_ref().map(way_back),
        pair: proposed.pair.as_ref().map(pair),
    })
}

fn pair(pair: &Pair) -> wit::Pair {
    wit::Pair {
        ops: pair.ops.clone(),
        apps: pair.apps.clone(),
        differences: pair.differences.iter().map(difference).collect(),
        unseen: pair.unseen.clone(),
    }
}

fn difference(difference: &PairDifference) -> wit::PairDifference {
    let text = |value: &Option<Value>| value.as_ref().map(|value| value.to_string().into_bytes());
    wit::PairDifference {
        component: difference.component.clone(),
        path: difference.path.to_string(),
        ops: text(&difference.ops),
        apps: text(&difference.apps),
        on_purpose: difference.on_purpose.clone(),
    }
}

fn way_back(way: &WayBack) -> wit::WayBack {
    wit::WayBack { recipe: way.recipe.to_string(), promotion: way.promotion.clone(), missing_images: way.missing_images.clone() }
}

fn target(target: &PromotionTarget) -> wit::Target {
    wit::Target {
        name: target.name.clone(),
        environment: target.environment.clone(),
        role: match target.role {
            Role::Ops => wit::Role::Ops,
            Role::Apps => wit::Role::Apps,
        },
        promotable: target.promotable,
        after: target.after.clone(),
        after_any: target.after_any.clone(),
    }
}

fn recipe(recipe: &Recipe, sources: &Sources) -> Result<wit::Recipe, NotCanonical> {
    let components = recipe.components().iter().map(|one| component(one, sources)).collect();
    Ok(wit::Recipe { id: recipe.id()?.to_string(), components })
}

fn component(component: &RecipeComponent, sources: &Sources) -> wit::Component {
    let source = sources
        .get(&component.component)
        .map(|source| wit::Source { repository: source.repository.clone(), branch: source.branch.clone() });
    wit::Component {
        name: component.component.clone(),
        tree: component.tree.clone(),
        images: component.images.iter().map(image).collect(),
        source,
    }
}

fn image(image: &RecipeImage) -> wit::Image {
    wit::Image {
        reference: image.reference.to_string(),
        digest: image.digest.to_string(),
        own: image.origin == ImageOrigin::Own,
        source_commit: image.source_commit.clone(),
    }
}

fn plan(plan: &PlanSummary) -> wit::Plan {
    wit::Plan {
        digest: plan.digest.to_string(),
        creates: plan.creates,
        changes: plan.changes,
        deletes: plan.deletes,
        unchanged: plan.unchanged,
        actions: plan.actions.iter().map(action).collect(),
    }
}

fn action(action: &PlannedAction) -> wit::Action {
    wit::Action {
        verb: match action.verb {
            Verb::Create => wit::Verb::Create,
            Verb::Change => wit::Verb::Change,
            Verb::Delete => wit::Verb::Delete,
        },
        component: action.component.clone(),
        api_version: action.api_version.clone(),
        kind: action.kind.clone(),
        namespace: action.namespace.clone(),
        name: action.name.clone(),
    }
}

fn built(built: &Built) -> wit::Built {
    wit::Built {
        service: built.service.clone(),
        commit: built.commit.clone(),
        branch: built.branch.clone(),
        reference: built.reference.to_string(),
        digest: built.digest.to_string(),
        manifests: built.manifests.clone(),
        entry: built.entry,
    }
}

fn proof(proof: &Proof, sources: &Sources) -> Result<wit::Proof, NotCanonical> {
    Ok(wit::Proof {
        target: proof.target.clone(),
        environment: proof.environment.clone(),
        promotable: proof.promotable,
        recipe: recipe(&proof.recipe, sources)?,
        promotion: proof.promotion.clone(),
        since: seconds(proof.since),
        standing: proof.standing,
    })
}
