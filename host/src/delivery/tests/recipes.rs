//! Recipe ids: the same content is the same recipe, wherever it was committed.

use proptest::prelude::*;
use tollgate_core::digest::Digest;

use super::world::{Tree, World, branch, mk_tree, mk_world, tag};

fn recipe_id(world: &World, provenance: &tollgate_core::recipe::Provenance) -> Digest {
    world.candidate("preprod-apps", provenance).unwrap().recipe.unwrap().id().unwrap()
}

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

#[test]
fn no_commit_branch_or_tag_is_in_the_id() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let one = world.push_services(&[("cart", &image)], &[]);
    let other = world.push_services(&[("cart", &image)], &[&one]);
    assert_ne!(one, other);
    let ids =
        [branch("master", &one), branch("master", &other), tag("v1", &other)].map(|provenance| recipe_id(&world, &provenance));
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn files_outside_of_components_are_not_in_the_id_and_files_that_are_no_manifests_are() {
    let world = mk_world();
    let commit = |more: &[(&str, &str)]| {
        let mut files = vec![("services/cart/c.yaml", CONFIG)];
        files.extend(more);
        branch("master", &world.repository.commit_tree(mk_tree(&files), &[]))
    };
    let plain = recipe_id(&world, &commit(&[]));
    assert_eq!(recipe_id(&world, &commit(&[("README.md", "hello")])), plain);
    assert_ne!(recipe_id(&world, &commit(&[("services/cart/README.md", "hello")])), plain);
}

#[test]
fn a_rebuilt_image_is_another_recipe_though_the_manifests_are_the_same() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let commit = branch("master", &world.push_services(&[("cart", &image)], &[]));
    let tested = recipe_id(&world, &commit);
    world.registry.push(&image, "rebuilt");
    assert_ne!(recipe_id(&world, &commit), tested);
}

#[test]
fn a_recorded_recipe_keeps_its_digests_whatever_the_tags_say_now() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let provenance = branch("master", &world.push_services(&[("cart", &image)], &[]));
    let candidate = world.candidate("preprod-apps", &provenance).unwrap();
    let recipe = candidate.recipe.clone().unwrap();
    world.registry.delete(&image);
    let again = world.kitchen().recorded(&provenance, candidate.components.clone(), recipe.clone()).unwrap();
    assert_eq!(again.recipe, Some(recipe));
    assert_eq!(again.documents.documents.len(), candidate.documents.documents.len());
}

#[test]
fn sources_name_the_component() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let commit = world.push_services(&[("cart", &image)], &[]);
    let sources = world.candidate("preprod-apps", &branch("master", &commit)).unwrap().sources();
    assert_eq!(sources["cart"].repository, "https://git.example.com/cart");
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let file = ("[ab]", "[xy]", 0u8..3).prop_map(|(component, file, version)| {
        let text = format!("{CONFIG}data: {{version: \"{version}\"}}\n");
        (format!("services/{component}/{file}.yaml"), text.into_bytes())
    });
    prop::collection::vec(file, 1..5).prop_map(|files| files.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// same-in-same-out (§12.3): two recipes have one id exactly when their components hold the same.
    #[test]
    fn ids_are_equal_exactly_when_contents_are(one in any_tree(), other in any_tree()) {
        let world = mk_world();
        let parent = world.repository.commit_tree(mk_tree(&[("README.md", "")]), &[]);
        let ids = [(&one, vec![]), (&other, vec![parent.as_str()])].map(|(tree, parents)| {
            let commit = world.repository.commit_tree(tree.clone(), &parents);
            recipe_id(&world, &branch("master", &commit))
        });
        prop_assert_eq!(ids[0] == ids[1], one == other);
    }
}
