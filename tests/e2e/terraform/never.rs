//! What must never happen, tried.

use tollgate_tests::{Infrastructure, secret_forms};

/// All files below a directory, as bytes.
fn all_files(directory: &camino::Utf8Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut next = vec![directory.to_owned()];
    while let Some(directory) = next.pop() {
        for entry in directory.read_dir_utf8().unwrap().flatten() {
            match entry.file_type().unwrap().is_dir() {
                true => next.push(entry.path().to_owned()),
                false => files.push((entry.path().to_string(), fs_err::read(entry.path()).unwrap_or_default())),
            }
        }
    }
    files
}

#[test]
fn no_secret_of_a_plan_gets_into_ledger_output_or_cache() {
    let Some(lab) = Infrastructure::new() else { return };
    let mut said = Vec::new();
    said.push(lab.tollgate().args(["plan", "master", "--to", "staging-ops", "-o", "json"]).run().exits(0).raw());
    lab.switch("fail-apply", "out of luck\nnetwork\n");
    let answer = lab.promote_to("master", "staging-ops").exits(14);
    assert!(answer.raw().contains("out of luck") && answer.raw().contains("withheld"), "{}", answer.raw());
    said.push(answer.raw());
    lab.unswitch("fail-apply");
    said.push(lab.promote_to("master", "staging-ops").exits(0).raw());
    said.push(lab.tollgate().args(["explain", "staging-ops"]).run().raw());
    for text in &said {
        assert!(!text.contains("hunter22"), "{text}");
    }
    let ledger = lab.world.ledger("infrastructure").everything();
    for form in secret_forms("hunter22-of-network") {
        assert!(!ledger.windows(form.len()).any(|window| window == form.as_bytes()), "{form}");
    }
    for (path, bytes) in all_files(&lab.world.path("cache")).into_iter().chain(all_files(&lab.world.path("state"))) {
        assert!(!bytes.windows(8).any(|window| window == b"hunter22"), "{path}");
    }
}

#[test]
fn a_provider_that_the_policy_in_force_does_not_allow_is_never_run() {
    let Some(lab) = Infrastructure::new() else { return };
    // A proposal brings a provider, and allows it itself.
    lab.repository.edit("tollgate.yaml", |text| text.replace("providers: [example.com/tollgate/lab]", "providers: [\"**\"]"));
    lab.repository
        .edit("components/network/.terraform.lock.hcl", |text| text.replace("example.com/tollgate/lab", "example.com/evil/lab"));
    lab.repository.deliver("master", "another provider");
    let answer = lab.promote_to("master", "staging-ops").exits(10);
    assert_eq!(answer.denials(), ["terraform/provider"], "{}", answer.raw());
    lab.tollgate().args(["plan", "master", "--to", "staging-ops"]).run().exits(10).says(&["`example.com/evil/lab` is not allowed"]);
}

#[test]
fn what_is_denied_as_it_is_written_is_not_run_for_a_plan() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.switch("crash-plan", "");
    let exec = "\ndata \"external\" \"x\" {\n  program = [\"touch\", \"/tmp/never\"]\n}\n";
    lab.repository.edit("components/network/main.tf", |text| format!("{text}{exec}"));
    lab.repository.deliver("master", "a data source");
    let answer = lab.promote_to("master", "staging-ops").exits(10);
    assert!(answer.denials().contains(&"terraform/data".to_owned()), "{}", answer.raw());
    // Also by a policy that is no part of tollgate itself.
    lab.repository
        .edit("components/network/main.tf", |text| text.replace(exec, "").replace("version = \"1.0.0\"", "version = \">= 1.0.0\""));
    lab.repository.deliver("master", "an open version");
    let denials = lab.promote_to("master", "staging-ops").exits(10).denials();
    assert!(denials.contains(&"terraform-plan/provider-unpinned".to_owned()), "{denials:?}");
    assert!(denials.contains(&"terraform/not-planned".to_owned()), "{denials:?}");
}

#[test]
fn a_destroy_that_nobody_allowed_is_denied_by_its_plan() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.repository.edit("components/network/main.tf", |text| {
        let start = text.find("resource").unwrap();
        text[..start].to_owned()
    });
    lab.repository.deliver("master", "without a network");
    let answer = lab.promote_to("master", "staging-ops").exits(10);
    assert_eq!(answer.denials(), ["terraform-plan/destroy"], "{}", answer.raw());
    let promotion = answer.text_at("/targets/0/promotion");
    lab.tollgate().args(["audit", "replay", &promotion]).run().exits(0);
    assert!(lab.made("staging-ops", "network").is_some());
}

#[test]
fn plans_with_secrets_need_a_key() {
    let Some(lab) = Infrastructure::new() else { return };
    let answer = lab.tollgate().without_env("PLAN_KEY").args(["promote", "master", "--to", "staging-ops"]).run().exits(12);
    answer.says(&["`planKey`"]);
    assert_eq!(lab.made("staging-ops", "network"), None);
}

#[test]
fn a_plan_that_may_only_read_is_made_with_other_credentials_than_the_apply() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.switch("need-token", "read\nwrite\n");
    lab.promote_to("master", "staging-ops").exits(0);
    let answer = lab.tollgate().env("LAB_TOKEN", "read").args(["promote", "master", "--to", "preprod-ops"]).run().exits(14);
    answer.says(&["`apply` of `network` failed"]);
    assert_eq!(lab.made("preprod-ops", "network"), None);
}
