//! What a promotion gate is asked, in the words of the contract.

use std::collections::BTreeMap;

use tollgate_core::canonical::NotCanonical;
use tollgate_core::evaluate::{PlanSummary, PromotionRequest, PromotionTarget};
use tollgate_core::pipeline::{Role, SourceSpec};
use tollgate_core::policy::PromotionNeeds;
use tollgate_core::proof::{Built, Proof};
use tollgate_core::recipe::{ImageOrigin, Recipe, RecipeComponent, RecipeImage};
use tollgate_core::time::Timestamp;

use crate::bindings::promotion::exports::tollgate::gate::deciding as wit;

type Sources = BTreeMap<String, SourceSpec>;

/// Says a request in the words of the contract. What the gate does not look at is left out.
///
/// # Errors
/// When a recipe has no id, which no recipe that was made lacks.
pub(crate) fn crossing(request: &PromotionRequest, needs: PromotionNeeds, settings: &[u8]) -> Result<wit::Request, NotCanonical> {
    let built = request.built.iter().filter(|_| needs.built).map(built).collect();
    let proofs = request.proofs.iter().filter(|_| needs.proofs);
    Ok(wit::Request {
        settings: settings.to_vec(),
        context: serde_json::to_vec(&request.context).unwrap_or_default(),
        target: target(&request.target),
        recipe: recipe(&request.recipe, &request.sources)?,
        plan: plan(&request.plan),
        built,
        proofs: proofs.map(|one| proof(one, &request.sources)).collect::<Result<_, _>>()?,
    })
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

fn plan(plan: &PlanSummary) -> wit::PlanSummary {
    wit::PlanSummary {
        digest: plan.digest.to_string(),
        creates: plan.creates,
        changes: plan.changes,
        deletes: plan.deletes,
        unchanged: plan.unchanged,
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

/// Seconds since the Unix epoch; what was before it counts as its beginning.
fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use tollgate_core::digest::Digest;
    use tollgate_core::evaluate::{Context, PlaceOfEvaluation};

    use super::*;

    fn mk_recipe() -> Recipe {
        let image = RecipeImage {
            reference: "registry.example.com/cart:v1".parse().unwrap(),
            digest: Digest::of(b"image"),
            origin: ImageOrigin::Own,
            source_commit: Some("c0ffee".to_owned()),
        };
        let component = RecipeComponent {
            component: "cart".to_owned(),
            path: "services/cart".to_owned(),
            tree: "7ree".to_owned(),
            images: vec![image],
            renderers: Vec::new(),
        };
        Recipe::new(vec![component]).unwrap()
    }

    fn mk_request() -> PromotionRequest {
        let proof = Proof {
            target: "preprod-apps".to_owned(),
            environment: "preprod".to_owned(),
            promotable: true,
            recipe: mk_recipe(),
            promotion: "p-1".to_owned(),
            since: Timestamp::from_second(1_700_000_000).unwrap(),
            standing: true,
        };
        PromotionRequest {
            context: Context { place: PlaceOfEvaluation::Promote, target: Some("prod-apps".to_owned()) },
            target: PromotionTarget {
                name: "prod-apps".to_owned(),
                environment: "prod".to_owned(),
                role: Role::Apps,
                promotable: true,
                after: vec!["preprod-apps".to_owned()],
            },
            recipe: mk_recipe(),
            sources: BTreeMap::from([(
                "cart".to_owned(),
                SourceSpec { repository: "https://git.example.com/cart".to_owned(), branch: "master".to_owned() },
            )]),
            plan: PlanSummary { digest: Digest::of(b"plan"), creates: 1, changes: 2, deletes: 3, unchanged: 4 },
            built: Vec::new(),
            proofs: vec![proof],
            evaluation_time: 1_700_000_000,
        }
    }

    #[test]
    fn everything_that_the_gate_needs_crosses() {
        let request = mk_request();
        let wit = crossing(&request, PromotionNeeds { built: true, proofs: true }, b"{}").unwrap();
        assert_eq!(wit.recipe.id, request.recipe.id().unwrap().to_string());
        assert_eq!(wit.recipe.components[0].images[0].reference, "registry.example.com/cart:v1");
        assert!(wit.recipe.components[0].images[0].own);
        assert_eq!(wit.recipe.components[0].source.as_ref().unwrap().branch, "master");
        assert_eq!(wit.proofs[0].since, 1_700_000_000);
        assert_eq!(wit.context, br#"{"place":"promote","target":"prod-apps"}"#);
    }

    #[test]
    fn what_the_gate_does_not_look_at_stays_here() {
        let wit = crossing(&mk_request(), PromotionNeeds { built: false, proofs: false }, b"{}").unwrap();
        assert!(wit.proofs.is_empty());
    }
}
