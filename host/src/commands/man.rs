//! `tollgate man`: manual pages, one for each command.

use camino::Utf8Path;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::completion::visible;
use crate::cli::Cli;
use crate::cli::policy::Man as Arguments;
use crate::invocation::Invocation;
use crate::output;

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let directory = invocation.at_start(&arguments.to);
    fs_err::create_dir_all(&directory).map_err(|error| vec![Failure::new(ExitCode::Unexpected, &error)])?;
    let mut whole = visible(&Cli::command()).about("Decides what may change in production, applies it, and writes down why");
    whole = whole.version(env!("CARGO_PKG_VERSION"));
    whole.build();
    let count = pages(&whole, "tollgate", &directory).map_err(|failure| vec![failure])?;
    output::print(&format!("wrote {count} pages to `{}`\n", arguments.to)).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

/// Writes the page of a command and of all below it, and says how many these are.
fn pages(command: &Command, name: &str, directory: &Utf8Path) -> Result<usize, Failure> {
    let mut page = Vec::new();
    let named = command.clone().name(name.to_owned());
    Man::new(named).render(&mut page).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    output::write_file(&directory.join(format!("{name}.1")), &page)?;
    let below = command.get_subcommands().filter(|below| below.get_name() != "help" && !below.is_hide_set());
    below
        .map(|below| pages(below, &format!("{name}-{}", below.get_name()), directory))
        .sum::<Result<usize, _>>()
        .map(|count| count + 1)
}
