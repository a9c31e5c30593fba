//! `tollgate plugin`, as far as it takes no toolchain; a whole plugin is built in the ring e2e.

use tollgate_tests::{Answer, World, guest};

const LIMITED: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  securityContext: {runAsNonRoot: true}
  containers:
    - {name: a, image: a, resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}}
";

const PRIVILEGED: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  securityContext: {runAsNonRoot: true}
  containers:
    - name: a
      image: a
      securityContext: {privileged: true} # expect: privileged
      resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}
";

fn world(pass: &str, fail: &str) -> World {
    let world = World::new();
    world.write("own/cases/pass/a.yaml", pass);
    world.write("own/cases/fail/b.yaml", fail);
    world
}

fn test(world: &World, arguments: &[&str]) -> Answer {
    world.tollgate("own").args(["plugin", "test", "--plugin", "builtin:workload-limits"]).args(arguments).run()
}

#[test]
fn cases_that_come_out_as_they_say_are_well_and_what_they_don_t_prove_is_named() {
    let answer = test(&world(LIMITED, PRIVILEGED), &[]).exits(0);
    answer.says(&["ok workload-limits: 2 cases, 0 otherwise than they say"]);
    answer.says(&["no case expects workload-limits/limits, workload-limits/non-root, workload-limits/requests"]);
}

#[test]
fn a_case_that_comes_out_otherwise_says_how() {
    let answer = test(
        &world(
            PRIVILEGED.replace(" # expect: privileged", "").as_str(),
            &LIMITED.replace("kind: Pod", "kind: Pod # expect: limits"),
        ),
        &[],
    );
    insta::assert_snapshot!(answer.exits(12).snapshot());
}

#[test]
fn the_outcome_of_cases_is_told_to_programs_as_well() {
    let world = world(LIMITED, PRIVILEGED);
    let json = test(&world, &["-o", "json"]).exits(0).json();
    assert_eq!((json[0]["name"].as_str(), json[0]["cases"].as_array().map(Vec::len)), (Some("workload-limits"), Some(2)));
    let xml = test(&world, &["-o", "junit"]).exits(0).stdout;
    assert!(xml.contains("tests=\"2\" skipped=\"0\" failures=\"0\" errors=\"0\""), "{xml}");
    test(&world, &["-o", "sarif"]).exits(2).says(&["`text`, `json` and `junit`"]);
}

#[test]
fn cases_that_prove_nothing_are_refused_at_their_place() {
    for (pass, fail, said) in [
        (LIMITED, LIMITED, "names nothing that is found in it"),
        (PRIVILEGED, PRIVILEGED, "names what is found in it"),
        (LIMITED, &PRIVILEGED.replace("expect: privileged", "expect: privilege") as &str, "there is no rule `privilege`"),
        (LIMITED, &format!("# settings: {{cpu}}\n{PRIVILEGED}"), "is no JSON object"),
        (LIMITED, &format!("# data: {{\"a\": \"gone\"}}\n{PRIVILEGED}"), "there is no file `gone`"),
    ] {
        test(&world(pass, fail), &[]).exits(12).says(&[said, "cases/"]);
    }
    let world = World::new();
    world.write("own/cases/pass/a.yaml", LIMITED);
    test(&world, &[]).exits(12).says(&["there is no case under", "nothing shows that it ever says no"]);
}

/// The same without comments.
const SAID: &str = "apiVersion: tollgate.dev/v1alpha1\nkind: Case\nexpect:\n";

#[test]
fn what_a_case_says_may_stand_beside_it() {
    let world = world(LIMITED, PRIVILEGED);
    let resources = serde_json::json!({"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}});
    let container = serde_json::json!({"name": "a", "image": "a", "resources": resources, "securityContext": {"privileged": true}});
    let pod = serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
        "spec": {"securityContext": {"runAsNonRoot": true}, "containers": [container]}});
    world.write("own/cases/fail/c.json", pod.to_string());
    test(&world, &[]).exits(12).says(&["c.json:1:", "names nothing that is found in it"]);
    let place = "document: 0, pointer: /spec/containers/0/securityContext/privileged";
    world.write("own/cases/fail/c.json.case.yaml", format!("{SAID}  - {{rule: privileged, {place}}}\n"));
    test(&world, &[]).exits(0).says(&["3 cases"]);
}

#[test]
fn what_stands_beside_a_case_is_held_to_its_schema() {
    let world = world(LIMITED, PRIVILEGED);
    let said = |text: &str| {
        world.write("own/cases/fail/b.yaml.case.yaml", text);
        test(&world, &[])
    };
    said(&format!("{SAID}  - {{rule: privileged}}\n")).exits(12).says(&["b.yaml.case.yaml:4:", "expected at a place"]);
    said(&format!("{SAID}  - {{rule: privileged, lime: 1}}\n")).exits(12).says(&["b.yaml.case.yaml:4:", "`lime`", "`line`"]);
    said(&format!("{SAID}  - {{rule: privilege, line: 9}}\n")).exits(12).says(&["b.yaml.case.yaml:4:", "no rule `privilege`"]);
    said(&SAID.replace("expect:", "time: noon")).exits(12).says(&["b.yaml.case.yaml:3:", "`noon` is no time"]);
}

#[test]
fn settings_that_a_plugin_refuses_are_an_error_of_the_case() {
    let fail = format!("# settings: {{\"cpuLimits\": true}}\n{PRIVILEGED}");
    test(&world(LIMITED, &fail), &[]).exits(12).says(&["error: ", "cpuLimits"]);
}

#[test]
fn a_plugin_is_inspected_from_outside_and_inside() {
    let world = World::new();
    let json = world.tollgate("").args(["plugin", "inspect", "builtin:workload-limits", "-o", "json"]).run().exits(0).json();
    assert_eq!((json["name"].as_str(), json["world"].as_str()), (Some("workload-limits"), Some("validator")));
    assert_eq!(json["generation"], "tollgate:gate@0.1.0");
    assert_eq!(json["settingsSchema"]["properties"]["cpuLimit"]["default"], false);
    assert_eq!(json["rules"].as_array().map(Vec::len), Some(4));
    world
        .tollgate("")
        .args(["plugin", "inspect", "builtin:same-image"])
        .run()
        .exits(0)
        .says(&["promotion of tollgate:gate@0.1.0", "what is proven"]);
}

#[test]
fn a_plugin_that_can_not_be_used_is_refused_by_name() {
    let world = World::new();
    for (name, said) in [("forbidden-import", "which no plugin can be granted"), ("unknown-generation", "tollgate:gate@")] {
        world.write("it.wasm", guest(name));
        world.tollgate("").args(["plugin", "inspect", "it.wasm"]).run().exits(12).says(&[said]);
    }
    world.tollgate("").args(["plugin", "inspect", "builtin:nothing"]).run().exits(12).says(&["`builtin:workload-limits`"]);
    world.tollgate("").args(["plugin", "inspect", "gone.wasm"]).run().exits(13);
    world.tollgate("").args(["plugin", "inspect"]).run().exits(12).says(&["tollgate plugin build"]);
}

#[test]
fn costs_are_measured_saved_and_compared() {
    let world = world(LIMITED, PRIVILEGED);
    let bench = |arguments: &[&str]| {
        let fixed = ["plugin", "bench", "builtin:workload-limits", "--documents", "own/cases", "--rounds", "2"];
        world.tollgate("").args(fixed).args(arguments).run()
    };
    let json = bench(&["-o", "json", "--save", "before.json"]).exits(0).json();
    assert_eq!(json["documents"], 2);
    assert!(json["fuel"].as_u64() > Some(0) && json["mostMemory"].as_u64() > Some(0));
    bench(&["--compare", "before.json"]).exits(0).says(&["+0 %"]);
    world.write("before.json", "{}");
    bench(&["--compare", "before.json"]).exits(12).says(&["holds no figures"]);
    world.tollgate("").args(["plugin", "bench", "builtin:workload-limits"]).run().exits(2).says(&["--documents"]);
}

#[test]
fn a_new_plugin_overwrites_nothing_and_has_a_name_that_can_be_one() {
    let world = World::new();
    world.write("taken/mine.txt", "x");
    world.tollgate("").args(["plugin", "new", "taken"]).run().exits(2).says(&["not empty"]);
    world.tollgate("").args(["plugin", "new", "No_Name"]).run().exits(2).says(&["`No_Name`"]);
    world.tollgate("").args(["plugin", "new", "a", "--sdk", "nowhere"]).run().exits(2).says(&["no SDK"]);
    world.tollgate("").args(["plugin", "build", "taken"]).run().exits(12).says(&["tollgate plugin new"]);
}
