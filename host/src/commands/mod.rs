//! One file a verb. Each takes parsed arguments and returns the exit code; what failed is told in one place, here.

mod abort;
mod accepting;
mod access;
mod apply;
mod applying;
mod asking;
mod audit;
mod check;
mod checked;
mod checked_files;
mod checked_live;
mod ci;
mod compared;
mod completion;
mod deciding;
mod docs;
mod drift;
mod evidence;
mod explain;
mod failed;
mod fix;
mod graph;
mod init;
mod judging;
mod man;
mod named_promotion;
mod new_pair;
mod own_policies;
mod people;
mod plan;
mod plugin;
mod policy;
mod policy_list;
mod policy_test;
mod promote;
mod proposal;
mod queue;
mod recipe;
mod recorded;
mod render;
mod rollback;
mod selection;
mod serve;
mod service;
mod start;
mod status;
mod update;
mod write_waivers;
mod written;

use std::process::ExitCode as ProcessExit;

use clap::Parser as _;
use tollgate_report::exit_code::{ExitCode, worst};

use crate::cli::{Cli, Command};
use crate::configuration::Failures;
use crate::invocation::Invocation;
use crate::output;

/// How a command ends: with a code, or with what kept it from its work.
pub(crate) type Outcome = Result<ExitCode, Failures>;

/// Parses the command line, runs the command, tells what failed.
pub(crate) fn run() -> ProcessExit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let code = match dispatch(cli) {
        Ok(code) => code,
        Err((failures, style)) => {
            let sources = |path: &str| fs_err::read(path).ok();
            for failure in &failures {
                output::tell(&failure.to_text(style, &sources));
            }
            worst(failures.iter().map(|failure| failure.exit))
        }
    };
    ProcessExit::from(code.number())
}

fn usage(error: &clap::Error) -> ProcessExit {
    // Help and version are no errors; clap itself knows where each goes.
    let _ = error.print();
    let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Approved };
    ProcessExit::from(code.number())
}

fn dispatch(cli: Cli) -> Result<ExitCode, (Failures, tollgate_report::style::Style)> {
    let plain = tollgate_report::style::Style::plain(tollgate_report::style::DEFAULT_WIDTH);
    let invocation = Invocation::new(cli.global, cli.command.trust()).map_err(|failure| (vec![failure], plain))?;
    let style = invocation.error_style();
    let outcome = match cli.command {
        Command::Check(arguments) => check::run(&invocation, &arguments),
        Command::Ci(arguments) => ci::run(&invocation, &arguments),
        Command::Completion(arguments) => completion::run(&arguments),
        Command::Man(arguments) => man::run(&invocation, &arguments),
        Command::Init(arguments) => init::run(&invocation, &arguments),
        Command::Plan(arguments) => plan::run(&invocation, &arguments),
        Command::Render(arguments) => render::run(&invocation, &arguments),
        Command::Access(arguments) => access::run(&invocation, &arguments),
        Command::Promote(arguments) => promote::run(&invocation, &arguments),
        Command::Apply(arguments) => apply::run(&invocation, &arguments),
        Command::Rollback(arguments) => rollback::run(&invocation, &arguments),
        Command::Approve(arguments) => people::approve::run(&invocation, &arguments),
        Command::Reject(arguments) => people::reject::run(&invocation, &arguments),
        Command::Override(arguments) => people::break_glass::run(&invocation, &arguments),
        Command::Freeze(arguments) => people::freeze::run(&invocation, &arguments),
        Command::Thaw(arguments) => people::thaw::run(&invocation, &arguments),
        Command::Explain(arguments) => explain::run(&invocation, &arguments),
        Command::Status(arguments) => status::run(&invocation, &arguments),
        Command::Drift(arguments) => drift::run(&invocation, &arguments),
        Command::Queue(arguments) => queue::run(&invocation, &arguments),
        Command::Graph(arguments) => graph::run(&invocation, &arguments),
        Command::Audit(command) => audit::run(&invocation, &command),
        Command::Evidence(command) => evidence::run(&invocation, &command),
        Command::Recipe(command) => recipe::run(&invocation, &command),
        Command::Service(command) => service::run(&invocation, &command),
        Command::Plugin(command) => plugin::run(&invocation, &command),
        Command::Policy(command) => policy::run(&invocation, &command),
        Command::Serve(arguments) => serve::run(&invocation, &arguments),
        Command::Docs(arguments) => docs::run(&invocation, arguments.what),
        Command::Compile => crate::wiring::compile_child().map(|()| ExitCode::Approved).map_err(|failure| vec![failure]),
    };
    outcome.map_err(|failures| (failures, style))
}
