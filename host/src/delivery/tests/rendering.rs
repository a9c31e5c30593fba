//! Rendering: nothing reaches a plan without a digest.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_core::image::{ImageReference, find_images};

use super::world::{branch, mk_tree, mk_world};
use crate::delivery::render::render;

/// Where containers may stand.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Pod,
    Template,
    CronJob,
    Unheard,
}

fn manifest(shape: Shape, name: &str, images: &[String]) -> String {
    let containers: Vec<Value> = images.iter().map(|image| json!({"name": "c", "image": image})).collect();
    let (main, first) = containers.split_at(containers.len().div_ceil(2));
    let pod = json!({"containers": main, "initContainers": first});
    let (api_version, kind, spec) = match shape {
        Shape::Pod => ("v1", "Pod", pod),
        Shape::Template => ("apps/v1", "StatefulSet", json!({"template": {"spec": pod}})),
        Shape::CronJob => ("batch/v1", "CronJob", json!({"jobTemplate": {"spec": {"template": {"spec": pod}}}})),
        Shape::Unheard => ("example.com/v1", "Rollout", json!({"strategies": [{"canary": pod}]})),
    };
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}).to_string()
}

fn any_shape() -> impl Strategy<Value = Shape> {
    prop_oneof![Just(Shape::Pod), Just(Shape::Template), Just(Shape::CronJob), Just(Shape::Unheard)]
}

/// Own images with a tag, with a tag and a digest, and pinned third-party ones.
fn any_image() -> impl Strategy<Value = (String, String)> {
    let own = "[a-c]".prop_map(|name| (format!("registry.example.com/{name}:1"), String::new()));
    let both = "[a-c]".prop_map(|name| (format!("registry.example.com/{name}:2"), "@".to_owned()));
    let third_party = "[a-c]".prop_map(|name| (format!("docker.io/{name}"), "@".to_owned()));
    prop_oneof![own, both, third_party]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_rendered_image_has_the_digest_of_the_recipe(
        objects in prop::collection::vec((any_shape(), prop::collection::vec(any_image(), 0..4)), 1..5)
    ) {
        let world = mk_world();
        let mut files = Vec::new();
        for (index, (shape, images)) in objects.iter().enumerate() {
            let image = |(reference, pin): &(String, String)| {
                let digest = world.registry.push(reference, reference);
                if pin.is_empty() { reference.clone() } else { format!("{reference}@{digest}") }
            };
            let images: Vec<String> = images.iter().map(image).collect();
            files.push((format!("services/s{}/{index}.json", index % 2), manifest(*shape, &format!("o{index}"), &images)));
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let commit = world.repository.commit_tree(mk_tree(&files), &[]);
        let candidate = world.candidate("preprod-apps", &branch("master", &commit)).unwrap();
        let recipe = candidate.recipe.clone().unwrap();
        let rendered = render(&candidate, &recipe).unwrap();
        prop_assert_eq!(rendered.documents().len(), objects.len());
        let mut count = 0;
        for document in rendered.documents() {
            for (_, text) in find_images(&document.body, &[]) {
                let image: ImageReference = text.parse().unwrap();
                let component = recipe.component(&document.component).unwrap();
                let known = component.images.iter().find(|known| known.reference.unpinned() == image.unpinned()).unwrap();
                prop_assert_eq!(image.digest(), Some(known.digest));
                count += 1;
            }
        }
        prop_assert_eq!(count, objects.iter().map(|(_, images)| images.len()).sum::<usize>());
    }
}

#[test]
fn validators_judge_images_as_they_are_written() {
    let world = mk_world();
    world.registry.push("registry.example.com/a:1", "a");
    let manifest = manifest(Shape::Pod, "p", &["registry.example.com/a:1".to_owned()]);
    let commit = world.repository.commit_tree(mk_tree(&[("services/s/p.json", &manifest)]), &[]);
    let candidate = world.candidate("preprod-apps", &branch("master", &commit)).unwrap();
    let written = String::from_utf8(candidate.documents.documents[0].document.body.to_vec()).unwrap();
    assert!(written.contains("registry.example.com/a:1\""), "{written}");
}

#[test]
fn an_image_that_the_recipe_does_not_have_is_never_rendered() {
    let world = mk_world();
    world.registry.push("registry.example.com/a:1", "a");
    let manifest = manifest(Shape::Pod, "p", &["registry.example.com/a:1".to_owned()]);
    let commit = world.repository.commit_tree(mk_tree(&[("services/s/p.json", &manifest)]), &[]);
    let candidate = world.candidate("preprod-apps", &branch("master", &commit)).unwrap();
    let empty = tollgate_core::recipe::Recipe::new(Vec::new()).unwrap();
    let error = render(&candidate, &empty).unwrap_err();
    assert_eq!(error.to_string(), "`Pod p` in `services/s/p.json` can't be rendered");
}
