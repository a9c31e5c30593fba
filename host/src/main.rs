//! tollgate: decides what may change in production, applies it, and writes down why.

mod cli;
mod commands;
mod configuration;
mod delivery;
mod exit;
mod invocation;
mod kept;
mod output;
mod rules;
mod sources;
mod wiring;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run()
}
