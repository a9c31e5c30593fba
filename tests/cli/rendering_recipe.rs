//! How a component is rendered is part of its recipe.

use serde_json::Value;
use tollgate_tests::RenderedShop;

fn recipe(shop: &RenderedShop, name: &str) -> Value {
    shop.tollgate(&["recipe", "show", name, "-o", "json"]).run().exits(0).json()
}

/// Promotes master, and says by what that is known.
fn promoted(shop: &RenderedShop) -> String {
    shop.promote("master").exits(0).text_at("/targets/0/promotion")
}

/// Puts another way to render `store` in force, for the same commit of the services.
fn render_otherwise(shop: &RenderedShop) {
    shop.shop.deployment.edit("tollgate.yaml", |text| text.replace("shop-{environment}", "store-{environment}"));
    let commit = shop.shop.deployment.deliver("master", "another namespace");
    shop.tollgate(&["policy", "accept", &commit]).run().exits(0);
}

#[test]
fn the_same_files_rendered_otherwise_are_another_recipe_that_is_proven_nowhere() {
    let Some(shop) = RenderedShop::new() else { return };
    let promotion = promoted(&shop);
    let before = recipe(&shop, &promotion);
    render_otherwise(&shop);
    let after = recipe(&shop, "HEAD");
    assert_eq!(before["components"][1]["tree"], after["components"][1]["tree"]);
    assert_ne!(before["id"], after["id"]);
    let render = |recipe: &Value| recipe["components"][1]["render"]["helm"]["namespace"].clone();
    assert_eq!((render(&before), render(&after)), ("shop-{environment}".into(), "store-{environment}".into()));
    let differs = shop.tollgate(&["recipe", "diff", &promotion, "HEAD"]).run().exits(0);
    differs.says(&["--namespace=shop-{environment}", "--namespace=store-{environment}"]);
    shop.shop.deployment.tag("v1");
    shop.promote("v1").exits(10);
    assert!(!shop.shop.target("prod").is_live());
}

#[test]
fn what_runs_is_compared_with_what_was_rendered_then() {
    let Some(shop) = RenderedShop::new() else { return };
    let promotion = promoted(&shop);
    render_otherwise(&shop);
    shop.tollgate(&["drift"]).run().exits(0);
    shop.promote("master").exits(0);
    shop.tollgate(&["rollback", "preprod-apps", "--reason", "the namespace of before", "-o", "json"]).run().exits(0);
    assert_eq!(recipe(&shop, "preprod-apps")["id"], recipe(&shop, &promotion)["id"]);
}

#[test]
fn the_versions_of_the_tools_are_told_wherever_somebody_looks_at_a_promotion() {
    let Some(shop) = RenderedShop::new() else { return };
    let promotion = promoted(&shop);
    shop.tollgate(&["recipe", "show", &promotion]).run().exits(0).says(&[
        "cart is rendered by kustomize v5.8.2",
        "kustomize build overlays/{environment}",
        "store is rendered by helm v4.3.1",
        "helm template . --values=values-{environment}.yaml --namespace=shop-{environment} --include-crds",
    ]);
    let report = shop.tollgate(&["audit", "report", "--from", "2020-01-01", "--to", "2100-01-01"]).run().exits(0);
    report.says(&["renders cart by kustomize v5.8.2 (sha256:", "renders store by helm v4.3.1"]);
}
