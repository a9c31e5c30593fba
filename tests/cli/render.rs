//! `tollgate render`.

use tollgate_tests::{Shop, manifest};

#[test]
fn every_image_stands_with_its_digest() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["render", "master"]).run().exits(0);
    insta::assert_snapshot!(answer.snapshot());
    let build = shop.last_build("cart");
    answer.says(&[&format!("{}@{}", build.image, build.digest)]);
}

#[test]
fn what_is_rendered_is_what_is_applied() {
    let shop = Shop::new(&["cart"]);
    let rendered = shop.tollgate(&["render", "master"]).run().exits(0).stdout;
    shop.promote("master").exits(0);
    let applied = shop.target("preprod").read("services/cart/deployment.yaml");
    let body: String = rendered.lines().skip(2).map(|line| format!("{line}\n")).collect();
    assert_eq!(body.trim_end(), applied.trim_start_matches("---\n").trim_end());
}

#[test]
fn json_is_one_object_a_line() {
    let shop = Shop::new(&["cart", "email"]);
    let rendered = shop.tollgate(&["render", "master", "-o", "json"]).run().exits(0).stdout;
    let names: Vec<String> = rendered
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["metadata"]["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["cart", "email"]);
}

#[test]
fn secret_values_are_withheld() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", "b25lLW9uZQ", "plain-value"));
    shop.deployment.deliver("master", "a secret");
    let answer = shop.tollgate(&["render", "master"]).run().exits(0);
    assert!(!answer.raw().contains("plain-value") && !answer.raw().contains("b25lLW9uZQ"), "{}", answer.raw());
    answer.says(&["kind: Secret"]);
}

#[test]
fn without_a_recipe_there_is_nothing_to_render() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.write("services/store/deployment.yaml", manifest::deployment("store", "redis:alpine"));
    shop.deployment.deliver("master", "unpinned");
    let answer = shop.tollgate(&["render", "master"]).run().exits(10);
    answer.says(&["recipe/unpinned", "services/store/deployment.yaml"]);
    assert_eq!(answer.stdout, "");
}

#[test]
fn words_that_readers_disagree_on_are_quoted() {
    let shop = Shop::new(&["cart"]);
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart}\ndata: {a: \"yes\", b: \"1e3\", c: \"012\", d: \"~\", e: \"0o17\", f: \"\"}\n";
    shop.deployment.write("services/cart/map.yaml", map);
    shop.deployment.deliver("master", "words");
    let rendered = shop.tollgate(&["render", "master"]).run().exits(0).stdout;
    let document = rendered.split("---\n").find(|document| document.contains("kind: ConfigMap")).unwrap();
    let value: serde_json::Value = serde_yaml::from_str(document).unwrap();
    for (key, text) in [("a", "yes"), ("b", "1e3"), ("c", "012"), ("d", "~"), ("e", "0o17"), ("f", "")] {
        assert_eq!(value["data"][key], text);
        let line = document.lines().find(|line| line.trim_start().starts_with(&format!("{key}:"))).unwrap();
        assert!(line.contains('"') || line.contains('\''), "{line}");
    }
}
