use super::*;
use tollgate_core::pipeline::GitReference;
use tollgate_core::recipe::ImageOrigin;

fn mk_image(reference: &str, content: &str) -> RecipeImage {
    let digest = Digest::of(content.as_bytes());
    RecipeImage { reference: reference.parse().unwrap(), digest, origin: ImageOrigin::Own, source_commit: None }
}

fn mk_component(name: &str, tree: &str, images: Vec<RecipeImage>) -> RecipeComponent {
    let path = format!("services/{name}");
    RecipeComponent { component: name.to_owned(), path, tree: tree.repeat(40), images, renderers: Vec::new() }
}

fn mk_before() -> Recipe {
    let cart = vec![mk_image("registry.example.com/cart:1", "one"), mk_image("redis:7", "redis")];
    let mail = vec![mk_image("registry.example.com/mail:1", "mail")];
    Recipe::new(vec![mk_component("cart", "a", cart), mk_component("mail", "b", mail), mk_component("rules", "c", vec![])]).unwrap()
}

fn mk_after() -> Recipe {
    let cart = vec![mk_image("registry.example.com/cart:2", "two"), mk_image("redis:7", "redis")];
    let shop = vec![mk_image("registry.example.com/shop:1", "shop")];
    Recipe::new(vec![mk_component("cart", "d", cart), mk_component("shop", "e", shop), mk_component("rules", "c", vec![])]).unwrap()
}

fn mk_report() -> RecipeReport {
    let provenance = Provenance { reference: GitReference::Branch("master".to_owned()), commit: "0".repeat(40) };
    RecipeReport::new(&mk_before(), Some(provenance)).unwrap()
}

#[test]
fn a_recipe_shows_every_image_and_its_whole_id() {
    let report = mk_report();
    let text = report.to_text(Style::plain(100));
    assert!(text.ends_with(&format!("recipe {}\n", mk_before().id().unwrap())));
    insta::assert_snapshot!(text);
}

#[test]
fn a_recipe_as_json_has_whole_digests() {
    insta::assert_snapshot!(crate::json::to_string(&mk_report()).unwrap());
}

#[test]
fn a_difference_names_what_was_added_removed_and_changed() {
    let report = RecipeDiffReport::new(&mk_before(), &mk_after()).unwrap();
    assert_eq!(report.changes.len(), 3);
    insta::assert_snapshot!(report.to_text(Style::plain(100)));
}

#[test]
fn no_difference_is_said() {
    let report = RecipeDiffReport::new(&mk_before(), &mk_before()).unwrap();
    assert!(report.to_text(Style::plain(100)).starts_with("the same recipe: sha256:"));
}
