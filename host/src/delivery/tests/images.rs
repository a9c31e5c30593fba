//! The images of documents: who owns them, which digest they have, and what is wrong with them where.

use tollgate_core::digest::Digest;
use tollgate_core::finding::{Finding, Level};
use tollgate_core::ports::ResolveError;
use tollgate_core::recipe::{ImageOrigin, RecipeImage};

use super::world::{MemoryRegistry, World, branch, mk_tree, mk_world};
use crate::delivery::images::moved_tags;
use crate::delivery::recipe::Candidate;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn digest_text(contents: &str) -> String {
    Digest::of(contents.as_bytes()).to_string()
}

/// A pod with these images, one a line from line 7 on, in column 14.
fn pod(images: &[&str]) -> String {
    let lines: String = images.iter().map(|image| format!("    - image: {image}\n")).collect();
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n{lines}")
}

fn candidate(world: &World, images: &[&str]) -> Candidate {
    let commit = world.repository.commit_tree(mk_tree(&[("services/cart/pod.yaml", &pod(images))]), &[]);
    world.candidate("preprod-apps", &branch("master", &commit)).unwrap()
}

fn images(candidate: &Candidate) -> Vec<RecipeImage> {
    candidate.recipe.as_ref().unwrap().components()[0].images.clone()
}

fn only_finding(candidate: &Candidate) -> &Finding {
    assert_eq!(candidate.findings.len(), 1, "{:?}", candidate.findings);
    assert!(candidate.recipe.is_none(), "what is not known has no recipe");
    assert_eq!(candidate.findings[0].level, Level::Deny);
    &candidate.findings[0]
}

fn place(finding: &Finding) -> (&str, u32, u32) {
    let location = finding.location.as_ref().unwrap();
    (location.file.as_str(), location.span.line, location.span.column)
}

#[test]
fn own_images_are_resolved_and_third_party_ones_taken_as_they_are_written() {
    let world = mk_world();
    let own = format!("registry.example.com/cart:{COMMIT}");
    let digest = world.registry.push(&own, "cart");
    let redis = format!("redis:7@{}", digest_text("redis"));
    let images = images(&candidate(&world, &[&own, &redis]));
    assert_eq!(images.len(), 2);
    let [third_party, ours] = [&images[0], &images[1]].map(|image| (image.origin, image.digest, image.source_commit.clone()));
    assert_eq!(third_party, (ImageOrigin::ThirdParty, Digest::of(b"redis"), None));
    assert_eq!(ours, (ImageOrigin::Own, digest, Some(COMMIT.to_owned())));
    assert_eq!(world.registry.questions(), 1);
}

#[test]
fn an_image_that_stands_several_times_is_one_image_and_resolved_once() {
    let world = mk_world();
    world.registry.push("registry.example.com/cart:1", "cart");
    let candidate = candidate(&world, &["registry.example.com/cart:1", "registry.example.com/cart:1"]);
    assert_eq!(images(&candidate).len(), 1);
    assert_eq!(world.registry.questions(), 1);
}

#[test]
fn an_image_of_two_components_is_resolved_once_for_both() {
    let world = mk_world();
    let digest = world.registry.push("registry.example.com/proxy:1", "proxy");
    let pods = ["services/cart/pod.yaml", "services/mail/pod.yaml"].map(|path| (path, pod(&["registry.example.com/proxy:1"])));
    let files = [(pods[0].0, &*pods[0].1), (pods[1].0, &*pods[1].1)];
    let commit = world.repository.commit_tree(mk_tree(&files), &[]);
    let recipe = world.candidate("preprod-apps", &branch("master", &commit)).unwrap().recipe.unwrap();
    let digests: Vec<Digest> = recipe.components().iter().map(|component| component.images[0].digest).collect();
    assert_eq!(digests, [digest, digest]);
    assert_eq!(world.registry.questions(), 1);
}

#[test]
fn a_third_party_image_without_a_digest_is_unpinned_at_its_place() {
    let world = mk_world();
    let redis = format!("redis:7@{}", digest_text("redis"));
    let candidate = candidate(&world, &[&redis, "busybox:1.36"]);
    let finding = only_finding(&candidate);
    assert_eq!(finding.rule.as_str(), "recipe/unpinned");
    assert!(finding.message.contains("`busybox:1.36`"));
    assert_eq!(place(finding), ("services/cart/pod.yaml", 8, 14));
}

#[test]
fn what_is_no_image_is_invalid_at_its_place() {
    let world = mk_world();
    let candidate = candidate(&world, &["'Not an image'"]);
    let finding = only_finding(&candidate);
    assert_eq!(finding.rule.as_str(), "recipe/invalid-image");
    assert_eq!(place(finding), ("services/cart/pod.yaml", 7, 14));
}

#[test]
fn a_tag_that_leads_elsewhere_than_the_digest_beside_it_has_moved() {
    let world = mk_world();
    world.registry.push("registry.example.com/cart:1", "rebuilt");
    let written = format!("registry.example.com/cart:1@{}", digest_text("tested"));
    let candidate = candidate(&world, &[&written]);
    let finding = only_finding(&candidate);
    assert_eq!(finding.rule.as_str(), "recipe/moved");
    for digest in [digest_text("tested"), digest_text("rebuilt")] {
        assert!(finding.message.contains(&digest), "{}", finding.message);
    }
    assert_eq!(place(finding), ("services/cart/pod.yaml", 7, 14));
}

#[test]
fn a_tag_that_leads_to_the_digest_beside_it_is_fine() {
    let world = mk_world();
    let digest = world.registry.push("registry.example.com/cart:1", "cart");
    let images = images(&candidate(&world, &[&format!("registry.example.com/cart:1@{digest}")]));
    assert_eq!((images[0].digest, images[0].origin), (digest, ImageOrigin::Own));
}

#[test]
fn an_own_image_with_a_digest_alone_asks_nobody() {
    let world = mk_world();
    let text = format!("registry.example.com/cart@{}", digest_text("cart"));
    assert_eq!(images(&candidate(&world, &[&text]))[0].digest, Digest::of(b"cart"));
    assert_eq!(world.registry.questions(), 0);
}

#[test]
fn an_own_image_that_can_not_be_resolved_is_an_error_that_names_the_component() {
    let world = mk_world();
    let commit = world.repository.commit_tree(mk_tree(&[("services/cart/pod.yaml", &pod(&["registry.example.com/cart:1"]))]), &[]);
    let error = world.candidate("preprod-apps", &branch("master", &commit)).unwrap_err();
    assert!(error.to_string().contains("component `cart`"), "{error}");
}

#[test]
fn images_in_custom_kinds_are_found_where_the_configuration_says() {
    let mut world = mk_world();
    world.pipeline.components[0].image_pointers = vec!["/spec/tool".parse().unwrap()];
    let manifest = "apiVersion: example.com/v1\nkind: Job2\nmetadata: {name: j}\nspec:\n  tool: busybox:1\n";
    let commit = world.repository.commit_tree(mk_tree(&[("services/cart/job.yaml", manifest)]), &[]);
    let candidate = world.candidate("preprod-apps", &branch("master", &commit)).unwrap();
    assert_eq!(place(only_finding(&candidate)), ("services/cart/job.yaml", 5, 9));
}

#[test]
fn only_own_tags_are_resolved_again_and_each_that_moved_is_told_with_both_digests() {
    let world = mk_world();
    world.registry.push("registry.example.com/cart:1", "cart");
    world.registry.push("registry.example.com/mail:1", "mail");
    let redis = format!("redis:7@{}", digest_text("redis"));
    let recipe = candidate(&world, &["registry.example.com/cart:1", "registry.example.com/mail:1", &redis]).recipe.unwrap();
    assert_eq!(moved_tags(&recipe, &world.registry).unwrap(), []);
    world.registry.push("registry.example.com/cart:1", "rebuilt");
    let moved = moved_tags(&recipe, &world.registry).unwrap();
    assert_eq!(moved.len(), 1);
    assert_eq!((moved[0].approved, moved[0].now), (Digest::of(b"cart"), Digest::of(b"rebuilt")));
    assert_eq!(moved[0].reference.to_string(), "registry.example.com/cart:1");
}

#[test]
fn a_tag_that_is_gone_is_no_tag_that_stayed() {
    let world = mk_world();
    world.registry.push("registry.example.com/cart:1", "cart");
    let recipe = candidate(&world, &["registry.example.com/cart:1"]).recipe.unwrap();
    assert!(matches!(moved_tags(&recipe, &MemoryRegistry::default()), Err(ResolveError::NotFound { .. })));
}
