//! Which policies judge, and with which settings.

use tollgate_tests::{Answer, World, assert_report, guest, manifest};

fn mk_world() -> World {
    let world = World::new();
    world.write("redis.yaml", manifest::deployment("redis", "redis:alpine"));
    world
}

fn check(world: &World, arguments: &[&str]) -> Answer {
    world.tollgate("").args(["check", "redis.yaml", "-o", "json"]).args(arguments).run()
}

/// A world with guests as plugin files.
fn with_guests(names: &[&str]) -> World {
    let world = mk_world();
    for name in names {
        world.write(&format!("{name}.wasm"), guest(name));
    }
    world
}

#[test]
fn named_policies_replace_the_default_set() {
    let world = mk_world();
    assert_eq!(check(&world, &[]).exits(10).denials(), ["image-pinned/tag"]);
    let answer = check(&world, &["--policy", "builtin:pod-security", "--policy", "builtin:workload-limits"]).exits(0);
    let gates: Vec<String> =
        answer.json()["gates"].as_array().unwrap().iter().map(|gate| gate["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(gates, ["pod-security", "workload-limits"]);
}

#[test]
fn a_pack_replaces_the_default_set() {
    let world = mk_world();
    let pack = "apiVersion: tollgate.dev/v1alpha1\nkind: Pack\npolicies:\n  - name: strict\n    policy: builtin:pod-security\n    settings: {level: restricted}\n";
    world.write("house/pack.yaml", pack);
    let answer = check(&world, &["--pack", "house"]).exits(10);
    assert!(answer.denials().iter().all(|rule| rule.starts_with("strict/")), "{:?}", answer.denials());
    check(&world, &["--pack", "nowhere"]).exits(12).says(&["nowhere"]);
    let recommended = check(&world, &["--pack", "builtin:recommended"]).exits(10);
    assert_eq!(recommended.denials(), ["image-pinned/tag"]);
}

#[test]
fn an_unknown_policy_is_refused_with_what_there_is() {
    let answer = mk_world().tollgate("").args(["check", "redis.yaml", "--policy", "builtin:image-pined"]).run().exits(12);
    insta::assert_snapshot!(answer.snapshot());
}

#[test]
fn a_setting_is_json_where_it_parses_and_else_a_text() {
    let world = mk_world();
    let pod_security = ["--policy", "builtin:pod-security"];
    let with = |settings: &[&str]| {
        let settings = settings.iter().flat_map(|setting| ["--set", setting]);
        check(&world, &pod_security.iter().copied().chain(settings).collect::<Vec<_>>())
    };
    with(&["pod-security.level=baseline", "pod-security.version=v1.0"]).exits(0);
    with(&["pod-security.level=restricted", "pod-security.version=latest"]).exits(10);
    with(&["pod-security.level=\"restricted\""]).exits(10);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    world.write("redis.yaml", manifest::deployment("redis", &format!("registry.example.com/redis:{commit}")));
    check(&world, &["--set", "image-pinned.own=[\"registry.example.com/*\"]"]).exits(0);
    let foreign = check(&world, &["--set", "image-pinned.own=[\"registry.example.org/*\"]"]).exits(10);
    assert_eq!(foreign.denials(), ["image-pinned/third-party"]);
    check(&world, &["--set", "image-pinned.own=registry.example.com"]).exits(12);
}

#[test]
fn a_setting_that_does_not_fit_is_refused_by_name() {
    let world = mk_world();
    let refused = |setting: &str, says: &[&str]| {
        check(&world, &["--set", setting]).exits(12).says(says);
    };
    refused("pod-security.level=strict", &["`strict`", "baseline"]);
    refused("pod-security.levle=baseline", &["levle"]);
    refused("nothing.level=baseline", &["nothing"]);
    refused("pod-security", &["pod-security"]);
}

#[test]
fn documents_that_no_policy_applies_to_are_12() {
    let world = mk_world();
    let pipeline = "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: [{path: \"services/*\", type: kubernetes}]\n\
                    gates: [{name: same-image, policy: builtin:same-image}]\n";
    world.write("tollgate.yaml", pipeline);
    let answer = check(&world, &[]).exits(12);
    answer.says(&["no policy applied to any document"]);
    assert_report(&answer.json());
}

#[test]
fn a_plugin_that_panics_is_11_with_its_message_and_place_and_the_others_still_report() {
    let world = with_guests(&["panics"]);
    let policies = ["--policy", "panics.wasm", "--policy", "builtin:image-pinned"];
    let json = check(&world, &policies).exits(11);
    assert_report(&json.json());
    assert_eq!(json.denials(), ["image-pinned/tag"]);
    let text = world.tollgate("").args(["check", "redis.yaml", "--log"]).args(policies).run().exits(11);
    text.says(&["index out of bounds", "lib.rs:", "image-pinned/tag"]);
}

#[test]
fn a_plugin_that_loops_or_returns_rubbish_is_11_and_named() {
    for name in ["endless-loop", "traps", "returns-too-much", "unknown-rule", "false-document-id", "pointer-outside"] {
        let world = with_guests(&[name]);
        let answer = check(&world, &["--policy", &format!("{name}.wasm"), "--policy", "builtin:image-pinned"]).exits(11);
        answer.says(&[name]);
        assert_eq!(answer.denials(), ["image-pinned/tag"], "{name}");
    }
}

#[test]
fn a_plugin_that_may_not_be_loaded_is_12_and_named() {
    for name in ["forbidden-import", "unknown-generation", "missing-grant"] {
        let world = with_guests(&[name]);
        check(&world, &["--policy", &format!("{name}.wasm")]).exits(12).says(&[name]);
    }
    let world = mk_world();
    world.write("text.wasm", "this is no plugin");
    check(&world, &["--policy", "text.wasm"]).exits(12).says(&["text.wasm"]);
    check(&world, &["--policy", "nowhere.wasm"]).exits(12).says(&["nowhere.wasm"]);
}

#[test]
fn the_error_of_an_advisory_policy_is_told_and_blocks_nothing() {
    let world = with_guests(&["panics"]);
    let pipeline = "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: [{path: \"services/*\", type: kubernetes}]\n\
                    gates:\n  - {name: trying, policy: ./panics.wasm, enforcement: advisory}\n  - {name: pods, policy: builtin:pod-security}\n";
    world.write("tollgate.yaml", pipeline);
    let answer = check(&world, &[]).exits(0);
    answer.says(&["trying"]);
    assert_report(&answer.json());
}

#[test]
fn all_findings_of_a_long_report_are_shown_on_request() {
    let world = World::new();
    let many: String =
        (0..120).map(|number| format!("---\n{}", manifest::deployment(&format!("a{number}"), "redis:alpine"))).collect();
    world.write("many.yaml", many);
    let count = |answer: &Answer| answer.stdout.matches("image-pinned/tag").count();
    let brief = world.tollgate("").args(["check", "many.yaml"]).run().exits(10);
    let full = world.tollgate("").args(["check", "many.yaml", "--all"]).run().exits(10);
    assert!(count(&brief) < count(&full), "{} and {}", count(&brief), count(&full));
    assert!(count(&full) >= 120);
    brief.says(&["100 more of image-pinned/tag in this file"]);
}
