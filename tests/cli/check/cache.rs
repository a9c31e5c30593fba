//! Kept verdicts change nothing but the time.

use tollgate_tests::{World, manifest};

fn mk_world() -> World {
    let world = World::new();
    for number in 0..12 {
        let image = if number % 3 == 0 { "redis:alpine" } else { "redis@sha256:0123" };
        world.write(&format!("all/{number}.yaml"), manifest::deployment(&format!("redis-{number}"), image));
    }
    world
}

#[test]
fn the_report_is_the_same_with_cache_without_and_in_another_process() {
    let world = mk_world();
    let check = |arguments: &[&str]| {
        let check = world.tollgate("").args(["check", "all", "-o", "json"]).args(arguments);
        check.run().exits(10).stdout
    };
    let first = check(&[]);
    assert!(world.path("cache/kept/verdicts.redb").exists());
    assert_eq!(check(&[]), first);
    assert_eq!(check(&["--no-cache"]), first);
    fs_err::remove_dir_all(world.path("cache")).unwrap();
    assert_eq!(check(&[]), first);
}

#[test]
fn lines_are_computed_anew_for_a_document_that_moved() {
    let world = mk_world();
    let place = || {
        let answer = world.tollgate("").args(["check", "all/0.yaml", "-o", "json"]).run().exits(10);
        (answer.findings()[0]["line"].as_u64().unwrap(), answer.findings()[0]["message"].clone())
    };
    let (line, message) = place();
    let text = fs_err::read_to_string(world.path("all/0.yaml")).unwrap();
    world.write("all/0.yaml", format!("# one\n# two\n{text}"));
    assert_eq!(place(), (line + 2, message));
}

#[test]
fn a_cache_that_is_damaged_or_can_not_be_read_is_as_good_as_none() {
    let world = mk_world();
    let check = |cache: &str| {
        let check = world.tollgate("").args(["check", "all", "-o", "json", "--cache-dir"]).arg(world.path(cache).as_str());
        check.run().exits(10).stdout
    };
    let expected = check("cache");
    world.write("cache/kept/verdicts.redb", "this is no database");
    assert_eq!(check("cache"), expected);
}

#[test]
fn a_directory_for_compiled_code_that_can_not_be_used_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = mk_world();
    world.write("a-file", "");
    fs_err::set_permissions(world.path("cache/compiled"), std::fs::Permissions::from_mode(0o777)).unwrap();
    for cache in ["a-file", "cache"] {
        let check = world.tollgate("").args(["check", "all", "--cache-dir"]).arg(world.path(cache).as_str());
        let refused = check.run().exits(12);
        refused.says(&[&format!("{cache}/compiled"), "--cache-dir"]);
        let words: Vec<&str> = refused.stderr.split_whitespace().filter(|word| *word != "│" && *word != "|").collect();
        assert_eq!(words.join(" ").matches("cache directory").count(), 1, "{}", refused.stderr);
    }
}

#[test]
fn a_damaged_compiled_plugin_is_compiled_again() {
    let world = mk_world();
    let check = || world.tollgate("").args(["check", "all", "-o", "json", "--no-cache"]).run().exits(10).stdout;
    let expected = check();
    for entry in world.path("cache/compiled").read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        let mut bytes = fs_err::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..].fill(0);
        fs_err::write(&path, bytes).unwrap();
    }
    assert_eq!(check(), expected);
}

#[test]
fn settings_are_part_of_what_a_verdict_depends_on() {
    let world = World::new();
    world.write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n");
    let check = |level: &str| {
        let setting = format!("pod-security.level={level}");
        world.tollgate("").args(["check", "pod.yaml", "--policy", "builtin:pod-security", "--set", &setting]).run()
    };
    check("baseline").exits(0);
    check("restricted").exits(10);
    check("baseline").exits(0);
}
