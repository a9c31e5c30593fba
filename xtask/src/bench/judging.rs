//! How fast tollgate judges, beside other tools, and what a long ledger costs.

use std::io::{self, Write as _};

use super::BenchError;
use super::contest::Contest;
use super::long_ledger::LongLedgerCosts;
use super::place::Place;
use super::plugins::PluginCosts;
use super::proposal::ProposalCosts;
use super::report::{self, Report};
use super::{instances, machine, peers};
use crate::workspaces::Repository;

/// What is measured, where nothing else is named.
#[derive(Debug, clap::Args)]
pub(crate) struct JudgingArguments {
    /// How often each tool runs. The report shows medians.
    #[arg(long, value_name = "N", default_value = "7")]
    runs: usize,
    /// How many Deployments there are, one file each.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values = ["1000", "10000"])]
    sizes: Vec<usize>,
    /// How many files the repository has in which a proposal is checked.
    #[arg(long, value_name = "N", default_value = "50000")]
    repository: usize,
    /// How many entries the long ledger has.
    #[arg(long, value_name = "N", default_value = "100000")]
    entries: u64,
    /// Measures tollgate alone.
    #[arg(long)]
    no_peers: bool,
    /// Measures the long ledger and the promotion of a hundred services alone.
    #[arg(long)]
    ledger_alone: bool,
}

/// Compares what the tools find, measures, and writes the report.
pub(super) fn run(repository: &Repository, place: &Place, arguments: &JudgingArguments) -> Result<(), BenchError> {
    if arguments.ledger_alone {
        let costs = LongLedgerCosts::measure(place, arguments.entries, arguments.runs)?;
        return Ok(io::stdout().lock().write_all(report::long_ledger(&costs).as_bytes())?);
    }
    let peers = if arguments.no_peers { Vec::new() } else { peers::build()? };
    let directory = place.directory.clone();
    // First: a child's peak begins at what its parent has, and reading long answers makes this process large.
    let start = Contest::hold(place, &peers, 1, arguments.runs * 3)?;
    let contests = arguments.sizes.iter().map(|size| Contest::hold(place, &peers, *size, arguments.runs));
    let contests = contests.collect::<Result<Vec<_>, _>>()?;
    let document = directory.join("deployments-1/service-00000.yaml");
    let instances = instances::measure(repository, &place.binary, &document)?;
    let proposal = ProposalCosts::measure(place, arguments.repository, arguments.runs)?;
    let plugins = PluginCosts::measure(
        place,
        &directory.join(format!("deployments-{}", arguments.sizes.first().unwrap_or(&1))),
        arguments.runs,
    )?;
    let long_ledger = LongLedgerCosts::measure(place, arguments.entries, arguments.runs)?;
    let report = Report { machine: machine::describe(), contests, start, proposal, plugins, instances, long_ledger };
    super::write(&report, &report.markdown(), &directory.join("report.json"))
}
