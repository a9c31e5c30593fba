//! Components that are rendered: one recipe for all targets on the way, and by one program.

use tollgate_core::document::{Location, Span};
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::RenderSpec;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::recipe::Recipe;
use tollgate_core::rendering::{KustomizeRender, Render, TargetText};
use tollgate_report::exit_code::ExitCode;

use super::world::{World, branch, deployment, mk_tree, mk_world};
use crate::delivery::components::carried;
use crate::delivery::proofs::running;
use crate::delivery::recipe::{Candidate, CandidateError, Kitchen};
use crate::delivery::render::render;
use crate::exit::MeansExit as _;

/// Every service is rendered, from a directory for each environment.
fn mk_rendered_world() -> World {
    let mut world = mk_world();
    let how = Render::Kustomize(KustomizeRender { path: TargetText::new("{environment}").unwrap() });
    let location = Location { file: "tollgate.yaml".to_owned(), span: Span::START };
    world.pipeline.components[0].render = Some(RenderSpec { how, location });
    world
}

/// A commit with the image that `cart` has in each environment.
fn commit(world: &World, images: [&str; 3]) -> String {
    let manifests = images.map(|image| deployment("cart", image));
    let mut files = Vec::new();
    for (environment, manifest) in ["staging", "preprod", "prod"].iter().zip(&manifests) {
        files.push((format!("services/cart/{environment}/kustomization.yaml"), "resources: [a.yaml]\n".to_owned()));
        files.push((format!("services/cart/{environment}/a.yaml"), manifest.clone()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let commit = world.repository.commit_tree(mk_tree(&files), &[]);
    world.repository.set_branch("master", &commit);
    commit
}

fn candidate(world: &World, target: &str, commit: &str) -> Candidate {
    world.candidate(target, &branch("master", commit)).unwrap()
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn a_recipe_is_the_same_for_each_target_and_its_documents_are_the_targets_own() {
    let world = mk_rendered_world();
    let image = world.build("cart", "1");
    let commit = commit(&world, [&image, &image, &image]);
    let [preprod, prod] = ["preprod-apps", "prod-apps"].map(|target| candidate(&world, target, &commit));
    let id = |candidate: &Candidate| candidate.recipe.as_ref().unwrap().id().unwrap();
    assert_eq!(id(&preprod), id(&prod));
    let environments = |candidate: &Candidate| candidate.documents.documents[0].document.rendered_for.clone();
    assert_eq!(environments(&preprod), Some(vec!["preprod".to_owned()]));
    assert_eq!(environments(&prod), Some(vec!["prod".to_owned()]));
    let renderers = &preprod.recipe.as_ref().unwrap().components()[0].renderers;
    assert_eq!((renderers[0].name.as_str(), renderers[0].version.as_str()), ("kustomize", "v1"));
}

#[test]
fn what_an_unpromotable_environment_gets_is_in_no_other_recipe() {
    let world = mk_rendered_world();
    let (one, other) = (world.build("cart", "1"), world.build("cart", "2"));
    let commit = commit(&world, [&other, &one, &one]);
    let images = |target: &str| candidate(&world, target, &commit).recipe.unwrap().components()[0].images.len();
    assert_eq!(images("preprod-apps"), 1);
}

#[test]
fn an_own_image_that_only_a_later_target_gets_is_denied_there() {
    let world = mk_rendered_world();
    let (one, other) = (world.build("cart", "1"), world.build("cart", "2"));
    let commit = commit(&world, [&one, &one, &other]);
    let preprod = candidate(&world, "preprod-apps", &commit);
    assert_eq!(preprod.recipe.unwrap().components()[0].images.len(), 2);
    let prod = candidate(&world, "prod-apps", &commit);
    assert_eq!(rules(&prod.findings), ["recipe/other-image"]);
    assert!(prod.recipe.is_none() && prod.findings[0].message.contains("`preprod-apps`"));
}

/// The same world, where a target must have been proven on its Ops twin: what `preprod-apps` stands for here.
fn mk_twins(environment: usize) -> World {
    let mut world = mk_rendered_world();
    let target = &mut world.pipeline.environments[environment].targets[0];
    target.after.clear();
    target.requires = vec!["preprod-apps".to_owned()];
    world
}

#[test]
fn an_own_image_that_the_ops_twin_does_not_get_is_denied_also_where_nothing_is_promoted_from() {
    for (environment, target) in [(0, "staging-apps"), (2, "prod-apps")] {
        let world = mk_twins(environment);
        let (one, other) = (world.build("cart", "1"), world.build("cart", "2"));
        let findings = |images| {
            let commit = commit(&world, images);
            // What a branch changes goes to staging, so that master must be another one.
            world.repository.set_branch("master", &world.repository.commit_tree(mk_tree(&[("README.md", "a shop")]), &[]));
            candidate(&world, target, &commit).findings
        };
        assert_eq!(findings([&one, &one, &one]), [], "{target}");
        let denied = findings([&other, &one, &other]);
        assert_eq!(rules(&denied), ["recipe/other-image"], "{target}");
        assert!(denied[0].message.contains("`preprod-apps`"), "{}", denied[0].message);
    }
}

#[test]
fn what_can_not_be_rendered_for_any_target_on_the_way_has_no_recipe() {
    let world = mk_rendered_world();
    let image = world.build("cart", "1");
    let commit = commit(&world, [&image, &image, "refuse"]);
    let preprod = candidate(&world, "preprod-apps", &commit);
    assert_eq!(rules(&preprod.findings), ["render/failed"]);
    assert!(preprod.recipe.is_none());
}

#[test]
fn a_recorded_recipe_is_rendered_by_the_program_of_then_or_not_at_all() {
    let world = mk_rendered_world();
    let image = world.build("cart", "1");
    let provenance = branch("master", &commit(&world, [&image, &image, &image]));
    let candidate = world.candidate("preprod-apps", &provenance).unwrap();
    let recipe = candidate.recipe.clone().unwrap();
    let again = || {
        let kitchen = Kitchen { target: world.pipeline.target("preprod-apps"), ..world.kitchen() };
        kitchen.recorded(&provenance, candidate.components.clone(), recipe.clone())
    };
    let recorded = again().unwrap();
    assert_eq!(render(&recorded, &recipe).unwrap(), render(&candidate, &recipe).unwrap());
    world.tools.update("v2");
    let error = again().unwrap_err();
    assert!(matches!(error, CandidateError::OtherRenderer { .. }));
    assert_eq!(error.exit(), ExitCode::InvalidConfiguration);
    let told = error.to_string();
    assert!(told.contains("kustomize v1 (sha256:") && told.contains("kustomize v2 (sha256:"), "{told}");
}

/// The same world, where every service is rendered from this directory.
fn mk_world_rendered_from(path: &str) -> World {
    let mut world = mk_rendered_world();
    set_path(&mut world, path);
    world
}

fn set_path(world: &mut World, path: &str) {
    let how = Render::Kustomize(KustomizeRender { path: TargetText::new(path).unwrap() });
    let location = Location { file: "tollgate.yaml".to_owned(), span: Span::START };
    world.pipeline.components[0].render = Some(RenderSpec { how, location });
}

#[test]
fn the_same_commit_rendered_otherwise_is_another_recipe() {
    let mut world = mk_world_rendered_from("prod");
    let image = world.build("cart", "1");
    let commit = commit(&world, [&image, &image, &image]);
    let recipe = |world: &World| candidate(world, "preprod-apps", &commit).recipe.unwrap();
    let (before, id) = (recipe(&world), |recipe: &Recipe| recipe.id().unwrap());
    assert_eq!(id(&recipe(&world)), id(&before));
    set_path(&mut world, "preprod");
    assert_ne!(id(&recipe(&world)), id(&before));
    assert_eq!(recipe(&world).components()[0].renderers, before.components()[0].renderers);
    world.tools.update("v2");
    set_path(&mut world, "prod");
    assert_ne!(id(&recipe(&world)), id(&before));
}

#[test]
fn a_recorded_recipe_is_rendered_as_it_says_and_not_as_the_policy_says_by_now() {
    let mut world = mk_world_rendered_from("preprod");
    let image = world.build("cart", "1");
    world.deliver("preprod-apps", &branch("master", &commit(&world, [&image, &image, &image])));
    let documents = |world: &World| {
        let history = world.ledger.history().unwrap();
        let (promotion, recipe) = running(&history, "preprod-apps", &world.ledger).unwrap().unwrap();
        let components = carried(&world.repository, &world.pipeline, &promotion, &recipe).unwrap();
        let kitchen = Kitchen { target: world.pipeline.target("preprod-apps"), ..world.kitchen() };
        let recorded = kitchen.recorded(&promotion.decided.provenance, components, recipe.clone()).unwrap();
        let of =
            |judged: &tollgate_gate::JudgedDocument| (judged.document.source.path.clone(), judged.document.rendered_for.clone());
        recorded.documents.documents.iter().map(of).collect::<Vec<_>>()
    };
    let before = documents(&world);
    assert_eq!(before, [("services/cart/preprod/kustomization.yaml".to_owned(), Some(vec!["preprod".to_owned()]))]);
    set_path(&mut world, "nowhere");
    assert_eq!(documents(&world), before);
    world.pipeline.components[0].render = None;
    assert_eq!(documents(&world), before);
}

#[test]
fn what_a_kustomization_makes_is_in_no_file_that_could_be_taken_for_one() {
    let world = mk_rendered_world();
    let image = world.build("cart", "1");
    let candidate = candidate(&world, "preprod-apps", &commit(&world, [&image, &image, &image]));
    let rendered = render(&candidate, candidate.recipe.as_ref().unwrap()).unwrap();
    assert_eq!(rendered.documents()[0].path, "services/cart/rendered.yaml");
}
