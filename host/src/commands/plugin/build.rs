//! `tollgate plugin build`.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_author::{BuildError, Plugins, add_target, build};
use tollgate_core::digest::Digest;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use crate::cli::plugin::Build;
use crate::invocation::Invocation;
use crate::output;

pub(super) fn run(invocation: &Invocation, arguments: &Build) -> Outcome {
    let directory = invocation.at_start(&arguments.at);
    let (name, bytes) = built(&directory).map_err(|failure| vec![failure])?;
    let file = arguments.to.as_ref().map_or_else(|| file_of(&directory, &name), |file| invocation.at_start(file));
    output::write_file(&file, &bytes).map_err(|failure| vec![failure])?;
    let line = format!("{file}: {} KiB, {}\n", bytes.len().div_ceil(1024), Digest::of(&bytes));
    output::print(&line).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

/// Where a plugin goes when nobody says otherwise.
pub(super) fn file_of(directory: &Utf8Path, name: &str) -> Utf8PathBuf {
    directory.join(format!("{name}.wasm"))
}

/// Builds the plugin of a directory: its name and bytes.
pub(super) fn built(directory: &Utf8Path) -> Result<(String, Vec<u8>), Failure> {
    let invalid = |message: String| Failure::of_message(ExitCode::InvalidConfiguration, message);
    if !directory.join("Cargo.toml").is_file() {
        let failure = invalid(format!("there is no `Cargo.toml` in `{directory}`, so there is no plugin to build"));
        return Err(failure.with_hint("start one with `tollgate plugin new DIR`"));
    }
    let directory = directory.canonicalize_utf8().map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
    add_target(&directory).map_err(|error| failure(&error))?;
    let plugins = Plugins {
        directory: &directory,
        target_directory: &directory.join("target"),
        root: (&directory, "/plugin"),
        locked: false,
    };
    let mut built = build(&plugins).map_err(|error| failure(&error))?;
    match (built.len(), built.pop_first()) {
        (1, Some(only)) => Ok(only),
        (0, _) => Err(invalid(format!("`{directory}` makes no plugin: its `Cargo.toml` needs `crate-type = [\"cdylib\"]`"))),
        _ => Err(invalid(format!("`{directory}` makes several plugins; go to the directory of one"))),
    }
}

fn failure(error: &BuildError) -> Failure {
    Failure::new(ExitCode::InvalidConfiguration, error)
}
