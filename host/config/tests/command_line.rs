//! What the command line changes: chosen policies and packs, and single settings.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "support/mod.rs"]
mod support;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::MemoryTree;
use tollgate_config::{Chosen, Configuration, ConfigurationError, choose, set};
use tollgate_core::pipeline::{PluginSource, PolicySpec};

fn chosen(policies: &[&str], packs: &[&str]) -> Result<Configuration, Vec<String>> {
    let tree = MemoryTree::new(&[("./rules/no-latest.wasm", "wasm"), ("house/pack.yaml", support::RECOMMENDED)]);
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    choose(&tree, &Chosen { policies: owned(policies), packs: owned(packs) }).map_err(|error| match error {
        ConfigurationError::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    })
}

fn policy_names(configuration: &Configuration) -> Vec<&str> {
    configuration.pipeline.policies.iter().map(|policy| policy.name.as_str()).collect()
}

#[test]
fn without_a_choice_the_recommended_pack_applies() {
    let configuration = chosen(&[], &[]).unwrap();
    assert_eq!(policy_names(&configuration), ["image-pinned", "pod-security"]);
    let gates: Vec<&str> = configuration.pipeline.gates.iter().map(|gate| gate.name.as_str()).collect();
    assert_eq!(gates, ["image-pinned", "pod-security"]);
    assert_eq!(configuration.lock, None);
}

#[test]
fn chosen_policies_replace_the_default_and_are_named_like_their_plugins() {
    let configuration = chosen(&["builtin:pod-security", "./rules/no-latest.wasm"], &[]).unwrap();
    assert_eq!(policy_names(&configuration), ["pod-security", "no-latest"]);
    let plugins: Vec<&PluginSource> = configuration.pipeline.policies.iter().map(|policy| &policy.plugin).collect();
    let file = PluginSource::File("./rules/no-latest.wasm".to_owned());
    assert_eq!(plugins, [&PluginSource::Builtin("pod-security".to_owned()), &file]);
    assert_eq!(configuration.pipeline.gates.len(), 2);
}

#[test]
fn packs_and_policies_come_together() {
    let configuration = chosen(&["builtin:workload-limits"], &["./house"]).unwrap();
    assert_eq!(policy_names(&configuration), ["image-pinned", "pod-security", "workload-limits"]);
}

#[test]
fn what_does_not_exist_is_named_with_what_was_perhaps_meant() {
    let problems = chosen(&["builtin:pod-securty", "pod-security", "./x.wasm"], &["builtin:recomended"]).unwrap_err();
    assert_eq!(
        problems,
        [
            "--pack builtin:recomended:1:1: there is no pack `builtin:recomended`; did you mean `builtin:recommended`?",
            "--policy ./x.wasm:1:1: there is no plugin `./x.wasm`; name `builtin:NAME` or a `.wasm` file",
            "--policy builtin:pod-securty:1:1: there is no plugin `builtin:pod-securty`; did you mean `builtin:pod-security`?",
            "--policy pod-security:1:1: there is no plugin `pod-security`; did you mean `builtin:pod-security`?",
        ]
    );
}

#[test]
fn two_policies_of_one_name_are_refused() {
    let problems = chosen(&["builtin:pod-security"], &["builtin:recommended"]).unwrap_err();
    assert_eq!(problems, ["--policy builtin:pod-security:1:1: there are two policies `pod-security`"]);
}

fn recommended() -> Vec<PolicySpec> {
    chosen(&[], &[]).unwrap().pipeline.policies
}

/// The settings of `pod-security` after the options, or the first refusal.
fn after(options: &[&str]) -> Result<Value, String> {
    let mut policies = recommended();
    for option in options {
        set(&mut policies, option).map_err(|problem| problem.to_string())?;
    }
    Ok(policies.into_iter().find(|policy| policy.name == "pod-security").unwrap().settings)
}

#[test]
fn a_value_is_json_if_it_parses_and_text_if_not() {
    assert_eq!(after(&["pod-security.level=restricted"]), Ok(json!({"level": "restricted", "version": "latest"})));
    assert_eq!(after(&["pod-security.level=v1.37=x"]).unwrap()["level"], json!("v1.37=x"));
    assert_eq!(after(&["pod-security.level="]).unwrap()["level"], json!(""));
    assert_eq!(after(&["pod-security.level=[1, true]"]).unwrap()["level"], json!([1, true]));
    assert_eq!(after(&["pod-security.level=\"1\""]).unwrap()["level"], json!("1"));
}

#[test]
fn dots_lead_into_mappings_and_lists() {
    let nested =
        after(&["pod-security.except.names=[\"a\",\"b\"]", "pod-security.except.names.1=c", "pod-security.except.deep.er=1"]);
    assert_eq!(nested.unwrap()["except"], json!({"names": ["a", "c"], "deep": {"er": 1}}));
}

#[test]
fn a_setting_says_that_it_came_from_the_command_line() {
    let mut policies = recommended();
    set(&mut policies, "pod-security.level=restricted").unwrap();
    let locations = &policies[1].setting_locations;
    assert_eq!(locations[&"/level".parse().unwrap()].file, "--set pod-security.level=restricted");
    assert_eq!(locations[&"/version".parse().unwrap()].file, "builtin:recommended");
}

#[test]
fn what_can_not_be_set_is_refused() {
    let refused = |option: &str| after(&[option]).unwrap_err();
    let place = |option: &str| format!("--set {option}:1:1: ");
    for option in ["pod-security", "pod-security=1", ".a=1", "pod-security.=1", "pod-security.a..b=1", "=", ""] {
        assert_eq!(refused(option), place(option) + "option must be `POLICY.KEY=VALUE`");
    }
    let unknown = "pod-securiti.level=x";
    assert_eq!(refused(unknown), place(unknown) + "there is no policy `pod-securiti`; did you mean `pod-security`?");
    let through = "pod-security.level.x=1";
    assert_eq!(
        refused(through),
        place(through) + "`level` of policy `pod-security` is neither a mapping nor a list with such an entry"
    );
}

proptest! {
    #[test]
    fn no_option_panics(text in "(pod-security)?[a-z.=0-9{}\\[\\]\"]{0,20}") {
        let _ = set(&mut recommended(), &text);
    }

    #[test]
    fn what_is_set_is_there(keys in proptest::collection::vec("[a-z]{1,3}", 1..4), value: i64) {
        let mut policies = recommended();
        let path = keys.join(".");
        set(&mut policies, &format!("image-pinned.{path}={value}")).unwrap();
        let pointer = format!("/{}", keys.join("/"));
        prop_assert_eq!(policies[0].settings.pointer(&pointer), Some(&json!(value)));
    }
}
