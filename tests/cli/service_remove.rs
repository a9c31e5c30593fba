//! `tollgate service remove`.

use tollgate_tests::{Pipeline, Shop, manifest};

/// The cart, and the mail that talks to it.
fn mk_shop() -> Shop {
    let gate = "{name: cart-limits, policy: builtin:workload-limits, match: {component: cart}} # for the cart alone";
    let shop = Shop::with(&["cart", "mail"], &Pipeline::deployment().gate(gate));
    shop.deployment.write(
        "services/cart/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {selector: {app: cart}}\n",
    );
    let mail = shop.deployment.read("services/mail/deployment.yaml");
    let with_cart = mail.replace(
        "          resources:",
        "          env:\n            - {name: CART, value: \"http://cart:8080\"}\n          resources:",
    );
    shop.deployment.write("services/mail/deployment.yaml", with_cart);
    shop.deployment.deliver("master", "mail talks to the cart");
    shop
}

fn forget_cart(shop: &Shop) {
    shop.deployment.edit("services/mail/deployment.yaml", |text| text.replace("http://cart:8080", "http://basket:8080"));
    shop.deployment.deliver("master", "mail talks to the basket");
}

#[test]
fn who_depends_on_it_where_it_runs_and_what_goes_is_shown_and_nothing_is_written() {
    let shop = mk_shop();
    shop.promote("master").exits(0);
    insta::assert_snapshot!(shop.tollgate(&["service", "remove", "cart"]).run().exits(0).snapshot());
    let shown = shop.tollgate(&["service", "remove", "cart", "-o", "json"]).run().exits(0).json();
    let reference = &shown["references"][0];
    assert_eq!(shown["references"].as_array().unwrap().len(), 1, "{shown:#}");
    assert_eq!((&reference["file"], &reference["component"]), (&"services/mail/deployment.yaml".into(), &"mail".into()));
    let line =
        shop.deployment.read("services/mail/deployment.yaml").lines().position(|line| line.contains("http://cart")).unwrap() + 1;
    assert_eq!(reference["line"], line);
    assert_eq!(shown["targets"][0]["target"], "preprod-apps");
    assert_eq!(shown["targets"][0]["deletes"].as_array().unwrap().len(), 2, "{shown:#}");
    assert_eq!(shown["targets"][0]["gates"], serde_json::json!(["same-image", "freeze"]));
    assert_eq!((&shown["removed"], &shown["commitMessage"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(shop.deployment.git(&["status", "--porcelain"]), "");
}

#[test]
fn while_others_refer_to_it_it_stays_unless_somebody_says_why() {
    let shop = mk_shop();
    shop.tollgate(&["service", "remove", "cart", "--write"]).run().exits(10).says(&["refer to it: mail", "--despite-references"]);
    assert_eq!(shop.deployment.git(&["status", "--porcelain"]), "");
    shop.tollgate(&["service", "remove", "cart", "--write", "--despite-references"]).run().exits(2).says(&["--reason"]);
    let arguments =
        ["service", "remove", "cart", "--write", "--despite-references", "--reason", "mail goes next week", "-o", "json"];
    let message = shop.tollgate(&arguments).run().exits(0).text_at("/commitMessage");
    for text in ["remove cart\n\nmail goes next week\n", "- services/mail/deployment.yaml:", "\nService: cart\n"] {
        assert!(message.contains(text), "{message}");
    }
    assert!(!shop.deployment.has("services/cart"));
}

#[test]
fn directory_and_configuration_go_and_the_rest_of_tollgate_yaml_stays_as_it_was() {
    let shop = mk_shop();
    forget_cart(&shop);
    let before = shop.deployment.read("tollgate.yaml");
    insta::assert_snapshot!(shop.tollgate(&["service", "remove", "cart", "--write"]).run().exits(0).snapshot());
    assert!(!shop.deployment.has("services/cart") && shop.deployment.has("services/mail/deployment.yaml"));
    let after = shop.deployment.read("tollgate.yaml");
    let expected: String = before.lines().filter(|line| !line.contains("cart-limits")).map(|line| format!("{line}\n")).collect();
    assert_eq!(after, expected);
    assert_eq!(shop.deployment.git(&["status", "--porcelain", "--", ".", ":!services"]), " M tollgate.yaml");
}

#[test]
fn what_is_not_committed_is_not_removed() {
    let shop = mk_shop();
    forget_cart(&shop);
    shop.deployment.write("services/cart/new.yaml", manifest::config_map("new", "x"));
    shop.tollgate(&["service", "remove", "cart", "--write"]).run().exits(12).says(&["services/cart/new.yaml", "not committed"]);
    assert!(shop.deployment.has("services/cart/new.yaml") && shop.deployment.has("services/cart/deployment.yaml"));
    assert!(shop.deployment.read("tollgate.yaml").contains("cart-limits"));
}

#[test]
fn a_kustomization_that_reaches_in_is_a_reference() {
    let shop = mk_shop();
    forget_cart(&shop);
    shop.deployment.write("services/mail/kustomization.yaml", "resources:\n  - deployment.yaml\n  - ../cart/service.yaml\n");
    let answer = shop.tollgate(&["service", "remove", "cart", "--write"]).run().exits(10);
    answer.says(&["services/mail/kustomization.yaml:3:5", "takes in its files"]);
}

#[test]
fn a_service_that_is_not_there_is_refused_with_those_that_are() {
    let shop = mk_shop();
    shop.tollgate(&["service", "remove", "basket"]).run().exits(12).says(&["no service `basket`", "cart, mail"]);
    shop.world.tollgate("").args(["service", "remove", "cart"]).run().exits(12).says(&["tollgate.yaml"]);
}

#[test]
fn without_a_ledger_nothing_is_known_to_run_and_that_is_said() {
    let shop = Shop::untrusted(&["cart", "mail"], &Pipeline::deployment());
    shop.tollgate(&["service", "remove", "cart"]).run().exits(0).says(&["it runs nowhere", "there is no ledger"]);
}
