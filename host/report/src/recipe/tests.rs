use super::*;
use tollgate_core::pipeline::GitReference;
use tollgate_core::recipe::ImageOrigin;
use tollgate_core::rendering::{KustomizeRender, Render, TargetText};

fn mk_image(reference: &str, content: &str) -> RecipeImage {
    let digest = Digest::of(content.as_bytes());
    RecipeImage { reference: reference.parse().unwrap(), digest, origin: ImageOrigin::Own, source_commit: None }
}

fn mk_component(name: &str, tree: &str, images: Vec<RecipeImage>) -> RecipeComponent {
    let path = format!("services/{name}");
    RecipeComponent {
        component: name.to_owned(),
        path,
        tree: tree.repeat(40),
        images,
        renderers: Vec::new(),
        render: None,
        terraform: None,
    }
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

/// A recipe of one component that kustomize renders.
fn mk_rendered(version: &str, path: &str) -> Recipe {
    let digest = Digest::of(version.as_bytes());
    let renderers = vec![Renderer { name: "kustomize".to_owned(), version: version.to_owned(), digest }];
    let render = Some(Render::Kustomize(KustomizeRender { path: TargetText::new(path).unwrap() }));
    Recipe::new(vec![RecipeComponent { renderers, render, ..mk_component("cart", "a", vec![]) }]).unwrap()
}

#[test]
fn what_renders_a_component_is_said_and_how_it_is_asked() {
    let text = RecipeReport::new(&mk_rendered("v5.8.2", "overlays/{environment}"), None).unwrap().to_text(Style::plain(100));
    let digest = Digest::of(b"v5.8.2").short();
    let line = format!("cart is rendered by kustomize v5.8.2 ({digest}): kustomize build overlays/{{environment}}");
    assert!(text.contains(&line), "{text}");
}

#[test]
fn another_tool_and_another_question_are_differences() {
    let text = |before: &Recipe, after: &Recipe| RecipeDiffReport::new(before, after).unwrap().to_text(Style::plain(100));
    let [one, two] = ["v1", "v2"].map(|version| Digest::of(version.as_bytes()).short());
    let versions = text(&mk_rendered("v1", "base"), &mk_rendered("v2", "base"));
    let lines = format!("    - rendered by kustomize v1 ({one})\n    + rendered by kustomize v2 ({two})\n");
    assert!(versions.contains(&lines) && !versions.contains("rendered as"), "{versions}");
    let paths = text(&mk_rendered("v1", "base"), &mk_rendered("v1", "overlays/{environment}"));
    let lines = "    - rendered as kustomize build base\n    + rendered as kustomize build overlays/{environment}\n";
    assert!(paths.contains(lines) && !paths.contains("rendered by"), "{paths}");
}
