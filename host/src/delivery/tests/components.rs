//! Which components a commit holds, and which a target would run.

use std::collections::BTreeMap;

use tollgate_core::pipeline::Pipeline;
use tollgate_core::ports::SourceError;
use tollgate_core::ports::TreeFileKind;

use super::world::{MemoryRepository, World, branch, glob, mk_component_spec, mk_pipeline, mk_tree, mk_world};
use crate::delivery::components::{ComponentAt, ComponentError, at_commit, ensure_local};

fn mk_patterns(patterns: &[&str]) -> Pipeline {
    Pipeline { components: patterns.iter().map(|pattern| mk_component_spec(pattern)).collect(), ..mk_pipeline() }
}

fn found(files: &[&str], patterns: &[&str]) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    let repository = MemoryRepository::default();
    let tree: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
    let commit = repository.commit_tree(mk_tree(&tree), &[]);
    at_commit(&repository, &mk_patterns(patterns), &branch("master", &commit))
}

fn paths(components: &BTreeMap<String, ComponentAt>) -> Vec<(&str, &str)> {
    components.iter().map(|(name, component)| (name.as_str(), component.path.as_str())).collect()
}

#[test]
fn each_directory_that_matches_is_a_component_named_by_its_last_step() {
    let components = found(&["services/cart/a.yaml", "services/shop/b/c.yaml", "docs/a.yaml", "services/x.yaml"], &["services/*"]);
    assert_eq!(paths(&components.unwrap()), [("cart", "services/cart"), ("shop", "services/shop")]);
}

#[test]
fn components_may_stand_at_any_depth() {
    let components =
        found(&["teams/a/cart/x.yaml", "teams/b/shop/deep/y.yaml", "infra/network/z.yaml"], &["teams/*/*", "infra/network"]);
    assert_eq!(paths(&components.unwrap()), [("cart", "teams/a/cart"), ("network", "infra/network"), ("shop", "teams/b/shop")]);
}

#[test]
fn the_first_entry_that_matches_counts() {
    let repository = MemoryRepository::default();
    let commit = repository.commit_tree(mk_tree(&[("services/cart/a.yaml", "")]), &[]);
    let mut pipeline = mk_patterns(&["services/cart", "services/*"]);
    pipeline.components[1].own_images = vec![glob("other.example.com/*")];
    let components = at_commit(&repository, &pipeline, &branch("master", &commit)).unwrap();
    assert!(components["cart"].spec.owns(&"registry.example.com/cart:1".parse().unwrap()));
}

#[test]
fn two_directories_of_one_name_are_refused_and_both_are_named() {
    let error = found(&["a/cart/x.yaml", "b/cart/y.yaml"], &["a/*", "b/*"]).unwrap_err();
    assert_eq!(error.to_string(), "`a/cart` and `b/cart` would both be the component `cart`; rename one of the directories");
}

#[test]
fn a_commit_without_components_is_refused_with_the_patterns() {
    let error = found(&["docs/a.yaml"], &["services/*", "infra/*"]).unwrap_err();
    assert!(matches!(&error, ComponentError::NoComponent { patterns, .. } if patterns == "`services/*`, `infra/*`"), "{error}");
}

#[test]
fn a_directory_of_nothing_but_links_is_no_component() {
    let repository = MemoryRepository::default();
    let links = BTreeMap::from([("services/linked/a.yaml".to_owned(), TreeFileKind::Symlink)]);
    let commit = repository.commit_with_links(mk_tree(&[("services/cart/a.yaml", "")]), links, &[]);
    let components = at_commit(&repository, &mk_pipeline(), &branch("master", &commit)).unwrap();
    assert_eq!(paths(&components), [("cart", "services/cart")]);
}

#[test]
fn an_unknown_commit_can_not_be_read() {
    let error = at_commit(&MemoryRepository::default(), &mk_pipeline(), &branch("master", "nowhere")).unwrap_err();
    assert!(matches!(error, ComponentError::Source(SourceError::UnknownRevision { .. })));
}

#[test]
fn a_commit_that_only_the_remote_has_is_fetched() {
    let repository = MemoryRepository::default();
    let commit = repository.commit_tree(mk_tree(&[("a", "")]), &[]);
    repository.forget(&commit);
    ensure_local(&repository, &commit).unwrap();
    assert_eq!(tollgate_core::ports::ReadRepository::commit(&repository, &commit).unwrap(), commit);
    assert!(matches!(ensure_local(&repository, "nowhere"), Err(SourceError::UnknownReference { .. })));
}

/// What staging would run, as component and image.
fn staged(world: &World, name: &str, commit: &str) -> Vec<(String, String)> {
    let candidate = world.candidate("staging-apps", &branch(name, commit)).unwrap();
    let recipe = candidate.recipe.unwrap();
    let image = |component: &tollgate_core::recipe::RecipeComponent| component.images[0].reference.tag().unwrap().to_owned();
    recipe.components().iter().map(|component| (component.component.clone(), image(component))).collect()
}

fn mk_images(world: &World) -> [String; 3] {
    for (service, version) in [("cart", "one"), ("shop", "one"), ("cart", "two"), ("shop", "two"), ("mail", "one")] {
        world.registry.push(&format!("registry.example.com/{service}:{version}"), &format!("{service} {version}"));
    }
    ["cart:one", "shop:one", "cart:two"].map(|image| format!("registry.example.com/{image}"))
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, tag)| ((*name).to_owned(), (*tag).to_owned())).collect()
}

#[test]
fn a_feature_branch_moves_only_what_differs_from_the_merge_base() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let feature = world.push_services(&[("cart", &newer_cart), ("shop", &shop)], &[&base]);
    world.repository.set_branch("master", &base);
    assert_eq!(staged(&world, "feature/a", &feature), pairs(&[("cart", "two")]));
}

#[test]
fn the_rest_stays_as_it_runs_even_when_master_went_on() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let one = world.push_services(&[("cart", &newer_cart), ("shop", &shop)], &[&base]);
    let other = world.push_services(&[("cart", &cart), ("shop", "registry.example.com/shop:two")], &[&base]);
    world.push_services(&[("cart", &cart), ("shop", &shop), ("mail", "registry.example.com/mail:one")], &[&base]);
    world.repository.set_branch("feature/one", &one);
    world.deliver("staging-apps", &branch("feature/one", &one));
    assert_eq!(staged(&world, "feature/other", &other), pairs(&[("cart", "two"), ("shop", "two")]));
    let decided = world.deliver("staging-apps", &branch("feature/other", &other));
    let history = world.ledger.seen();
    let carried = &history.promotion(&decided.promotion).unwrap().decided.carried;
    assert_eq!(
        carried.iter().map(|(name, from)| (name.as_str(), from.commit.as_str())).collect::<Vec<_>>(),
        [("cart", one.as_str())]
    );
}

#[test]
fn a_component_that_the_branch_removed_goes() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let adds = world.push_services(&[("cart", &newer_cart), ("shop", "registry.example.com/shop:two")], &[&base]);
    let removes = world.push_services(&[("shop", &shop)], &[&base]);
    world.repository.set_branch("master", &base);
    world.repository.set_branch("feature/adds", &adds);
    world.deliver("staging-apps", &branch("feature/adds", &adds));
    assert_eq!(staged(&world, "feature/removes", &removes), pairs(&[("shop", "two")]));
}

#[test]
fn a_branch_that_changes_nothing_where_nothing_runs_is_refused() {
    let world = mk_world();
    let [cart, shop, _] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let same = world.push_services(&[("cart", &cart), ("shop", &shop)], &[&base]);
    world.repository.set_branch("master", &base);
    let refused = world.candidate("staging-apps", &branch("feature/same", &same)).unwrap_err().to_string();
    assert!(refused.contains("`staging-apps`") && refused.contains(&same), "{refused}");
}

#[test]
fn without_a_common_ancestor_everything_moves() {
    let world = mk_world();
    let [cart, shop, _] = mk_images(&world);
    let orphan = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    world.push_services(&[("cart", &cart)], &[]);
    assert_eq!(staged(&world, "feature/orphan", &orphan), pairs(&[("cart", "one"), ("shop", "one")]));
}

#[test]
fn in_a_promotable_environment_all_of_the_commit_moves() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let next = world.push_services(&[("cart", &newer_cart), ("shop", &shop)], &[&base]);
    let candidate = world.candidate("preprod-apps", &branch("master", &next)).unwrap();
    assert_eq!(candidate.recipe.as_ref().unwrap().components().len(), 2);
    assert!(candidate.carried().is_empty());
}

#[test]
fn a_carried_tree_that_is_lost_is_an_error_and_not_left_out() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let one = world.push_services(&[("cart", &newer_cart), ("shop", &shop)], &[&base]);
    let other = world.push_services(&[("cart", &cart), ("shop", "registry.example.com/shop:two")], &[&base]);
    world.repository.set_branch("master", &base);
    world.repository.set_branch("feature/one", &one);
    world.deliver("staging-apps", &branch("feature/one", &one));
    world.repository.forget(&one);
    assert_eq!(staged(&world, "feature/other", &other).len(), 2, "it is fetched again");
    world.repository.lose(&one);
    assert_eq!(tollgate_core::ports::ReadRepository::branches_at_remote(&world.repository, &["feature/one"]).unwrap().len(), 1);
    let error = world.candidate("staging-apps", &branch("feature/other", &other)).unwrap_err();
    assert!(error.to_string().contains(&one), "{error}");
}

#[test]
fn what_a_branch_takes_back_goes_back() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let newer_shop = "registry.example.com/shop:two";
    let both = world.push_services(&[("cart", &newer_cart), ("shop", newer_shop)], &[&base]);
    let one = world.push_services(&[("cart", &cart), ("shop", newer_shop)], &[&both]);
    let none = world.push_services(&[("cart", &cart), ("shop", &shop)], &[&one]);
    world.repository.set_branch("master", &base);
    world.deliver("staging-apps", &branch("feature/a", &both));
    assert_eq!(staged(&world, "feature/a", &one), pairs(&[("cart", "one"), ("shop", "two")]));
    world.deliver("staging-apps", &branch("feature/a", &one));
    assert_eq!(staged(&world, "feature/a", &none), pairs(&[("cart", "one"), ("shop", "one")]));
}

#[test]
fn what_another_branch_brought_is_not_taken_back() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let one = world.push_services(&[("cart", &newer_cart), ("shop", &shop)], &[&base]);
    let other = world.push_services(&[("cart", &cart), ("shop", "registry.example.com/shop:two")], &[&base]);
    let back = world.push_services(&[("cart", &cart), ("shop", &shop)], &[&other]);
    for (name, tip) in [("master", &base), ("feature/one", &one), ("feature/other", &back)] {
        world.repository.set_branch(name, tip);
    }
    world.deliver("staging-apps", &branch("feature/one", &one));
    world.deliver("staging-apps", &branch("feature/other", &other));
    assert_eq!(staged(&world, "feature/other", &back), pairs(&[("cart", "two"), ("shop", "one")]));
}

#[test]
fn what_runs_from_a_branch_that_is_gone_goes_back_to_the_default_branch() {
    let world = mk_world();
    let [cart, shop, newer_cart] = mk_images(&world);
    let base = world.push_services(&[("cart", &cart), ("shop", &shop)], &[]);
    let added = "registry.example.com/mail:one";
    let one = world.push_services(&[("cart", &newer_cart), ("shop", &shop), ("mail", added)], &[&base]);
    let other = world.push_services(&[("cart", &cart), ("shop", "registry.example.com/shop:two")], &[&base]);
    world.repository.set_branch("master", &base);
    world.repository.set_branch("feature/one", &one);
    world.deliver("staging-apps", &branch("feature/one", &one));
    world.repository.remove_branch("feature/one");
    world.repository.lose(&one);
    // The service that only that branch had is gone with it.
    assert_eq!(staged(&world, "feature/other", &other), pairs(&[("cart", "one"), ("shop", "two")]));
    let decided = world.deliver("staging-apps", &branch("feature/other", &other));
    let history = world.ledger.seen();
    let carried = &history.promotion(&decided.promotion).unwrap().decided.carried;
    let carried: Vec<_> = carried.iter().map(|(name, from)| (name.as_str(), from.to_owned())).collect();
    assert_eq!(carried.len(), 1);
    assert_eq!((carried[0].0, carried[0].1.commit.as_str()), ("cart", base.as_str()));
}
