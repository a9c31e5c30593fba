//! `cargo xtask …`: what people and CI type to build, check and show tollgate.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod cluster;
mod components;
mod demo;
mod docs;
mod install;
mod lint;
mod process;
mod ring;
mod servers;
mod soak;
mod test;
mod workspaces;

/// Builds, checks and shows tollgate.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the plugins and the test guests into `target/plugins` and `target/guests`.
    Plugins(components::Arguments),
    /// Judges the sources without running them.
    Lint(lint::Arguments),
    /// Writes the pages that are made from code.
    Docs(docs::Arguments),
    /// Runs all tests, ring by ring.
    Test(test::Arguments),
    /// Makes two repositories and ten services, and tells the story that tollgate makes real.
    Demo(demo::Arguments),
    /// Runs the tests of what must never happen with many more cases, races and crashes.
    Soak(soak::Arguments),
    /// Measures how fast tollgate judges, beside other tools.
    Bench(bench::Arguments),
    /// Starts and ends the Kubernetes that the tests use.
    Cluster(cluster::Arguments),
    /// Builds the servers and programs of others that the tests use.
    Servers,
    /// Installs the binary with its plugins.
    Install(install::Arguments),
}

fn main() -> ExitCode {
    process::remember_ourselves();
    let outcome: Result<(), Box<dyn std::error::Error>> = match Arguments::parse().command {
        Command::Plugins(arguments) => components::run(&arguments).map_err(Into::into),
        Command::Lint(arguments) => lint::run(&arguments).map_err(Into::into),
        Command::Docs(arguments) => docs::run(&arguments).map_err(Into::into),
        Command::Test(arguments) => test::run(&arguments).map_err(Into::into),
        Command::Demo(arguments) => demo::run(&arguments).map_err(Into::into),
        Command::Soak(arguments) => soak::run(&arguments).map_err(Into::into),
        Command::Bench(arguments) => bench::run(&arguments).map_err(Into::into),
        Command::Cluster(arguments) => cluster::run(&arguments).map_err(Into::into),
        Command::Servers => servers::run().map_err(Into::into),
        Command::Install(arguments) => install::run(&arguments).map_err(Into::into),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref()),
    }
}

/// Writes an error and what caused it, each on a line.
fn fail(error: &dyn std::error::Error) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    let mut cause = Some(error);
    let mut label = "error";
    while let Some(error) = cause {
        // Nobody is left to tell when stderr is closed.
        drop(writeln!(stderr, "{label}: {error}"));
        label = "caused by";
        cause = error.source();
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn what_can_be_typed_holds_together() {
        super::Arguments::command().debug_assert();
    }
}
