//! Bad input of every kind: a named finding or an error with its place, and nothing half recorded.

use tollgate_tests::Infrastructure;

fn of(change: impl Fn(&Infrastructure)) -> Option<(Infrastructure, tollgate_tests::Answer)> {
    let lab = Infrastructure::new()?;
    change(&lab);
    lab.repository.deliver("master", "trouble");
    let answer = lab.promote_to("master", "staging-ops");
    assert_eq!(lab.made("staging-ops", "network"), None);
    Some((lab, answer))
}

#[test]
fn a_configuration_that_is_not_well_formed_is_denied_at_its_line() {
    let Some((_, answer)) = of(|lab| {
        lab.repository.edit("components/network/main.tf", |text| text.replace("variable \"size\" {", "variable \"size\""));
    }) else {
        return;
    };
    let findings = answer.exits(10).findings();
    let broken = findings.iter().find(|finding| finding["rule"].as_str().unwrap().starts_with("source/")).unwrap();
    assert_eq!(broken["file"], "components/network/main.tf");
}

#[test]
fn a_reference_to_nothing_is_denied_at_its_line() {
    let Some((_, answer)) =
        of(|lab| lab.repository.edit("components/network/main.tf", |text| text.replace("value = lab_file", "value = lab_fiel")))
    else {
        return;
    };
    let findings = answer.exits(10).findings();
    let broken = findings.iter().find(|finding| finding["rule"] == "terraform/configuration").unwrap();
    assert_eq!((broken["file"].as_str(), broken["line"].as_u64()), (Some("components/network/main.tf"), Some(33)), "{broken}");
}

#[test]
fn a_lock_that_is_missing_or_not_of_these_providers_is_denied() {
    let Some((_, answer)) = of(|lab| lab.repository.remove("components/network/.terraform.lock.hcl")) else { return };
    assert!(answer.exits(10).denials().contains(&"terraform/configuration".to_owned()));
    let Some((_, answer)) = of(|lab| {
        lab.repository.edit("components/network/.terraform.lock.hcl", |text| {
            let start = text.find("h1:").unwrap() + 3;
            format!("{}{}{}", &text[..start], "AAAAAAAAAAAA", &text[start + 12..])
        });
    }) else {
        return;
    };
    let answer = answer.exits(10);
    assert!(answer.denials().contains(&"terraform/configuration".to_owned()), "{}", answer.raw());
}

#[test]
fn a_plan_that_never_ends_is_ended() {
    let Some(lab) = Infrastructure::with(|pipeline| {
        let text = pipeline.text();
        assert!(text.contains("lockTimeout: 20s"));
        pipeline.replace("lockTimeout: 20s", "lockTimeout: 20s, planTimeout: 2s")
    }) else {
        return;
    };
    lab.switch("slow-plan", "60s\n");
    lab.tollgate().args(["promote", "master", "--to", "staging-ops"]).run().exits(14).says(&["was not done after 2 s"]);
}

#[test]
fn a_provider_that_crashes_while_it_plans_is_an_error_and_no_denial() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.switch("crash-plan", "");
    let answer = lab.tollgate().args(["promote", "master", "--to", "staging-ops"]).run().exits(14);
    answer.says(&["`plan` of `network` failed"]);
    assert_eq!(lab.world.ledger("infrastructure").types().iter().filter(|kind| *kind == "decided").count(), 0);
}

#[test]
fn a_module_from_a_moving_reference_is_denied_at_its_line() {
    let module = "\nmodule \"vpc\" {\n  source = \"git::https://git.example.com/vpc?ref=main\"\n}\n";
    let Some(lab) = Infrastructure::with(|pipeline| {
        pipeline.replace(
            "providers: [example.com/tollgate/lab]",
            "providers: [example.com/tollgate/lab], modules: [\"git::https://git.example.com/**\"]",
        )
    }) else {
        return;
    };
    lab.repository.edit("components/network/main.tf", |text| format!("{text}{module}"));
    lab.repository.deliver("master", "a module");
    let denials = lab.promote_to("master", "staging-ops").exits(10).denials();
    assert!(denials.contains(&"terraform/moving-module".to_owned()), "{denials:?}");
}

#[test]
fn a_state_that_can_not_be_read_stops_everything_and_stays_as_it_is() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.world.write("states/network/staging-ops/terraform.tfstate", r#"{"version": 99, "serial": 1, "lineage": "a"}"#);
    lab.tollgate().args(["promote", "master", "--to", "staging-ops"]).run().exits(14).says(&["network"]);
    assert!(fs_err::read_to_string(lab.state("staging-ops", "network")).unwrap().contains("99"));
    assert_eq!(lab.made("staging-ops", "network"), None);
}
