//! A kustomization and a chart on their way to production, rendered by the real tools for each target.

use tollgate_tests::RenderedShop;

fn replicas(shop: &RenderedShop, environment: &str) -> Vec<String> {
    let files = shop.shop.target(environment).files();
    let lines = files.values().flat_map(|text| text.lines()).filter(|line| line.trim().starts_with("replicas:"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn one_recipe_is_rendered_for_each_target_and_proven_on_its_way() {
    let Some(shop) = RenderedShop::new() else { return };
    let preprod = shop.promote("master").exits(0);
    assert_eq!(replicas(&shop, "preprod"), ["replicas: 2", "replicas: 2"]);
    shop.shop.deployment.tag("v1");
    let prod = shop.promote("v1").exits(0);
    assert_eq!(replicas(&shop, "prod"), ["replicas: 3", "replicas: 3"]);
    assert_eq!(preprod.text_at("/targets/0/recipe"), prod.text_at("/targets/0/recipe"));
    for (path, text) in shop.shop.target("prod").files() {
        assert!(!text.contains("config.kubernetes.io/origin"), "{path}: {text}");
    }
    for service in ["cart", "store"] {
        let build = shop.shop.last_build(service);
        let pinned = format!("{}@{}", build.image, build.digest);
        assert!(shop.shop.target("prod").files().values().any(|text| text.contains(&pinned)), "{pinned}");
    }
    shop.tollgate(&["drift"]).run().exits(0);
}

#[test]
fn a_target_goes_back_to_what_was_rendered_before() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.promote("master").exits(0);
    let before = shop.shop.target("preprod").files();
    shop.shop.deployment.edit("services/cart/overlays/preprod/kustomization.yaml", |text| text.replace("count: 2", "count: 7"));
    shop.shop.deployment.deliver("master", "seven");
    shop.promote("master").exits(0);
    assert!(replicas(&shop, "preprod").contains(&"replicas: 7".to_owned()));
    let rollback = ["rollback", "preprod-apps", "--reason", "seven are too many", "-o", "json"];
    shop.with_script("exit 1", &rollback).run().exits(12);
    shop.tollgate(&rollback).run().exits(0);
    assert_eq!(shop.shop.target("preprod").files(), before);
}

#[test]
fn an_own_image_that_only_production_gets_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let other = shop.shop.build("cart", "never proven");
    shop.shop.record(&other, "master").exits(0);
    let commit = &other.commit;
    let kustomization = format!("resources: [../../base]\nimages: [{{name: registry.example.com/cart, newTag: {commit}}}]\n");
    shop.shop.deployment.write("services/cart/overlays/prod/kustomization.yaml", kustomization);
    shop.shop.deployment.deliver("master", "another image in prod");
    shop.promote("master").exits(0);
    shop.shop.deployment.tag("v1");
    let denied = shop.promote("v1").exits(10);
    assert!(denied.raw().contains("recipe/other-image"), "{}", denied.raw());
    assert!(!shop.shop.target("prod").is_live());
}

#[test]
fn nothing_moves_while_a_rendering_on_the_way_fails() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.shop.deployment.write("services/cart/overlays/prod/kustomization.yaml", "resources: [../../nowhere]\n");
    shop.shop.deployment.deliver("master", "a broken overlay");
    let denied = shop.promote("master").exits(10);
    assert!(denied.raw().contains("render/missing"), "{}", denied.raw());
    assert!(!shop.shop.target("preprod").is_live());
}
