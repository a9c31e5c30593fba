//! What was rendered before is not rendered again for those who only look.

use tollgate_tests::RenderedShop;

const RENDERINGS: [&str; 2] = ["helm template", "kustomize build"];

fn starts(shop: &RenderedShop, program: &str, arguments: &[&str]) -> Vec<String> {
    shop.counting(program, arguments).run().exits(0);
    shop.take_starts()
}

/// Those that render, and none that are asked for a version alone.
fn renderings(shop: &RenderedShop, program: &str, arguments: &[&str]) -> Vec<String> {
    starts(shop, program, arguments).into_iter().filter(|start| !start.ends_with(" version")).collect()
}

#[test]
fn check_and_plan_start_no_tool_for_what_was_rendered_before() {
    let Some(shop) = RenderedShop::new() else { return };
    assert_eq!(renderings(&shop, "one", &["check"]), RENDERINGS);
    assert_eq!(starts(&shop, "one", &["check"]), Vec::<String>::new());
    assert_eq!(starts(&shop, "one", &["check", "--rev", "HEAD"]), Vec::<String>::new());
    assert_eq!(starts(&shop, "one", &["plan", "master"]), ["helm version", "kustomize version"]);
    assert_eq!(starts(&shop, "one", &["plan", "master"]), Vec::<String>::new());
    for command in [&["check", "--no-cache"][..], &["plan", "master", "--no-cache"]] {
        assert_eq!(renderings(&shop, "one", command), RENDERINGS, "{command:?}");
    }
}

#[test]
fn another_program_another_question_and_another_byte_start_it() {
    let Some(shop) = RenderedShop::new() else { return };
    let check = |program: &str| renderings(&shop, program, &["check"]);
    check("one");
    assert_eq!(check("two"), RENDERINGS);
    let deployment = &shop.shop.deployment;
    deployment.edit("services/store/values-prod.yaml", |text| text.replace("replicas: 3", "replicas: 4"));
    assert_eq!(check("two"), ["helm template"]);
    deployment.write("services/cart/README.md", "The cart.\n");
    assert_eq!(check("two"), ["kustomize build"]);
    deployment.edit("tollgate.yaml", |text| text.replace("shop-{environment}", "store-{environment}"));
    assert_eq!(check("two"), ["helm template"]);
    assert_eq!(check("two"), Vec::<String>::new());
}

#[test]
fn a_promotion_renders_whatever_was_rendered_before() {
    let Some(shop) = RenderedShop::new() else { return };
    starts(&shop, "one", &["check"]);
    starts(&shop, "one", &["plan", "master"]);
    assert_eq!(renderings(&shop, "one", &["promote", "master"]), RENDERINGS);
    shop.shop.deployment.tag("v1");
    assert_eq!(renderings(&shop, "one", &["promote", "v1"]), RENDERINGS);
}

#[test]
fn a_rendering_that_holds_a_secret_is_not_kept() {
    let Some(shop) = RenderedShop::new() else { return };
    let value = "hunter2-of-the-generator";
    let generator = format!("resources: [../../base]\nsecretGenerator:\n- name: key\n  literals: [password={value}]\n");
    for environment in ["staging", "preprod", "prod"] {
        shop.shop.deployment.write(&format!("services/cart/overlays/{environment}/kustomization.yaml"), &generator);
    }
    for _ in 0..2 {
        shop.counting("one", &["check"]).run();
        assert!(shop.take_starts().contains(&"kustomize build".to_owned()));
    }
    let kept = fs_err::read(shop.shop.world.path("cache/kept/verdicts.redb")).unwrap();
    for form in tollgate_tests::secret_forms(value) {
        assert!(!kept.windows(form.len()).any(|window| window == form.as_bytes()), "{form}");
    }
}
