//! Plans and applies, step by step.

use serde_json::json;
use tollgate_core::plan::{PlannedValue, Verb};
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_core::terraform::{LeftState, TerraformRoot};

use super::bench::{Bench, MAIN, mk_rendered, mk_root, mk_sized, recipe};

fn told(error: &ApplyError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}

#[test]
fn what_is_planned_is_applied_and_then_nothing_is_left_to_do() {
    let Some(bench) = Bench::new() else { return };
    let rendered = mk_sized(1);
    let plan = bench.plan(&rendered).unwrap();
    assert_eq!((plan.count(Verb::Create), plan.actions.len()), (2, 2), "a resource and an output: {plan:?}");
    assert!(!bench.state_file("network").exists(), "a plan writes nothing");
    let Applied::Done { after, .. } = bench.deliver(&rendered).unwrap() else { panic!() };
    assert_eq!(after.states["network"].serial, 1);
    assert!(bench.state_file("network").exists());
    let plan = bench.plan(&rendered).unwrap();
    assert_eq!((plan.actions.len(), plan.unchanged, plan.conflicts.len()), (0, 2, 0));
    let plan = bench.plan(&mk_sized(2)).unwrap();
    let changed: Vec<String> = plan.actions.iter().map(|action| action.object.to_string()).collect();
    assert_eq!(changed, ["output size of network", "terraform_data vpc of network"]);
    assert_eq!(plan.actions[1].changes[0].after, Some(PlannedValue::Plain(json!(2))));
}

#[test]
fn another_plan_than_was_approved_is_stale_and_nothing_is_written() {
    let Some(bench) = Bench::new() else { return };
    let approved = bench.plan(&mk_sized(1)).unwrap().digest().unwrap();
    let Applied::Stale { plan, .. } = bench.apply(&mk_sized(2), approved).unwrap() else { panic!() };
    assert_ne!(plan.digest().unwrap(), approved);
    assert!(!bench.state_file("network").exists());
    bench.deliver(&mk_sized(2)).unwrap();
    let Applied::Stale { .. } = bench.apply(&mk_sized(1), approved).unwrap() else { panic!("made from another state") };
}

#[test]
fn a_plan_file_that_is_another_one_than_was_judged_is_not_applied() {
    let Some(real) = Bench::new() else { return };
    // Whoever runs while the first component is applied reaches for the plan of the second.
    let plans = format!("{}/tollgate-terraform-*/tree/components/swapped", std::env::temp_dir().display());
    let swap = format!("case \"$1 $PWD\" in 'apply '*/first) for at in {plans}; do printf x >> \"$at/../../../plan\"; done;; esac");
    let bench = Bench::scripted(&format!("{swap}\nexec {} \"$@\"", real.program.path));
    let rendered = mk_rendered(vec![mk_root("first", MAIN), mk_root("swapped", MAIN)]);
    let error = bench.deliver(&rendered).unwrap_err();
    let ApplyError::Unfinished { told, settled, .. } = &error else { panic!("{error:?}") };
    assert!(told.iter().any(|told| told.contains("`swapped`") && told.contains("judged")), "{told:?}");
    assert_eq!(settled.keys().collect::<Vec<_>>(), ["first"]);
    assert!(bench.state_file("first").exists() && !bench.state_file("swapped").exists());
}

#[test]
fn a_component_that_is_as_it_was_left_is_not_planned() {
    let Some(bench) = Bench::new() else { return };
    let Applied::Done { after, .. } = bench.deliver(&mk_sized(1)).unwrap() else { panic!() };
    let known = |rendered: tollgate_core::render::Rendered| {
        let left = Some(LeftState { state: after.states["network"].clone(), is_of_same: true });
        mk_rendered(rendered.roots().iter().map(|root| TerraformRoot { left: left.clone(), ..root.clone() }).collect())
    };
    let plan = bench.plan(&known(mk_sized(1))).unwrap();
    assert_eq!(plan.components.untouched, ["network"]);
    let all = bench.target().compare(recipe(), &known(mk_sized(1))).unwrap();
    assert_eq!((all.components.untouched.len(), all.unchanged), (0, 2), "who looks for drift looks at all of it");
    bench.deliver(&mk_sized(2)).unwrap();
    let plan = bench.plan(&known(mk_sized(2))).unwrap();
    assert!(plan.components.untouched.is_empty(), "somebody has written the state since");
    let conflicts = bench.target().compare(recipe(), &known(mk_sized(2))).unwrap().conflicts;
    assert!(conflicts[0].message.contains("left at serial 1, and it is at serial"), "{conflicts:?}");
}

#[test]
fn variables_of_the_environment_make_equal_files_plan_anew() {
    let Some(mut bench) = Bench::new() else { return };
    let Applied::Done { after, .. } = bench.deliver(&mk_sized(1)).unwrap() else { panic!() };
    bench.pass("TF_VAR_other");
    let left = Some(LeftState { state: after.states["network"].clone(), is_of_same: true });
    let root = mk_root("network", MAIN);
    let plan = bench.plan(&mk_rendered(vec![TerraformRoot { left, ..root }])).unwrap();
    assert_eq!((plan.components.untouched.len(), plan.unchanged), (0, 2));
}

#[test]
fn what_comes_after_a_change_is_planned_once_that_is_applied() {
    let Some(bench) = Bench::new() else { return };
    let after = |name: &str, before: &str| TerraformRoot { depends_on: vec![before.to_owned()], ..mk_root(name, MAIN) };
    let rendered =
        mk_rendered(vec![mk_root("network", MAIN), after("cluster", "network"), after("apps", "cluster"), mk_root("dns", MAIN)]);
    let plan = bench.plan(&rendered).unwrap();
    assert_eq!(plan.components.deferred, ["apps", "cluster"]);
    let of: Vec<&str> = plan.components.shown.iter().map(|shown| shown.component.as_str()).collect();
    assert_eq!(of, ["dns", "network"]);
    bench.deliver(&rendered).unwrap();
    let plan = bench.plan(&rendered).unwrap();
    assert_eq!(plan.components.deferred, ["apps"]);
    bench.deliver(&rendered).unwrap();
    bench.deliver(&rendered).unwrap();
    let plan = bench.plan(&rendered).unwrap();
    assert!(plan.actions.is_empty() && plan.components.deferred.is_empty());
}

#[test]
fn modules_beside_the_component_are_there_and_files_of_variables_count_in_their_order() {
    let Some(bench) = Bench::new() else { return };
    let mut root = mk_root(
        "network",
        "terraform {\n  backend \"local\" {}\n}\nvariable \"size\" {}\nmodule \"m\" {\n  source = \"../../modules/m\"\n  size = var.size\n}\n",
    );
    let module = "variable \"size\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.size\n}\n";
    for (path, text) in [
        ("modules/m/main.tf", module),
        ("components/network/vars/a.tfvars", "size = 1\n"),
        ("components/network/vars/b.tfvars", "size = 2\n"),
    ] {
        root.files.insert(path.to_owned(), text.as_bytes().to_vec());
    }
    root.var_files = ["a", "b"].map(|name| format!("components/network/vars/{name}.tfvars")).to_vec();
    let plan = bench.plan(&mk_rendered(vec![root])).unwrap();
    assert_eq!(plan.actions[0].object.to_string(), "terraform_data module.m/a of network");
    let input = plan.actions[0].changes.iter().find(|change| change.path.to_string() == "/input").unwrap();
    assert_eq!(input.after, Some(PlannedValue::Plain(json!(2))), "{:?}", plan.actions);
}

#[test]
fn workspaces_and_components_have_states_of_their_own() {
    let Some(mut bench) = Bench::new() else { return };
    bench.deliver(&mk_sized(1)).unwrap();
    bench.place.workspace = "staging-apps".to_owned();
    assert_eq!(bench.plan(&mk_sized(1)).unwrap().count(Verb::Create), 2);
    bench.place.workspace = "staging-ops".to_owned();
    assert_eq!(bench.plan(&mk_sized(1)).unwrap().actions.len(), 0);
}

#[test]
fn what_terraform_does_not_take_is_told_at_its_line_and_no_plan_is_approved() {
    let Some(bench) = Bench::new() else { return };
    let broken = MAIN.replace("input = var.size", "input = var.sise");
    let plan = bench.plan(&mk_rendered(vec![mk_root("network", &broken)])).unwrap();
    let refused = &plan.components.refused[0];
    let location = refused.location.as_ref().unwrap();
    assert_eq!((location.file.as_str(), location.span.line), ("components/network/main.tf", 10));
    assert!(refused.message.contains("sise"), "{refused:?}");
    let applied = bench.apply(&mk_rendered(vec![mk_root("network", &broken)]), plan.digest().unwrap()).unwrap();
    assert!(matches!(applied, Applied::Stale { .. }), "there is nothing to apply");
}

#[test]
fn a_value_that_is_missing_is_an_error_that_names_it() {
    let Some(bench) = Bench::new() else { return };
    let without = MAIN.replace("  default = 1\n", "");
    let error = told(&bench.plan(&mk_rendered(vec![mk_root("network", &without)])).unwrap_err());
    assert!(error.contains("`plan` of `network` failed: components/network/main.tf:5:1") && error.contains("size"), "{error}");
}

#[test]
fn a_variable_that_is_passed_on_and_not_set_is_named() {
    let Some(mut bench) = Bench::new() else { return };
    bench.pass("A");
    bench.place.plan_environment[0].from = "TOLLGATE_TEST_NOWHERE".to_owned();
    let error = told(&bench.plan(&mk_sized(1)).unwrap_err());
    assert!(error.contains("`TOLLGATE_TEST_NOWHERE`"), "{error}");
}

#[test]
fn a_state_of_a_newer_terraform_is_an_error_and_stays_as_it_is() {
    let Some(bench) = Bench::new() else { return };
    let state = r#"{"version": 5, "terraform_version": "99.0.0", "serial": 3, "lineage": "a", "outputs": {}, "resources": []}"#;
    fs_err::create_dir_all(bench.state_file("network").parent().unwrap()).unwrap();
    fs_err::write(bench.state_file("network"), state).unwrap();
    let error = told(&bench.deliver(&mk_sized(1)).unwrap_err());
    assert!(error.contains("state") && error.contains("network"), "{error}");
    assert_eq!(fs_err::read_to_string(bench.state_file("network")).unwrap(), state);
}
