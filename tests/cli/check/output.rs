//! Formats, where they go, and colour.

use tollgate_tests::{Answer, World, assert_report, manifest};

fn mk_world() -> World {
    let world = World::new();
    world.write("redis.yaml", manifest::deployment("redis", "redis:alpine"));
    world
}

fn check(world: &World, arguments: &[&str]) -> Answer {
    world.tollgate("").args(["check", "redis.yaml"]).args(arguments).run()
}

#[test]
fn one_format_to_standard_output_and_others_to_files_at_once() {
    let world = mk_world();
    let answer = check(&world, &["-o", "json", "-o", "text=report.txt", "-o", "json=report.json"]).exits(10);
    let (text, json) = (world.path("report.txt"), world.path("report.json"));
    assert_eq!(fs_err::read_to_string(json).unwrap(), answer.stdout);
    let text = fs_err::read_to_string(text).unwrap();
    assert!(text.contains("image-pinned/tag") && !text.contains('\u{1b}'), "{text}");
    let left: Vec<String> = world.root().read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
    assert!(left.iter().all(|name| !name.ends_with(".new")), "{left:?}");
}

#[test]
fn only_to_files_leaves_standard_output_empty() {
    let world = mk_world();
    let answer = check(&world, &["-o", "json=report.json"]).exits(10);
    assert_eq!(answer.stdout, "");
    assert_report(&serde_json::from_str(&fs_err::read_to_string(world.path("report.json")).unwrap()).unwrap());
}

#[test]
fn formats_that_make_no_sense_are_usage_errors() {
    let world = mk_world();
    check(&world, &["-o", "json", "-o", "text"]).exits(2).says(&["only one format"]);
    check(&world, &["-o", "yaml"]).exits(2).says(&["`yaml` is no format"]);
}

#[test]
fn a_report_that_can_not_be_written_is_no_success() {
    let world = mk_world();
    world.write("redis.yaml", manifest::config_map("a", "b"));
    let answer = check(&world, &["-o", "json=nowhere/report.json"]);
    assert_ne!(answer.exit, 0);
    answer.says(&["nowhere/report.json"]);
}

#[test]
fn the_format_changes_neither_verdict_nor_exit_code() {
    let world = mk_world();
    for arguments in [&["--policy", "builtin:pod-security"][..], &[], &["--policy", "builtin:none"]] {
        let text = check(&world, arguments);
        let json = check(&world, &[arguments, &["-o", "json"]].concat());
        assert_eq!(text.exit, json.exit, "{arguments:?}");
        assert_eq!(json.json()["exit"], json.exit, "{arguments:?}");
    }
}

#[test]
fn a_check_that_could_not_be_done_is_a_report_too() {
    let world = mk_world();
    let json = check(&world, &["--policy", "builtin:none", "-o", "json"]).exits(12).json();
    assert_report(&json);
    assert_eq!(json["decision"], serde_json::Value::Null);
    assert_eq!(json["errors"][0]["exit"], 12);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let world = mk_world();
    let coloured = |answer: Answer| answer.exits(10).stdout.contains('\u{1b}');
    assert!(!coloured(world.tollgate("").args(["check", "redis.yaml"]).without_env("NO_COLOR").run()));
    assert!(!coloured(check(&world, &["--color", "never"])));
    assert!(coloured(check(&world, &["--color", "always"])));
    assert!(!coloured(check(&world, &["--color", "always", "-o", "json"])));
}

#[test]
fn what_a_promotion_will_ask_is_listed_and_check_never_waits() {
    let world = mk_world();
    let pipeline = "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: [{path: \"services/*\", type: kubernetes}]\n\
                    gates:\n  - {name: pods, policy: builtin:pod-security}\n  - {name: same-image, policy: builtin:same-image, enforcement: mandatory}\n";
    world.write("tollgate.yaml", pipeline);
    let json = check(&world, &["-o", "json"]).exits(0).json();
    assert_report(&json);
    assert_eq!(json["atPromotion"][0]["name"], "same-image");
    assert_eq!(json["gates"].as_array().unwrap().len(), 1);
    check(&world, &[]).exits(0).says(&["same-image"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = mk_world();
    let mut command = world.tollgate("").args(["check", "redis.yaml"]).into_command();
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(10));
}
