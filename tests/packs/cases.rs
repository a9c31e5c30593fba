//! Packs and built-in plugins do what their cases say, by way of the real binary: from the bytes of the file to the report.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_tests::World;

use case::{cases, entries};

fn repository() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The directories below one of the repository that hold this file.
fn directories_with(parent: &str, name: &str) -> Vec<Utf8PathBuf> {
    let mut directories = entries(&repository().join(parent));
    directories.retain(|directory| directory.join(name).exists());
    directories.sort();
    directories
}

/// Cases of promotion gates are questions, not documents: `tests/cli/gate_cases.rs` asks them.
fn is_promotion_gate(plugin: &Utf8Path) -> bool {
    std::fs::read_to_string(plugin.join("src/lib.rs")).unwrap().contains("export_promotion!(")
}

/// How the cases of a directory come out otherwise than they say.
fn differences(world: &World, directory: &Utf8Path, arguments: &[&str], plugin: Option<&str>) -> Vec<String> {
    cases(directory).iter().filter_map(|case| case.difference(world, arguments, plugin)).collect()
}

#[track_caller]
fn assert_none(differences: &[String]) {
    assert!(differences.is_empty(), "{} cases came out otherwise:\n\n{}", differences.len(), differences.join("\n\n"));
}

#[test]
fn every_case_of_a_pack_comes_out_as_it_says() {
    let world = World::new();
    let packs = directories_with("policies", "pack.yaml");
    assert!(!packs.is_empty(), "there is no pack");
    for pack in packs {
        let name = format!("builtin:{}", pack.file_name().unwrap());
        assert_none(&differences(&world, &pack, &["--pack", &name], None));
    }
}

#[test]
fn every_case_of_a_plugin_comes_out_as_it_says() {
    let world = World::new();
    let mut plugins = directories_with("plugins", "cases");
    plugins.retain(|plugin| !is_promotion_gate(plugin));
    assert!(plugins.len() >= 5, "{plugins:?}");
    for plugin in plugins {
        let name = plugin.file_name().unwrap();
        if asks_from_elsewhere(&plugin) {
            let builtin = format!("builtin:{name}");
            world.tollgate("").args(["plugin", "test", plugin.as_str(), "--plugin", &builtin]).run().exits(0);
            continue;
        }
        assert_none(&differences(&world, &plugin, &["--policy", &format!("builtin:{name}")], Some(name)));
    }
}

/// Whether its cases are not those of `check`, or not in YAML, so that `plugin test` alone can ask them.
fn asks_from_elsewhere(plugin: &Utf8Path) -> bool {
    let is_yaml = |path: &Utf8PathBuf| path.extension() == Some("yaml") && !path.as_str().ends_with(".case.yaml");
    let has_context = |path: &Utf8PathBuf| fs_err::read_to_string(path).unwrap().lines().any(|line| line == "# context:");
    entries(&plugin.join("cases/fail")).iter().any(|file| !is_yaml(file) || has_context(file))
}

const PRIVILEGED: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers: [{name: a, image: a, securityContext: {privileged: true}}]
";

/// How two cases, one to pass and one to fail, come out otherwise than they say by `pod-security`.
fn outcome(pass: &str, fail: &str) -> Vec<String> {
    let world = World::new();
    world.write("own/cases/pass/a.yaml", pass);
    world.write("own/cases/fail/b.yaml", fail);
    differences(&world, &world.path("own"), &["--policy", "builtin:pod-security"], Some("pod-security"))
}

const HARMLESS: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";

#[test]
fn a_case_is_held_to_every_word_that_it_says() {
    let expecting = |line: &str| outcome(HARMLESS, &format!("# expect: {line}\n{PRIVILEGED}"));
    let pointer = "/spec/containers/0/securityContext/privileged";
    assert_none(&expecting(&format!("privileged 0:{pointer}")));
    for wrong in [format!("privilege 0:{pointer}"), format!("privileged 1:{pointer}"), "privileged 0:/spec".to_owned()] {
        let differences = expecting(&wrong);
        assert_eq!(differences.len(), 1);
        assert!(differences[0].contains(&format!("pod-security/privileged 0:{pointer}")), "{}", differences[0]);
    }
}

#[test]
fn a_case_that_stands_in_the_wrong_folder_is_told() {
    let expecting = format!("# expect: privileged 0:/spec/containers/0/securityContext/privileged\n{PRIVILEGED}");
    assert_eq!(outcome(&expecting, HARMLESS).len(), 2);
    assert_eq!(outcome(PRIVILEGED, &expecting).len(), 1);
}

#[test]
fn the_settings_of_a_case_are_set() {
    let escalation = "# expect: run-as-non-root 0:/spec/securityContext/runAsNonRoot";
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {securityContext: {runAsNonRoot: false}, containers: []}}";
    let with = |level: &str| format!("# settings: {{\"level\": \"{level}\", \"version\": \"v1.0\"}}\n{escalation}\n{pod}");
    assert_none(&outcome(HARMLESS, &with("restricted")));
    assert_eq!(outcome(HARMLESS, &with("baseline")).len(), 1);
}

#[test]
#[should_panic(expected = "has no case under `fail`")]
fn a_pack_without_cases_that_fail_proves_nothing() {
    let world = World::new();
    world.write("own/cases/pass/a.yaml", HARMLESS);
    cases(&world.path("own"));
}
