//! `tollgate plugin new`.

use tollgate_author::{Sdk, StartError, World, start};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use crate::cli::plugin::{New, NewWorld};
use crate::invocation::Invocation;
use crate::output;

pub(super) fn run(invocation: &Invocation, arguments: &New) -> Outcome {
    let directory = invocation.at_start(&arguments.at);
    let sdk = match &arguments.sdk {
        Some(path) => Sdk::Path(sdk(invocation, path).map_err(|failure| vec![failure])?),
        None => Sdk::Vendored,
    };
    let world = match arguments.world {
        NewWorld::Validator => World::Validator,
        NewWorld::Promotion => World::Promotion,
    };
    start(&directory, &sdk, world).map_err(|error| vec![failure(&error)])?;
    let shown = &arguments.at;
    let next = format!("started `{shown}`; go on with `cd {shown} && tollgate plugin test`\n");
    output::print(&next).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

fn sdk(invocation: &Invocation, path: &camino::Utf8Path) -> Result<camino::Utf8PathBuf, Failure> {
    let whole = invocation.at_start(path);
    if whole.join("Cargo.toml").is_file() {
        return Ok(whole);
    }
    Err(Failure::of_message(ExitCode::Usage, format!("there is no `Cargo.toml` in `{path}`, so it is no SDK")))
}

fn failure(error: &StartError) -> Failure {
    let exit = match error {
        StartError::Name { .. } | StartError::NotEmpty { .. } => ExitCode::Usage,
        StartError::Io { .. } | StartError::Manifest(_) => ExitCode::Unexpected,
    };
    Failure::new(exit, error)
}
