//! What would move where.

use std::collections::BTreeMap;

use tollgate_core::deciding::{PlanSummary, PlannedAction, ProposedMove, WayBack};
use tollgate_core::evaluate::PromotionTarget;
use tollgate_core::image::ImageReference;
use tollgate_core::pair::{Pair, PairDifference};
use tollgate_core::pipeline::{Role, SourceSpec};
use tollgate_core::plan::Verb;
use tollgate_core::proof::{Built, Proof};
use tollgate_core::recipe::{ImageOrigin, Recipe, RecipeComponent, RecipeImage};

use super::reading::{self, Reading};
use crate::origin::At;
use crate::raw::gate_case::GateCaseFile;
use crate::raw::gate_case_move as raw;
use crate::raw::role;
use crate::raw::text::{Name, Text};

/// The component of a case that names none.
const COMPONENT: &str = "cart";
const BRANCH: &str = "master";

pub(super) fn promotion(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> ProposedMove {
    let components = components(&case.recipe);
    let recipe = recipe(&components, &at.member("recipe"), reading);
    ProposedMove {
        target: target(&case.target),
        sources: sources(&components),
        plan: plan(&case.plan, &recipe),
        is_rollback: case.is_rollback,
        built: built(case, at, reading),
        proofs: proofs(case, at, reading, &recipe),
        way_back: case.way_back.as_ref().map(way_back),
        pair: case.pair.as_ref().map(|raw| pair(raw, &at.member("pair"), reading)),
        recipe,
    }
}

/// What is written, or the one component of a case that names none.
fn components(written: &BTreeMap<Name, raw::Component>) -> BTreeMap<Name, raw::Component> {
    match written.is_empty() {
        true => BTreeMap::from([(Name(COMPONENT.to_owned()), raw::Component::default())]),
        false => written.clone(),
    }
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.as_str().to_owned()).collect()
}

fn target(raw: &raw::Target) -> PromotionTarget {
    PromotionTarget {
        name: raw.name.as_str().to_owned(),
        environment: raw.environment.as_str().to_owned(),
        role: match raw.role {
            role::Role::Ops => Role::Ops,
            role::Role::Apps => Role::Apps,
        },
        promotable: raw.promotable,
        after: names(&raw.after),
        after_any: raw.after_any.iter().map(|group| names(group)).collect(),
    }
}

fn recipe(components: &BTreeMap<Name, raw::Component>, at: &At<'_>, reading: &mut Reading) -> Recipe {
    let read = components.iter().map(|(name, component)| {
        let at = at.member(name.as_str()).member("images");
        let images = component.images.iter().enumerate();
        RecipeComponent {
            component: name.as_str().to_owned(),
            path: format!("services/{}", name.as_str()),
            tree: reading::commit(component.tree.as_ref().map_or(name.as_str(), Text::as_str)),
            images: images.filter_map(|(index, raw)| image(raw, &at.element(index).member("reference"), reading)).collect(),
            renderers: Vec::new(),
            render: None,
            terraform: None,
        }
    });
    let read: Vec<RecipeComponent> = read.collect();
    Recipe::new(read).unwrap_or_else(|error| {
        reading.problem(at.problem(error.to_string()));
        Recipe::default()
    })
}

fn image(raw: &raw::Image, at: &At<'_>, reading: &mut Reading) -> Option<RecipeImage> {
    let reference = reference(&raw.reference, at, reading)?;
    let origin = if raw.third_party { ImageOrigin::ThirdParty } else { ImageOrigin::Own };
    let source_commit = reference.commit().filter(|_| !raw.third_party).map(ToOwned::to_owned);
    let digest = reading::digest(raw.digest.as_ref().unwrap_or(&raw.reference).as_str());
    Some(RecipeImage { reference, digest, origin, source_commit })
}

fn reference(text: &Text, at: &At<'_>, reading: &mut Reading) -> Option<ImageReference> {
    let parsed = text.as_str().parse();
    parsed.map_err(|error| reading.problem(at.problem(format!("`{}` is no image: {error}", text.as_str())))).ok()
}

fn sources(components: &BTreeMap<Name, raw::Component>) -> BTreeMap<String, SourceSpec> {
    let own = components.iter().filter(|(_, component)| component.images.iter().any(|image| !image.third_party));
    let source = |(name, component): (&Name, &raw::Component)| {
        let branch = component.branch.as_ref().map_or(BRANCH, Text::as_str).to_owned();
        (name.as_str().to_owned(), SourceSpec { repository: format!("https://git.example.com/{}", name.as_str()), branch })
    };
    own.map(source).collect()
}

/// Without any count or action, one object changes.
fn plan(raw: &raw::Plan, recipe: &Recipe) -> PlanSummary {
    let first = recipe.components().first().map_or(COMPONENT, |component| component.component.as_str());
    let actions: Vec<PlannedAction> = raw.actions.iter().map(|raw| action(raw, first)).collect();
    let count = |said: Option<u32>, verb: Verb| {
        let counted = actions.iter().filter(|action| action.verb == verb).count();
        said.unwrap_or_else(|| u32::try_from(counted).unwrap_or(u32::MAX))
    };
    let is_silent = actions.is_empty() && raw.creates.is_none() && raw.changes.is_none() && raw.deletes.is_none();
    PlanSummary {
        digest: reading::digest("plan"),
        creates: count(raw.creates, Verb::Create),
        changes: if is_silent { 1 } else { count(raw.changes, Verb::Change) },
        deletes: count(raw.deletes, Verb::Delete),
        unchanged: raw.unchanged,
        actions,
    }
}

fn action(raw: &raw::Action, component: &str) -> PlannedAction {
    let verb = match raw.verb {
        raw::Verb::Create => Verb::Create,
        raw::Verb::Change => Verb::Change,
        raw::Verb::Delete => Verb::Delete,
    };
    PlannedAction {
        verb,
        component: raw.component.as_ref().map_or(component, Name::as_str).to_owned(),
        api_version: raw.api_version.as_ref().map_or("v1", Text::as_str).to_owned(),
        kind: raw.kind.as_str().to_owned(),
        namespace: raw.namespace.as_ref().map(|namespace| namespace.as_str().to_owned()),
        name: raw.name.as_str().to_owned(),
    }
}

fn built(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Vec<Built> {
    let read = case.built.iter().zip(0_u64..).filter_map(|(raw, entry)| {
        let index = usize::try_from(entry).unwrap_or_default();
        let reference = reference(&raw.reference, &at.member("built").element(index).member("reference"), reading)?;
        Some(Built {
            service: raw.service.as_str().to_owned(),
            commit: reference.commit().map_or_else(|| reading::commit(raw.reference.as_str()), ToOwned::to_owned),
            branch: raw.branch.as_ref().map_or(BRANCH, Text::as_str).to_owned(),
            digest: reading::digest(raw.digest.as_ref().unwrap_or(&raw.reference).as_str()),
            manifests: reading::commit(raw.service.as_str()),
            reference,
            entry,
        })
    });
    read.collect()
}

fn proofs(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading, moving: &Recipe) -> Vec<Proof> {
    let mut proofs = Vec::new();
    for (index, raw) in case.proofs.iter().enumerate() {
        let at = at.member("proofs").element(index);
        let target = raw.target.as_str();
        let environment =
            raw.environment.as_ref().map_or_else(|| target.rsplit_once('-').map_or(target, |(name, _)| name), Name::as_str);
        let other = raw.recipe.as_ref().map(|written| recipe(written, &at.member("recipe"), reading));
        proofs.push(Proof {
            target: target.to_owned(),
            environment: environment.to_owned(),
            promotable: raw.promotable,
            recipe: other.unwrap_or_else(|| moving.clone()),
            promotion: raw.promotion.as_ref().map_or("P-7", Text::as_str).to_owned(),
            since: reading.moment_or(raw.since.as_ref(), &at.member("since"), "-1d"),
            standing: raw.standing,
        });
    }
    proofs
}

fn pair(raw: &raw::Pair, at: &At<'_>, reading: &mut Reading) -> Pair {
    let at = at.member("differences");
    let mut differences = Vec::new();
    for (index, raw) in raw.differences.iter().enumerate() {
        match raw.path.as_str().parse() {
            Ok(path) => differences.push(PairDifference {
                component: raw.component.as_ref().map_or(COMPONENT, Name::as_str).to_owned(),
                path,
                ops: raw.ops.clone(),
                apps: raw.apps.clone(),
                on_purpose: raw.on_purpose.as_ref().map(|text| text.as_str().to_owned()),
            }),
            Err(error) => reading.problem(at.element(index).member("path").problem(format!("{error}"))),
        }
    }
    let text = |text: &Option<Name>, default: &str| text.as_ref().map_or(default, Name::as_str).to_owned();
    Pair {
        ops: text(&raw.ops, "prod-ops"),
        apps: text(&raw.apps, "prod-apps"),
        differences,
        unseen: raw.unseen.iter().map(|text| text.as_str().to_owned()).collect(),
    }
}

fn way_back(raw: &raw::WayBack) -> WayBack {
    WayBack {
        recipe: reading::digest(raw.recipe.as_ref().map_or("before", Text::as_str)),
        promotion: raw.promotion.as_ref().map_or("P-6", Text::as_str).to_owned(),
        missing_images: raw.missing_images.iter().map(|image| image.as_str().to_owned()).collect(),
    }
}
