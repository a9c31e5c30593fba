//! What a configuration means: what each key comes to in the checked types.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "support/mod.rs"]
mod support;

use serde_json::json;
use support::MemoryTree;
use tollgate_config::{Configuration, ConfigurationError, UseOfLock, read_pipeline};
use tollgate_core::finding::Level;
use tollgate_core::pipeline::{
    Change, GitReference, PlanKey, PluginSource, PolicySpec, RegistrySpec, Requirement, Target, TargetKind,
};
use tollgate_core::policy::{Enforcement, LimitClass};

const HEAD: &str = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pipeline
components: [{path: services/*, type: kubernetes}]
";

const ENVIRONMENTS: &str = "\
environments:
  - name: preprod
    targets:
      - {name: preprod-ops, role: ops, on: {branch: master}, directory: {path: /srv/preprod-ops}}
      - {name: preprod-apps, role: apps, on: {branch: [master, main]}, requires: [preprod-ops], directory: {path: /srv/preprod-apps}}
  - name: prod
    after: {all: [preprod]}
    targets:
      - {name: prod-apps, role: apps, on: {tag: v*, branch: hotfix/**}, directory: {path: /srv/prod}}
";

/// Files besides `tollgate.yaml`.
const FILES: [(&str, &str); 5] = [
    ("house/pack.yaml", HOUSE),
    ("house/rule.wasm", "wasm"),
    ("house/words.txt", "of the pack"),
    ("words.txt", "of the repository"),
    ("rule.wasm", "another wasm"),
];

const HOUSE: &str = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pack
policies:
  - {name: house, policy: ./rule.wasm, settings: {deep: {a: 1, b: [1, 2]}, gone: x}, levels: {one: warn, two: deny}, grants: {data: {words: words.txt}, clock: true}, limits: runtime}
";

fn read(rest: &str) -> Result<Configuration, Vec<String>> {
    let text = format!("{HEAD}{rest}");
    let mut tree = MemoryTree::new(&FILES);
    tree.files.insert("tollgate.yaml".to_owned(), text);
    read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey).map_err(|error| match error {
        ConfigurationError::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    })
}

#[track_caller]
fn good(rest: &str) -> Configuration {
    read(rest).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn with_gates(gates: &str) -> Configuration {
    good(&format!("{ENVIRONMENTS}packs: [builtin:recommended, ./house]\n{gates}"))
}

fn target<'c>(configuration: &'c Configuration, name: &str) -> &'c Target {
    configuration.pipeline.target(name).unwrap()
}

fn gates_to(configuration: &Configuration, name: &str) -> Vec<String> {
    configuration.pipeline.gates_to(target(configuration, name)).map(|gate| gate.name.clone()).collect()
}

fn policy<'c>(configuration: &'c Configuration, name: &str) -> &'c PolicySpec {
    configuration.pipeline.policy(name).unwrap()
}

#[test]
fn an_environment_before_means_its_apps_targets_alone() {
    let configuration = with_gates("");
    assert_eq!(target(&configuration, "prod-apps").after, ["preprod-apps"]);
    assert_eq!(target(&configuration, "preprod-apps").requires, ["preprod-ops"]);
    assert!(target(&configuration, "preprod-ops").predecessors().next().is_none());
}

#[test]
fn a_target_waits_for_its_environments_after_and_its_own_and_for_each_once() {
    let targets = "\
environments:
  - {name: a, targets: [{name: a0, role: apps, on: manual, directory: {path: /a0}}, {name: a1, role: apps, on: manual, directory: {path: /a1}}]}
  - name: b
    after: {all: [a0]}
    targets:
      - {name: b0, role: apps, on: manual, after: {all: [a, a0]}, directory: {path: /b0}}
      - {name: b1, role: apps, on: manual, directory: {path: /b1}}
packs: [builtin:recommended]
";
    let configuration = good(targets);
    assert_eq!(target(&configuration, "b0").after, ["a0", "a1"]);
    assert_eq!(target(&configuration, "b1").after, ["a0"]);
}

#[test]
fn a_target_is_moved_by_what_stands_under_on_and_by_nothing_else() {
    let configuration = with_gates("");
    let moves = |name: &str, reference: &GitReference| target(&configuration, name).on.iter().any(|on| on.matches(reference));
    let branch = |name: &str| GitReference::Branch(name.to_owned());
    let tag = |name: &str| GitReference::Tag(name.to_owned());
    assert!(moves("preprod-apps", &branch("main")) && moves("preprod-apps", &branch("master")));
    assert!(!moves("preprod-apps", &branch("master2")) && !moves("preprod-apps", &tag("master")));
    assert!(moves("prod-apps", &tag("v1.2")) && moves("prod-apps", &branch("hotfix/a/b")));
    assert!(!moves("prod-apps", &branch("v1.2")) && !moves("prod-apps", &tag("w1")));
    assert!(!moves("prod-apps", &GitReference::Commit("v1.2".to_owned())));
}

#[test]
fn an_environment_is_promotable_unless_it_says_otherwise() {
    let staging = "\
environments:
  - {name: staging, promotable: false, targets: [{name: staging-apps, role: apps, on: {branch: 'feature/**'}, directory: {path: /srv/staging}}]}
  - {name: preprod, targets: [{name: preprod-apps, role: apps, on: {branch: master}, directory: {path: /srv/preprod}}]}
packs: [builtin:recommended]
";
    let configuration = good(staging);
    assert!(!target(&configuration, "staging-apps").promotable && target(&configuration, "preprod-apps").promotable);
    assert_eq!(target(&configuration, "staging-apps").environment, "staging");
}

#[test]
fn the_key_of_plans_is_a_variable_or_a_file() {
    let keyed = |key: &str| {
        let environments = format!(
            "environments:\n  - {{name: e, targets: [{{name: t, role: apps, on: manual, directory: {{path: d{key}}}}}]}}\n"
        );
        let configuration = good(&format!("{environments}packs: [builtin:recommended]\n"));
        let TargetKind::Directory(directory) = target(&configuration, "t").kind.clone() else { panic!("not a directory") };
        directory.plan_key
    };
    assert_eq!(keyed(""), None);
    assert_eq!(keyed(", planKey: {env: PLAN_KEY}"), Some(PlanKey::Environment("PLAN_KEY".to_owned())));
    assert_eq!(keyed(", planKey: {file: /etc/plan-key}"), Some(PlanKey::File("/etc/plan-key".to_owned())));
}

#[test]
fn ledger_and_registry_are_what_is_written_or_the_usual() {
    let usual = good("packs: [builtin:recommended]\n").pipeline;
    assert_eq!((usual.ledger.remote.as_str(), usual.ledger.branch.as_str()), ("origin", "tollgate/ledger"));
    assert_eq!(usual.registry, RegistrySpec::default());
    let own = good("packs: [builtin:recommended]\nledger: {remote: audit}\nregistry: {layout: /srv/images}\n").pipeline;
    assert_eq!((own.ledger.remote.as_str(), own.ledger.branch.as_str()), ("audit", "tollgate/ledger"));
    assert_eq!(own.registry, RegistrySpec::Layout("/srv/images".to_owned()));
}

#[test]
fn mirrors_are_asked_in_the_order_of_the_file_and_for_tags_only_where_it_says_so() {
    let text = "packs: [builtin:recommended]
registry:
  mirrors:
    - {of: registry.example.com, at: mirror.example.com/proxy}
    - {of: registry.example.com, at: other.example.com, tags: true}
  insecure: ['registry.example.com:5000']
";
    let RegistrySpec::Http(spec) = good(text).pipeline.registry else { panic!("no layout is named") };
    let mirrors: Vec<_> = spec.mirrors.iter().map(|mirror| (mirror.of.as_str(), mirror.at.as_str(), mirror.tags)).collect();
    let of = "registry.example.com";
    assert_eq!(mirrors, [(of, "mirror.example.com/proxy", false), (of, "other.example.com", true)]);
    assert_eq!(spec.insecure, ["registry.example.com:5000"]);
}

#[test]
fn a_gate_stands_before_what_it_matches_and_before_everything_without_a_match() {
    let configuration = with_gates(
        "gates:
  - {name: everywhere, policy: builtin:same-image}
  - {name: prod, policy: builtin:same-image, match: {environment: prod}}
  - {name: ops, policy: builtin:same-image, match: {role: ops}}
  - {name: some, policy: builtin:same-image, match: {target: ['*-apps', preprod-ops], role: [ops, apps], environment: pre*}}
  - {name: trust, policy: builtin:same-image, match: {change: policy}}
",
    );
    let packed = ["image-pinned", "pod-security", "house"];
    let before = |own: &[&str]| packed.iter().chain(own).chain(&["freeze"]).map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(gates_to(&configuration, "preprod-ops"), before(&["everywhere", "ops", "some"]));
    assert_eq!(gates_to(&configuration, "preprod-apps"), before(&["everywhere", "some"]));
    assert_eq!(gates_to(&configuration, "prod-apps"), before(&["everywhere", "prod"]));
    let trust = configuration.pipeline.gates.iter().find(|gate| gate.name == "trust").unwrap();
    assert_eq!(trust.matches.change, Change::Policy);
}

#[test]
fn a_gate_judges_the_components_that_it_names() {
    let configuration = with_gates("gates:\n  - {name: carts, policy: builtin:same-image, match: {component: [cart*, web]}}\n");
    let gate = configuration.pipeline.gates.iter().find(|gate| gate.name == "carts").unwrap();
    assert!(gate.matches.component("cart") && gate.matches.component("cart-2") && gate.matches.component("web"));
    assert!(!gate.matches.component("webs") && !gate.matches.component("my-cart"));
    assert!(configuration.pipeline.gates[0].matches.component("webs"));
}

#[test]
fn a_gate_is_overridable_unless_it_says_otherwise() {
    let configuration = with_gates(
        "gates:
  - {name: pod-security, enforcement: mandatory}
  - {name: image-pinned, enforcement: advisory, match: {role: apps}}
  - {name: a, policy: builtin:same-image}
",
    );
    let enforcement: Vec<_> = configuration.pipeline.gates.iter().map(|gate| (gate.name.as_str(), gate.enforcement)).collect();
    let expected = [
        ("image-pinned", Enforcement::Advisory),
        ("pod-security", Enforcement::Mandatory),
        ("house", Enforcement::Overridable),
        ("a", Enforcement::Overridable),
        ("freeze", Enforcement::Overridable),
    ];
    assert_eq!(enforcement, expected);
    assert!(!gates_to(&configuration, "preprod-ops").contains(&"image-pinned".to_owned()));
}

#[test]
fn groups_of_policies_may_hold_groups() {
    let configuration = with_gates("gates:\n  - {name: either, any: [house, {all: [image-pinned, {any: [pod-security]}]}]}\n");
    let policy = |name: &str| Requirement::Policy(name.to_owned());
    let inner = Requirement::All(vec![policy("image-pinned"), Requirement::Any(vec![policy("pod-security")])]);
    let gate = configuration.pipeline.gates.iter().find(|gate| gate.name == "either").unwrap();
    assert_eq!(gate.requirement, Requirement::Any(vec![policy("house"), inner]));
    assert_eq!(gate.requirement.policies(), ["house", "image-pinned", "pod-security"]);
}

#[test]
fn a_packs_policy_has_paths_of_its_own_directory() {
    let configuration = with_gates("");
    let house = policy(&configuration, "house");
    assert_eq!(house.plugin, PluginSource::File("./house/rule.wasm".to_owned()));
    assert_eq!(house.grants.data.as_ref().unwrap()["words"], b"of the pack");
    assert_eq!((house.limits, house.grants.clock, house.grants.log), (LimitClass::Runtime, true, true));
    assert!(configuration.files.contains_key("house/words.txt") && configuration.files.contains_key("house/rule.wasm"));
    assert_eq!(configuration.packs.keys().collect::<Vec<_>>(), ["./house", "builtin:recommended"]);
}

#[test]
fn an_adjustment_merges_settings_and_levels_and_replaces_grants_and_limits() {
    let configuration = with_gates(
        "policies:
  - {name: house, settings: {deep: {b: [3], c: 4}, gone: null}, levels: {two: off}, grants: {data: {words: words.txt}}, limits: native}
",
    );
    let house = policy(&configuration, "house");
    assert_eq!(house.settings, json!({"deep": {"a": 1, "b": [3], "c": 4}}));
    let levels: Vec<_> = house.levels.iter().map(|(rule, level)| (rule.as_str(), *level)).collect();
    assert_eq!(levels, [("one", Some(Level::Warn)), ("two", None)]);
    assert_eq!(house.grants.data.as_ref().unwrap()["words"], b"of the repository");
    assert!(!house.grants.clock, "grants are replaced as a whole");
    assert_eq!(house.limits, LimitClass::Native);
}

#[test]
fn policies_adjust_before_gates_and_the_last_word_counts() {
    let configuration = with_gates(
        "policies:
  - {name: pod-security, settings: {level: restricted, version: v1.30}}
gates:
  - {name: pod-security, settings: {version: v1.31}, levels: {sysctls: note}}
",
    );
    let adjusted = policy(&configuration, "pod-security");
    assert_eq!(adjusted.settings, json!({"level": "restricted", "version": "v1.31"}));
    assert_eq!(adjusted.levels["sysctls"], Some(Level::Note));
    // What the pack itself says of another rule stays.
    assert_eq!(adjusted.levels["seccomp"], Some(Level::Warn));
}

#[test]
fn every_setting_is_known_by_the_place_that_had_the_last_word() {
    let configuration = with_gates("gates:\n  - {name: house, settings: {deep: {b: [3]}, gone: null}}\n");
    let locations = &policy(&configuration, "house").setting_locations;
    let place = |pointer: &str| {
        let location = &locations[&pointer.parse().unwrap()];
        (location.file.as_str(), location.span.line)
    };
    assert_eq!(place("/deep/a"), ("house/pack.yaml", 4));
    assert_eq!(place("/deep/b/0"), ("tollgate.yaml", 15));
    assert_eq!(place("/deep"), ("tollgate.yaml", 15));
    assert!(!locations.contains_key(&"/deep/b/1".parse().unwrap()), "an element that is gone has no place");
    assert!(!locations.contains_key(&"/gone".parse().unwrap()), "a setting that is gone has no place");
}

#[test]
fn a_level_is_known_by_its_rule_so_that_one_of_an_unknown_rule_can_be_shown() {
    let configuration = with_gates("gates:\n  - {name: house, levels: {three: warn}}\n");
    let levels = &configuration.level_locations;
    let place = |rule: &str| {
        (levels[&("house".to_owned(), rule.to_owned())].file.clone(), levels[&("house".to_owned(), rule.to_owned())].span.line)
    };
    assert_eq!(place("one"), ("house/pack.yaml".to_owned(), 4));
    assert_eq!(place("three"), ("tollgate.yaml".to_owned(), 15));
}

#[test]
fn a_policy_that_no_gate_names_is_odd_but_no_reason_to_refuse() {
    let configuration = with_gates(
        "policies:
  - {name: used, policy: builtin:same-image}
  - {name: idle, policy: builtin:same-image}
gates:
  - {name: some, all: [used]}
",
    );
    let warnings: Vec<String> = configuration.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["tollgate.yaml:16:5: no gate uses policy `idle`; name it under `gates`, or remove it"]);
}

#[test]
fn own_images_pointers_and_the_source_of_a_component_are_kept() {
    let text = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pipeline
components:
  - path: services/*
    type: kubernetes
    image: {own: [registry.example.com/*, 'ghcr.io/shop/**'], tag: commit-sha, pointers: [/spec/agent/image, /a~1b/*]}
    source: {repo: 'https://git.example.com/{component}', branch: master}
  - {path: infrastructure, type: kubernetes, image: {own: registry.example.com/base}}
ignore: [services/*/values.yaml]
packs: [builtin:recommended]
";
    let tree = MemoryTree::new(&[("tollgate.yaml", text)]);
    let pipeline = read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey).unwrap().pipeline;
    let [services, infrastructure] = pipeline.components.as_slice() else { panic!("{:?}", pipeline.components) };
    let owns = |image: &str| services.owns(&image.parse().unwrap());
    assert!(
        owns("registry.example.com/cart:1")
            && owns("ghcr.io/shop/a/b@sha256:0000000000000000000000000000000000000000000000000000000000000000")
    );
    assert!(!owns("registry.example.com/a/b:1") && !owns("redis"));
    assert_eq!(
        services.image_pointers.iter().map(tollgate_core::pointer::Pointer::as_str).collect::<Vec<_>>(),
        ["/spec/agent/image", "/a~1b/*"]
    );
    let source = services.source.as_ref().unwrap();
    assert_eq!((source.repository.as_str(), source.branch.as_str()), ("https://git.example.com/{component}", "master"));
    assert_eq!((infrastructure.own_images.len(), infrastructure.source.is_some()), (1, false));
    assert!(pipeline.ignore[0].matches("services/cart/values.yaml"));
}

/// What no golden case shows: refusals that need another file, or a second mistake, to come about.
#[test]
fn what_packs_and_adjustments_can_not_do_is_refused() {
    for (rest, expected) in [
        ("packs: [./house, ./house]\n", "tollgate.yaml:4:18: pack `./house` is named twice"),
        (
            "packs: [./house]\npolicies:\n  - {name: house, policy: builtin:same-image}\n",
            "tollgate.yaml:6:12: `house` is already the name of a policy of a pack; leave out `policy` to adjust that one, or choose another name",
        ),
        (
            "packs: [./house]\npolicies:\n  - {name: hous, settings: {}}\n",
            "tollgate.yaml:6:12: no pack brings a policy `hous` that could be adjusted; did you mean `house`?",
        ),
        (
            "packs: [./house]\ngates:\n  - {name: something, enforcement: advisory}\n",
            "tollgate.yaml:6:12: no pack brings a gate `something` that could be adjusted; give it `policy`, `all` or `any`, or name the pack under `packs`",
        ),
        (
            "packs: [./house]\npolicies:\n  - {name: house, settings: {}}\n  - {name: house, levels: {}}\n",
            "tollgate.yaml:7:12: `house` is already the name of an adjustment at tollgate.yaml:6",
        ),
        (
            "packs: [./house]\ngates:\n  - {name: a, policy: pod-security}\n",
            "tollgate.yaml:6:23: there is no policy `pod-security`; did you mean the plugin `builtin:pod-security`?",
        ),
        (
            "packs: [./house]\npolicies:\n  - {name: house, grants: {data: {words: ../words.txt}}}\n",
            "tollgate.yaml:6:42: `words` must not leave its directory with `..`, not `../words.txt`",
        ),
    ] {
        assert_eq!(read(rest).unwrap_err(), [expected], "{rest}");
    }
}

#[test]
fn what_a_broken_pack_might_bring_is_not_called_missing() {
    let rest = "packs: [./nowhere]\ngates:\n  - {name: x, enforcement: advisory}\n  - {name: y, all: [z]}\n";
    let problems = read(rest).unwrap_err();
    let expected = "tollgate.yaml:4:9: there is no pack `./nowhere`; a pack is a directory with a `pack.yaml`; `nowhere/pack.yaml` does not exist";
    assert_eq!(problems, [expected]);
}

#[test]
fn a_built_in_pack_has_neither_plugins_nor_files_of_its_own() {
    let pack = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pack
policies:
  - {name: a, policy: ./a.wasm}
  - {name: b, policy: builtin:same-image, grants: {data: {list: list.txt}}}
";
    let mut tree = MemoryTree::new(&[("a.wasm", "wasm"), ("list.txt", "")]);
    tree.files.insert("tollgate.yaml".to_owned(), format!("{HEAD}packs: [builtin:odd]\n"));
    tree.packs.insert("odd".to_owned(), pack.to_owned());
    let Err(ConfigurationError::Invalid(problems)) = read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey) else {
        panic!("it is accepted")
    };
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected =
        ["builtin:odd:4:23: a built-in pack has no plugins of its own", "builtin:odd:5:65: a built-in pack has no files to grant"];
    assert_eq!(problems, expected);
}

#[test]
fn what_stands_under_two_mistyped_keys_is_judged_at_its_own_place() {
    let text = "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponets:\n  - {type: kubernetes, pth: /a}\n";
    let tree = MemoryTree::new(&[("tollgate.yaml", text)]);
    let Err(ConfigurationError::Invalid(problems)) = read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey) else {
        panic!("it is accepted")
    };
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        "tollgate.yaml:3:1: unknown key `componets`; did you mean `components`?",
        "tollgate.yaml:4:24: unknown key `pth`; did you mean `path`?",
        "tollgate.yaml:4:29: `path` must be relative to the repository's root, not `/a`",
    ];
    assert_eq!(problems, expected);
}

const ONE_TARGET: &str = "\
environments: [{name: preprod, targets: [{name: preprod-apps, role: apps, on: {branch: master}, directory: {path: t}}]}]
packs: [builtin:recommended]
";

#[test]
fn a_bad_line_of_the_signers_is_shown_in_their_file() {
    let read = |signers: &str| {
        let mut tree = MemoryTree::new(&FILES);
        tree.files
            .insert("tollgate.yaml".to_owned(), format!("{HEAD}{ONE_TARGET}people: {{signers: ./.tollgate/allowed_signers}}\n"));
        tree.files.insert(".tollgate/allowed_signers".to_owned(), signers.to_owned());
        read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey)
    };
    let people = read("one\ntwo\n").unwrap().pipeline.people;
    let signers = people.signers.unwrap();
    assert_eq!((signers.path.as_str(), signers.text.as_str()), (".tollgate/allowed_signers", "one\ntwo\n"));
    match read("one\nbroken\n").unwrap_err() {
        ConfigurationError::Invalid(problems) => {
            let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(shown, [".tollgate/allowed_signers:2:1: the line is broken"]);
        }
        other => panic!("{other}"),
    }
}
