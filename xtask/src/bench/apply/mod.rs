//! How fast objects come into a cluster: a thousand of them, fresh, unchanged and with ten changed, by tollgate, by other tools and
//! by a bare client, whose rate is the API server's own. And what a plan and a rollback cost.
//!
//! The cluster is a real API server on a real etcd, without controllers: nobody waits for health, and nothing else moves.

mod contest;
mod deployed;
mod plans;
mod report;
mod rollback;
mod site;
mod tools;

use camino::Utf8PathBuf;
use tollgate_servers::{Cluster, Life};

use super::place::Place;
use super::{BenchError, machine};
use contest::Contest;
use plans::PlanCosts;
use report::Report;
use rollback::RollbackCosts;

/// What `cargo xtask bench apply` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How often each tool applies. The report shows medians.
    #[arg(long, value_name = "N", default_value = "3")]
    runs: usize,
    /// How many objects there are.
    #[arg(long, value_name = "N", default_value = "1000")]
    objects: usize,
    /// How many objects are planned, nothing changed.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values = ["1000", "5000"])]
    plans: Vec<usize>,
    /// The program `kapp` [default: as PATH has it].
    #[arg(long, value_name = "FILE")]
    kapp: Option<Utf8PathBuf>,
    /// Measures tollgate and the bare client alone.
    #[arg(long)]
    no_peers: bool,
}

/// Starts a cluster, measures, and writes the report.
pub(super) fn run(place: &Place, arguments: &Arguments) -> Result<(), BenchError> {
    let found = tools::find(arguments.kapp.as_deref(), !arguments.no_peers)?;
    let cluster = Cluster::try_start(Life::None)?;
    let contest = Contest::hold(place, &cluster, &found.tools, arguments.objects, arguments.runs)?;
    let plans = arguments.plans.iter().map(|count| PlanCosts::measure(place, &cluster, *count, arguments.runs));
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
    let rollback = RollbackCosts::measure(place, &cluster, arguments.runs)?;
    let report = Report { machine: machine::describe(), contest, absent: found.absent, plans, rollback };
    super::write(&report, &report.markdown(), &place.directory.join("apply.json"))
}
