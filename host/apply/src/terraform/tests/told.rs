//! What a program says that misbehaves, and what is told of it.

use tollgate_core::plan::Plan;
use tollgate_core::ports::ApplyError;

use super::bench::{Bench, mk_sized};

/// What answers everything that is asked before the verb in question.
const HEALTHY: &str = r#"for word in "$@"; do case "$word" in -out=*) : > "${word#-out=}";; esac; done
case "$1" in init) exit 0;; validate) echo '{"valid": true, "diagnostics": []}'; exit 0;; state) exit 0;; esac"#;

fn told(plan: Result<Plan, ApplyError>) -> String {
    let error = plan.unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source}")
}

fn script(rest: &str) -> String {
    format!("{HEALTHY}\n{rest}")
}

#[test]
fn a_program_that_hangs_is_ended() {
    let mut bench = Bench::scripted(&script("sleep 60"));
    bench.place.plan_timeout = 1;
    let error = told(bench.plan(&mk_sized(1)));
    assert!(error.contains("`plan` of `network` was not done after 1 s"), "{error}");
}

#[test]
fn a_program_that_crashes_is_told_with_its_last_words() {
    let bench = Bench::scripted(&script("echo 'panic: out of luck' >&2; exit 2; "));
    let error = told(Bench::scripted(&script("kill -9 $$")).plan(&mk_sized(1)));
    assert!(error.contains("ended by signal 9"), "{error}");
    let error = told(Bench::scripted(&script("echo '│ Error: no luck' >&2; exit 1")).plan(&mk_sized(1)));
    assert!(error.contains("`plan` of `network` failed: no luck"), "{error}");
    drop(bench);
}

#[test]
fn what_is_no_plan_is_not_understood() {
    for answer in ["", "no", "{", "[]", "{}"] {
        let bench = Bench::scripted(&script(&format!("[ $1 = show ] && echo '{answer}'; exit 0")));
        let error = told(bench.plan(&mk_sized(1)));
        assert!(error.contains("`show` of `network`") && error.contains("not what Terraform answers"), "{error}");
    }
}

#[test]
fn what_was_passed_on_is_in_no_message() {
    let mut bench = Bench::scripted(&script("echo \"│ Error: can't log in with $TOKEN\" >&2; exit 1"));
    bench.pass("TOKEN");
    let error = told(bench.plan(&mk_sized(1)));
    assert!(error.contains("can't log in with withheld"), "{error}");
}

#[test]
fn a_child_gets_what_is_passed_on_and_nothing_else_of_ours() {
    let mut bench = Bench::scripted(&script("env | sort > \"$OUT\"; exit 1"));
    bench.pass("TOKEN");
    let out = bench.directory.join("environment");
    bench.program.surroundings.variables.insert("OURS".to_owned(), "secret".to_owned());
    bench.program.surroundings.variables.insert("OUT".to_owned(), out.to_string());
    bench.place.plan_environment.push(tollgate_core::terraform::PassedVariable { name: "OUT".to_owned(), from: "OUT".to_owned() });
    told(bench.plan(&mk_sized(1)));
    let environment = fs_err::read_to_string(out).unwrap();
    assert!(environment.contains("TOKEN=passed-value") && environment.contains("TF_WORKSPACE=staging-ops"), "{environment}");
    assert!(!environment.contains("OURS") && !environment.contains("PASSED="), "{environment}");
}

#[test]
fn a_module_that_is_fetched_and_not_allowed_stops_everything() {
    let modules =
        r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"a","Source":"git::https://evil.example.com/m?ref=1","Dir":"x"}]}"#;
    let init = format!(
        "if [ $1 = init ]; then mkdir -p .terraform/modules; echo '{modules}' > .terraform/modules/modules.json; exit 0; fi; touch \"$RAN\"; exit 0"
    );
    let mut bench = Bench::scripted(&init);
    let ran = bench.directory.join("ran");
    bench.program.surroundings.variables.insert("RAN".to_owned(), ran.to_string());
    bench.place.plan_environment.push(tollgate_core::terraform::PassedVariable { name: "RAN".to_owned(), from: "RAN".to_owned() });
    let error = told(bench.plan(&mk_sized(1)));
    assert!(error.contains("`git::https://evil.example.com/m?ref=1`"), "{error}");
    assert!(!ran.exists(), "nothing of it was run");
}
