//! Compilation in a child process under limits.

use std::time::Duration;

use camino::Utf8PathBuf;
use tollgate_core::evaluate::{LoadError, PolicyBinary};
use tollgate_sandbox::{CompileLimits, Compiler, Sandbox, SandboxOptions};

use crate::testbed::{check, component_of_text, deployment, load, message, policy, policy_of, text};

crate::cases! {
    "honest" => what_a_child_compiled_judges_as_ever,
    "honest" => a_compiler_without_memory_is_an_error_that_says_so,
    "too-slow-to-compile" => a_plugin_that_takes_too_long_to_compile_is_refused,
}

/// A sandbox that compiles in a child process of this very program.
fn sandbox(limits: CompileLimits) -> Sandbox {
    let program = Utf8PathBuf::try_from(std::env::current_exe().unwrap()).unwrap();
    let compiler = Compiler::Child { program, arguments: vec!["compile".to_owned()], limits };
    Sandbox::new(SandboxOptions { compiler, ..SandboxOptions::default() }).unwrap()
}

fn what_a_child_compiled_judges_as_ever() {
    let validator = load(&sandbox(CompileLimits::default()), &policy("honest")).unwrap();
    let evaluation = check(validator.as_ref(), deployment());
    assert_eq!(message(&evaluation), "image `registry.example.com/cart` has no tag that stays");
}

fn a_compiler_without_memory_is_an_error_that_says_so() {
    let limits = CompileLimits { memory: 16 * 1024 * 1024, ..CompileLimits::default() };
    let Some(LoadError::Compile { reason }) = load(&sandbox(limits), &policy("honest")).err() else { panic!("loaded") };
    assert!(reason.contains("16 MiB"), "{reason}");
}

/// The guest, with its line that says `again` as often as a plugin may be long.
fn slow() -> PolicyBinary {
    let text = text("too-slow-to-compile").unwrap();
    let line = text.lines().find(|line| line.contains(";; again")).unwrap();
    let long = text.replace(line, &format!("{line}\n").repeat(30_000));
    policy_of(component_of_text(&long))
}

fn a_plugin_that_takes_too_long_to_compile_is_refused() {
    let limits = CompileLimits { cpu: Duration::from_secs(1), ..CompileLimits::default() };
    let refused = load(&sandbox(limits), &slow()).err().unwrap();
    let LoadError::TooSlowToCompile { limit } = refused else { panic!("{refused:?}") };
    assert_eq!(limit, "1 s of CPU time");
}
