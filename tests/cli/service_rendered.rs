//! `tollgate service` for services whose manifests kustomize or Helm renders.

use tollgate_tests::{RenderedShop, Shop, manifest};

const ENVIRONMENTS: [&str; 3] = ["staging", "preprod", "prod"];

/// A file of the deployment repository's remote.
fn delivered(shop: &RenderedShop, path: &str) -> String {
    shop.shop.world.git("remotes/deployment.git", &["show", &format!("master:{path}")])
}

/// The manifests of `cart` in its own repository: a kustomization that says what `cart` stands for.
fn write_cart(shop: &RenderedShop) {
    let cart = shop.shop.service("cart");
    cart.write("deploy/base/deployment.yaml", manifest::deployment("cart", "cart"));
    let images =
        "resources: [deployment.yaml]\nimages:\n- name: cart\n  newName: registry.example.com/cart # ours\n  newTag: dev\n";
    cart.write("deploy/base/kustomization.yaml", images);
    for environment in ENVIRONMENTS {
        cart.write(&format!("deploy/overlays/{environment}/kustomization.yaml"), "resources: [../../base]\n");
    }
}

/// Those of `store`: a chart with its image in parts, of which production had a tag of its own.
fn write_store(shop: &RenderedShop) {
    let store = shop.shop.service("store");
    store.write("deploy/Chart.yaml", "apiVersion: v2\nname: store\nversion: 0.1.0\n");
    let image = "{{ .Values.image.repository }}:{{ .Values.image.tag }}";
    store.write("deploy/templates/deployment.yaml", manifest::deployment("store", image));
    store.write("deploy/values.yaml", "image:\n  repository: registry.example.com/store\n  tag: dev # by sync\n");
    for environment in ENVIRONMENTS {
        store.write(&format!("deploy/values-{environment}.yaml"), "image: {tag: old}\n");
    }
}

#[test]
fn sync_finds_the_image_in_a_kustomization_and_what_was_built_is_delivered() {
    let Some(shop) = RenderedShop::new() else { return };
    write_cart(&shop);
    let build = shop.shop.build("cart", "two");
    shop.shop.sync(&build, "master").exits(0);
    let kustomization = delivered(&shop, "services/cart/base/kustomization.yaml");
    assert!(
        kustomization.contains(&format!("newName: registry.example.com/cart # ours\n  newTag: {}", build.commit)),
        "{kustomization}"
    );
    shop.promote("master").exits(0);
    let pinned = format!("{}@{}", build.image, build.digest);
    assert!(shop.shop.target("preprod").files().values().any(|text| text.contains(&pinned)), "{pinned}");
    shop.shop.sync(&build, "master").exits(0).says(&["nothing is pushed"]);
}

#[test]
fn sync_finds_the_image_in_the_values_of_a_chart_and_of_each_environment() {
    let Some(shop) = RenderedShop::new() else { return };
    write_store(&shop);
    let build = shop.shop.build("store", "two");
    shop.shop.sync(&build, "master").exits(0);
    let values = delivered(&shop, "services/store/values.yaml");
    assert_eq!(values, format!("image:\n  repository: registry.example.com/store\n  tag: {} # by sync", build.commit));
    assert_eq!(delivered(&shop, "services/store/values-prod.yaml"), format!("image: {{tag: {}}}", build.commit));
    shop.promote("master").exits(0);
    let pinned = format!("{}@{}", build.image, build.digest);
    assert!(shop.shop.target("preprod").files().values().any(|text| text.contains(&pinned)), "{pinned}");
    let older = build;
    let newer = shop.shop.build("store", "three");
    shop.shop.sync(&newer, "master").exits(0);
    shop.shop.sync_command(&older, "master").args(["-o", "json"]).run().exits(0).says(&["superseded"]);
}

#[test]
fn sync_refuses_a_chart_whose_values_do_not_name_the_image() {
    let Some(shop) = RenderedShop::new() else { return };
    write_store(&shop);
    shop.shop.service("store").write("deploy/values.yaml", "image: {repository: registry.example.com/other, tag: dev}\n");
    let build = shop.shop.build("store", "two");
    shop.shop.sync(&build, "master").exits(12).says(&["in the values of a chart"]);
}

/// `cart` has a Service whose name the overlays make, and `store` leads to it by a value.
fn mk_related() -> Option<RenderedShop> {
    let shop = RenderedShop::new()?;
    let deployment = &shop.shop.deployment;
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: basket}\nspec: {selector: {app: cart}}\n";
    deployment.write("services/cart/base/service.yaml", service);
    deployment.write("services/cart/base/kustomization.yaml", "namePrefix: shop-\nresources: [deployment.yaml, service.yaml]\n");
    for environment in ENVIRONMENTS {
        deployment.write(&format!("services/cart/overlays/{environment}/kustomization.yaml"), "resources: [../../base]\n");
    }
    deployment.edit("services/store/templates/deployment.yaml", |text| {
        let variable =
            "          env:\n            - name: CART\n              value: \"http://{{ .Values.cart }}:8080\"\n          resources:";
        text.replace("          resources:", variable)
    });
    deployment.edit("services/store/values.yaml", |text| format!("{text}cart: shop-basket\n"));
    deployment.deliver("master", "the store talks to the cart");
    Some(shop)
}

#[test]
fn remove_sees_what_rendered_services_refer_to_and_where_that_is_written() {
    let Some(shop) = mk_related() else { return };
    shop.promote("master").exits(0);
    let shown = shop.tollgate(&["service", "remove", "cart", "-o", "json"]).run().exits(0).json();
    assert_eq!(shown["references"].as_array().unwrap().len(), 1, "{shown:#}");
    let reference = &shown["references"][0];
    let template = "services/store/templates/deployment.yaml";
    let line = shop.shop.deployment.read(template).lines().position(|line| line.contains("http://")).unwrap() + 1;
    assert_eq!((&reference["file"], &reference["component"]), (&template.into(), &"store".into()), "{shown:#}");
    assert_eq!(reference["line"], line, "{shown:#}");
    assert_eq!(shown["objects"], serde_json::json!(["Service shop-basket", "Deployment shop-cart"]));
    assert_eq!(shown["targets"][0]["deletes"].as_array().unwrap().len(), 2, "{shown:#}");
    shop.tollgate(&["service", "remove", "cart", "--write"]).run().exits(10).says(&["refer to it: store"]);
    shop.shop.deployment.edit("services/store/values.yaml", |text| text.replace("shop-basket", "shop-other"));
    shop.shop.deployment.deliver("master", "the store talks to another one");
    shop.tollgate(&["service", "remove", "cart", "--write"]).run().exits(0);
    assert!(!shop.shop.deployment.has("services/cart"));
}

#[test]
fn nothing_is_removed_while_nobody_knows_what_a_service_refers_to() {
    let Some(shop) = mk_related() else { return };
    shop.shop.deployment.write("services/store/templates/broken.yaml", "a: {{ required \"say which\" .Values.which }}\n");
    let refused = shop.tollgate(&["service", "remove", "cart"]).run().exits(10);
    refused.says(&["can't be rendered", "say which", "services/store/Chart.yaml"]);
}

/// A chart as a template for services.
fn write_template(shop: &Shop) {
    shop.deployment.write("house/Chart.yaml", "apiVersion: v2\nname: {{name}}\nversion: 0.1.0\n");
    shop.deployment.write("house/values.yaml", "image: {{image}}\n");
    shop.deployment.write("house/templates/deployment.yaml", manifest::deployment("{{ .Release.Name }}", "{{ .Values.image }}"));
}

#[test]
fn add_makes_a_service_from_a_template_that_is_a_chart_and_says_that_it_is_rendered() {
    let Some(shop) = RenderedShop::new() else { return };
    write_template(&shop.shop);
    let image = format!("registry.example.com/mail:{}", "a".repeat(40));
    let arguments = ["service", "add", "mail", "--template", "house", "--image", &image, "-o", "json"];
    let added = shop.tollgate(&arguments).run().exits(0).json();
    assert_eq!((&added["toFillIn"], &added["coveredBy"]), (&serde_json::json!([]), &serde_json::Value::Null), "{added:#}");
    assert!(shop.shop.deployment.read("services/mail/templates/deployment.yaml").contains("name: {{ .Release.Name }}"));
    assert_eq!(shop.shop.deployment.read("services/mail/values.yaml"), format!("image: {image}\n"));
    let checked = shop.tollgate(&["check", "services/mail", "-o", "json"]).run().exits(0).json();
    assert_eq!((&checked["decision"], &checked["counts"]["documents"]), (&"approved".into(), &1.into()), "{checked:#}");
    // A template without an image that could be deployed is told where the image is put in.
    let unnamed = ["service", "add", "shop", "--template", "house", "--image", "registry.example.com/shop", "-o", "json"];
    let places = shop.tollgate(&unnamed).run().exits(0).json()["toFillIn"].clone();
    assert_eq!(places[0]["file"], "services/shop/templates/deployment.yaml", "{places:#}");
}

#[test]
fn add_refuses_a_chart_where_nothing_would_render_it() {
    let shop = Shop::new(&["cart"]);
    write_template(&shop);
    let refused = shop.tollgate(&["service", "add", "mail", "--template", "house"]).run().exits(12);
    refused.says(&["`services/*`", "has to be rendered", "`render`"]);
    assert!(!shop.deployment.has("services/mail"));
}
