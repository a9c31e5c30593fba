//! What tollgate costs around Terraform: the time of a plan and of a promotion that Terraform and git don't take themselves, and beside
//! it a script of the commands that people would type otherwise.
//!
//! Components are of `terraform_data` alone, so that no provider and no cloud takes time, and their states lie in a directory.

mod clock;
mod contest;
mod estate;
mod report;
mod script;

use super::place::Place;
use super::{BenchError, machine};
use clock::Clock;
use contest::{Contest, Workload};
use report::Report;

/// What `cargo xtask bench terraform` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How often each of them plans and applies. The report shows medians.
    #[arg(long, value_name = "N", default_value = "5")]
    runs: usize,
    /// How many components the large repository has, of which none or one is changed.
    #[arg(long, value_name = "N", default_value = "50")]
    components: usize,
    /// How many components are changed at once, none of which comes after another.
    #[arg(long, value_name = "N", default_value = "10")]
    together: usize,
}

/// Measures, and writes the report.
pub(super) fn run(place: &Place, arguments: &Arguments) -> Result<(), BenchError> {
    let clock = Clock::make(place)?;
    let Arguments { runs, components, together } = *arguments;
    let workloads = [
        Workload { components: 1, changed: 1 },
        Workload { components, changed: 0 },
        Workload { components, changed: 1 },
        Workload { components: together, changed: together },
    ];
    let contests = workloads.into_iter().map(|workload| Contest::hold(place, &clock, workload, runs.max(1)));
    let contests = contests.collect::<Result<Vec<_>, _>>()?;
    let report = Report { machine: machine::describe(), program: clock.version()?, runs, contests };
    super::write(&report, &report.markdown(), &place.directory.join("terraform.json"))
}
