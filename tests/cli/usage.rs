//! What makes no sense on a command line, help, and versions.

use tollgate_tests::World;

const VERBS: [&str; 17] = [
    "init",
    "check",
    "ci",
    "plan",
    "render",
    "access",
    "promote",
    "apply",
    "explain",
    "status",
    "queue",
    "recipe",
    "service",
    "policy",
    "plugin",
    "completion",
    "man",
];

#[test]
fn what_makes_no_sense_is_2_and_says_what_would() {
    let world = World::new();
    let refused = |arguments: &[&str], says: &[&str]| {
        let answer = world.tollgate("").args(arguments).run().exits(2);
        answer.says(says);
        assert_eq!(answer.stdout, "", "{arguments:?}");
    };
    refused(&["chek"], &["chek", "check"]);
    refused(&["check", "--polcy", "x"], &["--polcy", "--policy"]);
    refused(&["promote"], &["REF"]);
    refused(&["access", "master"], &["--service-account", "--user", "--group"]);
    refused(&["access", "master", "--service-account", "deployer"], &["NAMESPACE/NAME"]);
    refused(&["apply"], &["PROMOTION"]);
    refused(&["explain"], &["PROMOTION|TARGET|RULE"]);
    refused(&["recipe"], &["build"]);
    refused(&["recipe", "diff", "HEAD"], &["AFTER"]);
    refused(&["service", "record", "cart"], &["--image", "--branch"]);
    refused(&["policy", "accept"], &["COMMIT"]);
    refused(&["init", "--yes", "--trust", "HEAD"], &["--yes", "--trust"]);
    refused(&["plan", "master", "-o", "yaml"], &["yaml", "json"]);
    refused(&["completion", "cobol"], &["cobol", "bash"]);
    refused(&["-C", "nowhere", "check"], &["nowhere"]);
    refused(&[], &["Usage:"]);
}

#[test]
fn a_digest_to_trust_that_is_none_is_a_usage_error() {
    let world = World::new();
    world.repository("deployment");
    world.tollgate("deployment").args(["status", "--trust", "abc"]).run().exits(2).says(&["init --trust"]);
    world.tollgate("deployment").arg("status").env("TOLLGATE_TRUST", "abc").run().exits(2);
}

#[test]
fn help_and_version_are_no_errors() {
    let world = World::new();
    let answer = world.tollgate("").arg("--help").run().exits(0);
    for verb in VERBS {
        assert!(answer.stdout.contains(verb), "{verb}");
        world.tollgate("").args([verb, "--help"]).run().exits(0);
    }
    assert!(!answer.stdout.contains("__compile") && !answer.stdout.contains("__docs"), "what is hidden stays hidden");
    world.tollgate("").arg("--version").run().exits(0).says(&["tollgate "]);
}

#[test]
fn commands_that_need_a_repository_say_so_outside_of_one() {
    let world = World::new();
    for arguments in [
        &["status"][..],
        &["queue"],
        &["plan", "master"],
        &["promote", "master"],
        &["promote", "--abort", "P-1"],
        &["render", "master"],
        &["access", "master", "--user", "deployer"],
        &["apply", "P-1"],
        &["explain", "prod-apps"],
        &["recipe", "build", "HEAD"],
        &["policy", "accept", "HEAD"],
        &["init", "--trust", "HEAD"],
    ] {
        world.tollgate("").args(arguments).run().exits(13).says(&["is not in a git repository"]);
    }
}

#[test]
fn commands_that_need_a_ledger_say_how_to_get_one() {
    let shop = tollgate_tests::Shop::untrusted(&["cart"], &tollgate_tests::Pipeline::deployment());
    for arguments in [&["status"][..], &["plan", "master"], &["promote", "master"], &["recipe", "build", "HEAD"]] {
        shop.tollgate(arguments).run().exits(15).says(&["tollgate init --trust"]);
    }
}
