//! `cargo xtask bench`: how fast tollgate judges, beside other tools in the same run. It reports and asserts nothing about
//! time; that all tools find the same is the one thing without which there is no report.

mod answers;
mod contest;
mod contestants;
mod deployment;
mod found;
mod instances;
mod long_ledger;
mod machine;
mod measure;
mod peers;
mod place;
mod plugins;
mod proposal;
mod report;
mod shop;
mod workload;

use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use crate::install;
use crate::process::{self, ProcessError};
use crate::workspaces::Repository;
use contest::Contest;
use long_ledger::LongLedgerCosts;
use place::Place;
use plugins::PluginCosts;
use proposal::ProposalCosts;
use report::Report;

/// What `cargo xtask bench` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
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

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("there is no directory for caches; set `XDG_CACHE_HOME` or `HOME`")]
    NoCache,
    #[error("`{command}` exited with {code:?}; it wrote to `{output}`")]
    OtherExit { command: String, code: Option<i32>, output: Utf8PathBuf },
    #[error("`{tool}` wrote an answer that can't be read")]
    Answer {
        tool: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("`{tool}` found something else than was planted: {difference}")]
    OtherFindings { tool: String, difference: String },
}

/// Builds everything, compares what the tools find, measures, and writes the report.
pub(crate) fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let repository = Repository::find()?;
    let binary = binary(&repository)?;
    let place = Place {
        binary: binary.clone(),
        rules: repository.root.join("tests/bench/rules"),
        directory: repository.target_directory.join("bench"),
    };
    fs_err::create_dir_all(&place.directory)?;
    if arguments.ledger_alone {
        let costs = LongLedgerCosts::measure(&place, arguments.entries, arguments.runs)?;
        return Ok(io::stdout().lock().write_all(report::long_ledger(&costs).as_bytes())?);
    }
    let peers = if arguments.no_peers { Vec::new() } else { peers::build()? };
    let directory = place.directory.clone();
    // First: a child's peak begins at what its parent has, and reading long answers makes this process large.
    let start = Contest::hold(&place, &peers, 1, arguments.runs * 3)?;
    let contests = arguments.sizes.iter().map(|size| Contest::hold(&place, &peers, *size, arguments.runs));
    let contests = contests.collect::<Result<Vec<_>, _>>()?;
    let document = directory.join("deployments-1/service-00000.yaml");
    let instances = instances::measure(&repository, &binary, &document)?;
    let proposal = ProposalCosts::measure(&place, arguments.repository, arguments.runs)?;
    let plugins = PluginCosts::measure(
        &place,
        &directory.join(format!("deployments-{}", arguments.sizes.first().unwrap_or(&1))),
        arguments.runs,
    )?;
    let long_ledger = LongLedgerCosts::measure(&place, arguments.entries, arguments.runs)?;
    let report = Report { machine: machine::describe(), contests, start, proposal, plugins, instances, long_ledger };
    write(&report, &directory)
}

/// The binary that `TOLLGATE_BIN` names, with `tollgate-bench` beside it, or the ones that are built here.
fn binary(repository: &Repository) -> Result<Utf8PathBuf, BenchError> {
    if let Ok(binary) = std::env::var("TOLLGATE_BIN") {
        return Ok(camino::absolute_utf8(binary)?);
    }
    process::succeed(&mut install::plugins()?)?;
    let packages = ["--package", "tollgate", "--package", "tollgate-bench"];
    process::succeed(process::cargo().args(["build", "--locked", "--release"]).args(packages))?;
    Ok(repository.target_directory.join("release/tollgate"))
}

fn write(report: &Report, directory: &Utf8Path) -> Result<(), BenchError> {
    let json = serde_json::to_string_pretty(report).map_err(io::Error::other)?;
    fs_err::write(directory.join("report.json"), json)?;
    Ok(io::stdout().lock().write_all(report.markdown().as_bytes())?)
}
