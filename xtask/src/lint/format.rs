//! What cargo's own tools check, in every workspace.

use crate::lint::LintError;
use crate::process;
use crate::workspaces::{Repository, WASM, Workspace};

/// Each workspace is formatted as `rustfmt.toml` says.
pub(crate) fn rustfmt(repository: &Repository) -> Result<Vec<String>, LintError> {
    in_each(repository, |_| true, &["fmt", "--all", "--check"])
}

/// Clippy has nothing to say about anything that runs on this machine. Where it is the compiler, as in CI, it has said it of all that
/// was built, so that nothing has to be compiled a second time only to be judged.
pub(crate) fn clippy(repository: &Repository) -> Result<Vec<String>, LintError> {
    let judged: &[&str] = &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    let built: &[&str] = &["build", "--quiet", "--workspace", "--bins", "--lib", "--tests"];
    in_each(repository, |workspace| workspace.is_native, if is_compiler() { built } else { judged })
}

/// Whether all that cargo builds goes through clippy, which denies all warnings.
fn is_compiler() -> bool {
    let is = |variable, text: &str| std::env::var(variable).is_ok_and(|value| value.contains(text));
    is("RUSTC_WORKSPACE_WRAPPER", "clippy-driver") && is("CLIPPY_ARGS", "warnings")
}

/// Clippy has nothing to say about anything that runs in the sandbox.
pub(crate) fn clippy_wasm(repository: &Repository) -> Result<Vec<String>, LintError> {
    let arguments = ["clippy", "--quiet", "--workspace", "--target", WASM, "--", "--deny", "warnings"];
    in_each(repository, |workspace| workspace.is_wasm, &arguments)
}

/// Runs a cargo command in each workspace; the names of those in which it failed.
fn in_each(repository: &Repository, is_meant: fn(&Workspace) -> bool, words: &[&str]) -> Result<Vec<String>, LintError> {
    let (verb, arguments) = words.split_first().unwrap_or((&"", &[]));
    let mut problems = Vec::new();
    for workspace in repository.workspaces().iter().filter(|workspace| is_meant(workspace)) {
        match process::succeed(workspace.cargo(verb).args(arguments)) {
            Ok(()) => {}
            Err(error @ process::ProcessError::Failed { .. }) => problems.push(format!("workspace {}: {error}", workspace.name)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(problems)
}
