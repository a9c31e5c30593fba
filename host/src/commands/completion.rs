//! `tollgate completion`.

use clap::CommandFactory as _;
use tollgate_report::exit_code::ExitCode;

use super::Outcome;
use crate::cli::Cli;
use crate::cli::policy::Completion;
use crate::output;

pub(crate) fn run(arguments: &Completion) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut visible(&Cli::command()), "tollgate", &mut script);
    output::print(&String::from_utf8_lossy(&script)).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

/// The command line without what is hidden from people: shells offer every command that they are told of.
pub(super) fn visible(whole: &clap::Command) -> clap::Command {
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    clap::Command::new("tollgate").args(whole.get_arguments().cloned()).subcommands(shown)
}
