//! `tollgate plugin`: what a plugin's author does.

mod bench;
mod build;
mod inspect;
mod named;
mod new;
mod test;

use super::Outcome;
use crate::cli::plugin::Plugin;
use crate::invocation::Invocation;

pub(super) use test::{destinations as cases_destinations, report as report_cases};

pub(crate) fn run(invocation: &Invocation, command: &Plugin) -> Outcome {
    match command {
        Plugin::New(arguments) => new::run(invocation, arguments),
        Plugin::Build(arguments) => build::run(invocation, arguments),
        Plugin::Test(arguments) => test::run(invocation, arguments),
        Plugin::Inspect(arguments) => inspect::run(invocation, arguments),
        Plugin::Bench(arguments) => bench::run(invocation, arguments),
    }
}
