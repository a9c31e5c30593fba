//! Charts that others depend on, packed in the repository.

use tollgate_tests::{RenderedShop, manifest};

const CHART: &str = "services/store/Chart.yaml";

fn depend_on_redis(shop: &RenderedShop, version: &str) {
    let chart = format!(
        "apiVersion: v2\nname: store\nversion: 0.1.0\ndependencies:\n- {{name: redis, version: {version}, repository: 'https://charts.example.com'}}\n"
    );
    shop.shop.deployment.write(CHART, chart);
}

fn redis() -> String {
    manifest::deployment("redis", &format!("redis@sha256:{}", "0".repeat(64)))
}

#[test]
fn a_packed_chart_is_rendered_and_its_findings_name_its_templates() {
    let Some(shop) = RenderedShop::new() else { return };
    depend_on_redis(&shop, "1.2.3");
    shop.vendor("redis", "1.2.3", &redis().replace("{runAsNonRoot: true}", "{runAsNonRoot: false}"));
    let findings = shop.tollgate(&["check", "-o", "json"]).run().exits(10).findings();
    let place = "services/store/charts/redis-1.2.3.tgz/templates/deployment.yaml";
    let found: Vec<_> = findings.iter().filter(|finding| finding["file"] == place && finding["line"] == 13).collect();
    assert!(!found.is_empty(), "{findings:?}");
    shop.tollgate(&["check"]).run().exits(10).says(&[&format!("{place}:13"), "runAsNonRoot: false"]);
}

#[test]
fn a_packed_chart_is_delivered_and_every_byte_of_it_is_part_of_the_recipe() {
    let Some(shop) = RenderedShop::new() else { return };
    depend_on_redis(&shop, "1.2.3");
    let deliver = |template: &str| {
        shop.vendor("redis", "1.2.3", template);
        shop.shop.deployment.deliver("master", "redis");
        let promoted = shop.promote("master").exits(0);
        promoted.text_at("/targets/0/recipe")
    };
    let one = deliver(&redis());
    let files = shop.shop.target("preprod").files();
    assert!(files["services/store/charts/redis-1.2.3.tgz/templates/deployment.yaml"].contains("name: redis"), "{:?}", files.keys());
    assert_ne!(deliver(&redis().replace("replicas: 1", "replicas: 2")), one);
}

#[test]
fn a_dependency_that_is_not_there_is_denied_with_what_to_do_and_never_fetched() {
    let Some(shop) = RenderedShop::new() else { return };
    depend_on_redis(&shop, "1.2.3");
    let denied = shop.tollgate(&["check"]).run().exits(10);
    denied.says(&["render/dependency", &format!("{CHART}:5"), "run `helm dependency build` and commit `charts`"]);
}

#[test]
fn another_version_than_the_chart_or_its_lock_names_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.vendor("redis", "1.2.3", &redis());
    depend_on_redis(&shop, "1.2.4");
    shop.tollgate(&["check"]).run().exits(10).says(&["`redis` is wanted as version `1.2.4`, and is in `charts` as `1.2.3`"]);
    depend_on_redis(&shop, "^1.2.0");
    shop.tollgate(&["check"]).run().exits(0);
    shop.shop.deployment.write("services/store/Chart.lock", "dependencies:\n- {name: redis, version: 1.2.5}\n");
    shop.tollgate(&["check"]).run().exits(10).says(&["the lock of the chart has `redis` as version `1.2.5`"]);
}

#[test]
fn a_packed_chart_into_which_nobody_can_look_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.shop.deployment.write("services/store/charts/redis-1.2.3.tgz", "no archive");
    shop.tollgate(&["check"]).run().exits(10).says(&["render/dependency", "services/store/charts/redis-1.2.3.tgz", "unpacked"]);
}
