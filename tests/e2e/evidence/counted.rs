//! What gates wait for: statements by those who may make them, about what moves.

use tollgate_tests::SignedShop;

use super::{JUNIT, image, result_of, shop};

fn add(signed: &SignedShop, person: &str, file: &str, arguments: &[&str]) -> tollgate_tests::Answer {
    signed.cli(person, &["evidence", "add", "-", "-o", "json"]).args(arguments).input(file).run()
}

#[test]
fn a_promotion_waits_for_a_passing_result_of_its_image() {
    let signed = shop();
    signed.shop.promote("v1").exits(4).says(&["there is none about it"]);
    let added = add(&signed, "tester", JUNIT, &["--type", "test-result", "--subject", &image(&signed)]).exits(0);
    assert_eq!(added.text_at("/signer"), "tester@example.com");
    assert!(added.text_at("/subjects/0/known").starts_with("the image registry.example.com/cart:"));
    signed.shop.promote("v1").exits(0);
}

#[test]
fn a_failing_result_blocks_until_the_same_signer_says_otherwise() {
    let signed = shop();
    let image = image(&signed);
    add(&signed, "tester", &result_of(&image, "FAILED").to_string(), &[]).exits(0);
    signed.shop.promote("v1").exits(10).says(&["`/predicate/result` is `FAILED`", "tester@example.com"]);
    add(&signed, "lead", &result_of(&image, "PASSED").to_string(), &[]).exits(0);
    signed.shop.promote("v1").exits(10);
    add(&signed, "tester", &result_of(&image, "PASSED").to_string(), &["--subject", &image]).exits(0);
    signed.shop.promote("v1").exits(0);
}

#[test]
fn a_result_of_another_image_or_by_somebody_who_is_not_asked_does_not_count() {
    let signed = shop();
    let other = format!("sha256:{}", "0".repeat(64));
    let added = add(&signed, "tester", JUNIT, &["--type", "test-result", "--subject", &other]).exits(0);
    assert!(added.json()["subjects"][0]["known"].is_null());
    add(&signed, "lead", &result_of(&image(&signed), "PASSED").to_string(), &[]).exits(0);
    signed.shop.promote("v1").exits(4).says(&["is signed by lead@example.com, who is not asked for it"]);
}

#[test]
fn images_recipes_and_promotions_are_named_and_shown() {
    let signed = shop();
    let build = signed.shop.last_build("cart");
    let promotion = signed.newest("preprod-apps");
    let entries = signed.shop.ledger().entries();
    let decided = entries.iter().rfind(|entry| entry["type"] == "decided").unwrap();
    let recipe = decided["subject"]["recipe"].as_str().unwrap();
    let ticket = r#"{"id": "CHG-7", "state": "approved"}"#;
    for (subject, digest) in
        [(build.image.as_str(), build.digest.as_str()), (&promotion, recipe), (&recipe[7..19], recipe), (recipe, recipe)]
    {
        let added = add(&signed, "lead", ticket, &["--type", "ticket", "--subject", subject]).exits(0);
        assert_eq!(added.text_at("/subjects/0/digest"), digest, "{subject}");
    }
    add(&signed, "lead", ticket, &["--type", "ticket", "--subject", "ffffffff"]).exits(12);
    add(&signed, "lead", ticket, &["--type", "ticket", "--subject", "P-999"]).exits(12);
    add(&signed, "lead", ticket, &["--type", "ticket", "--subject", "registry.example.com/cart:none"]).exits(13);
}
