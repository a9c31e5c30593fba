//! `tollgate service add`.

use tollgate_tests::{Pipeline, Shop};

fn mk_shop() -> Shop {
    Shop::new(&["cart"])
}

#[test]
fn a_service_is_written_from_the_built_in_template_and_says_what_to_fill_in() {
    let shop = mk_shop();
    insta::assert_snapshot!(shop.tollgate(&["service", "add", "mail"]).run().exits(0).snapshot());
    let deployment = shop.deployment.read("services/mail/deployment.yaml");
    assert!(
        deployment.contains("image: registry.example.com/mail\n") && deployment.contains("containerPort: 8080"),
        "{deployment}"
    );
    assert!(!deployment.contains("{{"));
    assert_eq!(shop.deployment.git(&["status", "--porcelain"]), "?? services/mail/");
}

#[test]
fn with_its_image_the_recommended_pack_approves_it() {
    let shop = mk_shop();
    let image = format!("registry.example.com/mail:{}", "a".repeat(40));
    let added = shop.tollgate(&["service", "add", "mail", "--image", &image, "--port", "9000", "-o", "json"]).run().exits(0).json();
    assert_eq!((&added["path"], &added["coveredBy"]), (&"services/mail".into(), &"services/*".into()));
    assert_eq!(added["toFillIn"], serde_json::json!([]));
    assert_eq!(added["files"].as_array().unwrap().len(), 3);
    assert!(shop.deployment.read("services/mail/deployment.yaml").contains("containerPort: 9000"));
    let checked = shop.tollgate(&["check", "services/mail", "-o", "json"]).run().exits(0).json();
    assert_eq!((&checked["decision"], &checked["counts"]["documents"]), (&"approved".into(), &2.into()));
}

#[test]
fn a_template_of_ones_own_is_used_and_a_slip_in_it_is_told_at_its_line() {
    let shop = mk_shop();
    shop.deployment.write(".tollgate/template/{{name}}.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{name}}\"}\n");
    shop.tollgate(&["service", "add", "mail"]).run().exits(0);
    assert!(shop.deployment.read("services/mail/mail.yaml").contains("{name: \"mail\"}"));
    shop.deployment.write("house/a.yaml", "a: 1\nb: {{nmae}}\n");
    let answer = shop.tollgate(&["service", "add", "shop", "--template", "house"]).run().exits(12);
    answer.says(&["house/a.yaml:2:4", "`{{nmae}}` is no placeholder", "`{{name}}`"]);
    assert!(!shop.deployment.has("services/shop"));
    shop.tollgate(&["service", "add", "shop", "--template", "nowhere"]).run().exits(12).says(&["nowhere"]);
}

#[test]
fn where_no_entry_takes_it_in_tollgate_yaml_gets_one_and_keeps_its_form() {
    let component = "{path: services/cart, type: kubernetes, image: {own: registry.example.com/cart}, source: {repo: x, branch: master}} # the first";
    let pipeline = Pipeline::deployment().components(&[component]);
    let shop = Shop::with(&["cart"], &pipeline);
    let before = shop.deployment.read("tollgate.yaml");
    let arguments = ["service", "add", "mail", "--image", "registry.example.com/mail", "--source", "https://git.example.com/mail"];
    let added = shop.tollgate(&arguments).args(["-o", "json"]).run().exits(0).json();
    assert_eq!(added["coveredBy"], serde_json::Value::Null);
    let after = shop.deployment.read("tollgate.yaml");
    let (gone, come): (Vec<&str>, Vec<&str>) = (
        before.lines().filter(|line| !after.lines().any(|other| other == *line)).collect(),
        after.lines().filter(|line| !before.lines().any(|other| other == *line)).collect(),
    );
    assert_eq!(gone, Vec::<&str>::new(), "{after}");
    assert!(come.join("\n").contains("services/mail"), "{after}");
    shop.tollgate(&["check", "services/mail", "-o", "json"]).run().exits(10);
    let recipes = shop.deployment.deliver("master", "add mail");
    shop.tollgate(&["policy", "accept", &recipes]).run().exits(0);
}

#[test]
fn nothing_that_exists_is_overwritten() {
    let shop = mk_shop();
    let before = shop.deployment.read("services/cart/deployment.yaml");
    shop.tollgate(&["service", "add", "cart"]).run().exits(12).says(&["`services/cart` exists already"]);
    assert_eq!(shop.deployment.read("services/cart/deployment.yaml"), before);
    shop.deployment.write("services/mail", "a file");
    shop.tollgate(&["service", "add", "mail"]).run().exits(12);
    assert_eq!(shop.deployment.git(&["status", "--porcelain"]), "?? services/mail");
}

#[test]
fn names_images_and_sources_that_do_not_fit_are_refused() {
    let shop = mk_shop();
    let add = |arguments: &[&str]| shop.tollgate(&["service", "add"]).args(arguments).run();
    add(&["Mail"]).exits(2).says(&["a-z"]);
    add(&["mail", "--path", "../mail"]).exits(2);
    add(&["mail", "--image", "not an image"]).exits(2);
    add(&["mail", "--port", "0"]).exits(2);
    add(&["mail", "--image", "docker.io/library/mail:1"]).exits(12).says(&["registry.example.com/*"]);
    add(&["mail", "--source", "https://elsewhere.example.com/mail"]).exits(12).says(&["https://git.example.com/mail"]);
    add(&["mail", "--source", "https://git.example.com/mail", "--source-branch", "master"]).exits(0);
    shop.world.tollgate("").args(["service", "add", "mail"]).run().exits(12).says(&["tollgate.yaml"]);
}
