//! tollgate.yaml that is not right: all problems at once, each at its place, 12.

use tollgate_tests::{Answer, Pipeline, World, guest, manifest};

fn check(pipeline: &str) -> (World, Answer) {
    let world = World::new();
    world.write("tollgate.yaml", pipeline);
    world.write("services/cart/a.yaml", manifest::config_map("a", "b"));
    let answer = world.tollgate("").arg("check").run();
    (world, answer)
}

#[test]
fn unknown_keys_and_bad_settings_are_refused_all_at_once_each_at_its_place() {
    let pipeline = Pipeline::deployment()
        .gate("{name: pods, policy: builtin:pod-security, settings: {level: strict}}")
        .gate("{name: other, polcy: builtin:pod-security}")
        .line("enviroments: []");
    let (_, answer) = check(&pipeline.text());
    insta::assert_snapshot!(answer.exits(12).snapshot());
}

#[test]
fn settings_are_judged_by_their_plugin_at_their_place() {
    let pipeline =
        Pipeline::deployment().gate("{name: pods, policy: builtin:pod-security, settings: {level: strict, versoin: v1.2}}");
    let (_, answer) = check(&pipeline.text());
    insta::assert_snapshot!(answer.exits(12).snapshot());
}

#[test]
fn a_configuration_that_is_no_yaml_is_refused_at_its_line() {
    let (_, answer) = check("apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: [\n");
    answer.exits(12).says(&["tollgate.yaml:3:"]);
    let (_, answer) = check("apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: []\ncomponents: []\n");
    answer.exits(12).says(&["tollgate.yaml:4:1"]);
    let (_, answer) = check("");
    answer.exits(12).says(&["tollgate.yaml"]);
}

#[test]
fn a_newer_form_of_the_file_is_refused_by_name() {
    let (_, answer) = check(&Pipeline::deployment().text().replace("v1alpha1", "v9"));
    answer.exits(12).says(&["tollgate.dev/v9"]);
}

#[test]
fn names_that_do_not_exist_and_orders_that_never_come_true_are_refused() {
    let refused = |pipeline: Pipeline, says: &[&str]| {
        let (_, answer) = check(&pipeline.text());
        answer.exits(12).says(says);
    };
    let target = |name: &str, rest: &str| {
        format!(
            "{{name: {name}, targets: [{{name: {name}-apps, role: apps, on: {{branch: master}}, directory: {{path: ../{name}}}{rest}}}]}}"
        )
    };
    let (circle, other) = (target("one", ", after: {all: [two]}"), target("two", ", after: {all: [one]}"));
    refused(Pipeline::deployment().environments(&[&circle, &other]), &["one-apps", "two-apps"]);
    let lost = target("one", ", after: {all: [preprd]}");
    refused(Pipeline::deployment().environments(&[&lost, &target("preprod", "")]), &["`preprd`", "`preprod`"]);
    refused(Pipeline::deployment().gate("{name: x, policy: builtin:pod-security, match: {environment: prd}}"), &["prd"]);
    refused(Pipeline::deployment().packs(&["builtin:recomended"]), &["recomended", "recommended"]);
}

#[test]
fn a_lock_that_names_other_bytes_is_obeyed_and_not_worked_around() {
    let world = World::new();
    world.write("house.wasm", guest("honest"));
    let pipeline = Pipeline::deployment().gate("{name: house, policy: ./house.wasm}");
    world.write("tollgate.yaml", pipeline.text());
    world.write("services/cart/a.yaml", manifest::deployment("redis", "redis:alpine"));
    world.tollgate("").args(["policy", "update"]).run().exits(0);
    world.tollgate("").arg("check").run().exits(10);
    world.write("house.wasm", guest("floods-log"));
    world.tollgate("").arg("check").run().exits(12).says(&["./house.wasm", "is locked as"]);
}
