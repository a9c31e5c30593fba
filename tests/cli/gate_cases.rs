//! `tollgate plugin test` on promotion gates: their cases are questions, and the folder says the answer.

#![expect(clippy::unwrap_used, reason = "a test that can't go on must stop")]

use std::path::{Path, PathBuf};

use tollgate_tests::{Answer, World};

fn plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

/// The gates that tollgate brings and that have cases.
fn gates() -> Vec<String> {
    let has_gate = |plugin: &Path| {
        let source = std::fs::read_to_string(plugin.join("src/lib.rs")).unwrap_or_default();
        source.contains("export_promotion!(") && plugin.file_name().is_some_and(|name| name != "sdk")
    };
    let plugins = std::fs::read_dir(plugins()).unwrap().map(|entry| entry.unwrap().path());
    plugins.filter(|plugin| has_gate(plugin)).map(|plugin| plugin.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_gate_has_cases() {
    let mut without = gates();
    without.retain(|gate| !plugins().join(gate).join("cases").exists());
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn each_gate_that_tollgate_brings_does_as_its_cases_say_and_all_its_rules_are_proven() {
    let gates = gates();
    assert!(gates.len() >= 14, "{gates:?}");
    for gate in gates {
        let directory = plugins().join(&gate);
        let plugin = format!("builtin:{gate}");
        let world = World::new();
        let answer = world.tollgate("").args(["plugin", "test", directory.to_str().unwrap(), "--plugin", &plugin]).run().exits(0);
        assert!(!answer.raw().contains("no case expects"), "{gate}: {}", answer.raw());
    }
}

const FROZEN: &str = "stops: [{scope: all, reason: year end, by: lead@example.com, until: +2d}]\n";

/// The outcome of cases of `freeze`: one that passes, and one in another folder.
fn test(folder: &str, case: &str) -> Answer {
    let world = World::new();
    world.write("own/cases/pass/a.yaml", "isRollback: false\n");
    world.write(&format!("own/cases/{folder}/b.yaml"), case);
    world.tollgate("own").args(["plugin", "test", "--plugin", "builtin:freeze"]).run()
}

#[test]
fn what_a_gate_waits_for_is_said_in_parts() {
    let pending = |waits: &str| test("pending", &format!("{FROZEN}waits: {waits}\n"));
    pending("{reason: year end, until: +2d, from: []}").exits(0).says(&["ok freeze: 2 cases"]);
    pending("{reason: summer}").exits(12).says(&["not found: reason: summer", "found, not expected: reason: the freeze of all"]);
    pending("{until: +1d}").exits(12).says(&["not found: until 2027-01-16T08:00:00Z"]);
    pending("{from: [platform]}").exits(12).says(&["not found: from: platform"]);
}

#[test]
fn another_answer_than_the_folder_says_is_told() {
    test("pending", "waits: {reason: year end}\n").exits(12).says(&["not found: pending", "found, not expected: pass"]);
    let answer = test("fail", &format!("{FROZEN}expect: [{{rule: passed-stop}}]\n"));
    answer.exits(12).says(&["not found: passed-stop", "not found: fail", "found, not expected: pending: the freeze of all"]);
}

#[test]
fn cases_that_prove_nothing_or_can_not_be_read_are_refused_at_their_place() {
    for (folder, case, said) in [
        ("fail", "isRollback: true\n", "names nothing that is found"),
        ("pending", "isRollback: true\n", "does not say what is waited for"),
        ("pass", "waits: {reason: a}\n", "waits for nothing"),
        ("pending", "waits: {reason: a}\nexpect: [{rule: passed-stop}]\n", "a gate that waits finds nothing"),
        ("fail", "expect: [{rule: passed-stops}]\n", "there is no rule `passed-stops`"),
        ("pending", "stop: []\nwaits: {reason: a}\n", "`stop`"),
        ("pending", "data: {a: gone.txt}\nwaits: {reason: a}\n", "there is no file `gone.txt`"),
        ("pending", "stops: [\n", "b.yaml"),
    ] {
        test(folder, case).exits(12).says(&[said, "b.yaml"]);
    }
    let world = World::new();
    world.write("own/cases/pass/a.yaml", "isRollback: false\n");
    let alone = world.tollgate("own").args(["plugin", "test", "--plugin", "builtin:freeze"]).run();
    alone.exits(12).says(&["nothing shows that it ever says no"]);
}

#[test]
fn settings_that_the_gate_refuses_are_an_error_of_the_case() {
    test("pending", "settings: {rollbackPass: true}\nwaits: {reason: a}\n").exits(12).says(&["error: ", "rollbackPass"]);
}
