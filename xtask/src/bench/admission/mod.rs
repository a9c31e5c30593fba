//! How fast a cluster's questions are answered: by ten policies, of Deployments of two to three kilobytes, under load, and through
//! a real API server. Beside it, where there is one, another policy server with policies that say the same.

mod cluster;
mod load;
mod report;
mod serving;
mod tls;

use camino::{Utf8Path, Utf8PathBuf};

use super::objects::Objects;
use super::place::Place;
use super::{BenchError, machine};
use cluster::ClusterCosts;
use load::Loaded;
use report::{Report, Served};
use serving::{PACKS, Pack, Program, Serving};
use tls::Certificate;

/// How many different Deployments are asked about.
const DEPLOYMENTS: usize = 100;

/// What `cargo xtask bench admission` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How often it is started, and how often objects are applied. The report shows medians.
    #[arg(long, value_name = "N", default_value = "5")]
    runs: usize,
    /// How long each load lasts.
    #[arg(long, value_name = "SECONDS", default_value = "15")]
    seconds: u64,
    /// How many connections ask.
    #[arg(long, value_name = "N", default_value = "16")]
    connections: usize,
    /// How many questions a second come, where they don't come as fast as they are answered.
    #[arg(long, value_name = "N", default_value = "1000")]
    rate: u32,
    /// How many objects are applied through an API server that asks.
    #[arg(long, value_name = "N", default_value = "1000")]
    objects: usize,
    /// Kubewarden's `policy-server`, to measure beside.
    #[arg(long, value_name = "FILE", requires = "policies")]
    policy_server: Option<Utf8PathBuf>,
    /// Its policies: a file with one of the name `bench`, which is asked.
    #[arg(long, value_name = "FILE")]
    policies: Option<Utf8PathBuf>,
}

/// Measures, and writes the report.
pub(super) fn run(place: &Place, arguments: &Arguments) -> Result<(), BenchError> {
    let directory = place.directory.join("admission");
    for Pack { rules, .. } in PACKS {
        fs_err::create_dir_all(directory.join(rules))?;
        fs_err::copy(place.rules.join(rules).join("pack.yaml"), directory.join(rules).join("pack.yaml"))?;
    }
    let deployments = directory.join("deployments");
    Objects::write_deployments(&deployments, DEPLOYMENTS)?;
    let certificate = Certificate::make(&directory)?;
    let mut programs: Vec<Program> = PACKS.iter().map(|pack| Program::tollgate(place, pack)).collect();
    if let (Some(server), Some(policies)) = (&arguments.policy_server, &arguments.policies) {
        programs.push(Program::policy_server(camino::absolute_utf8(server)?, camino::absolute_utf8(policies)?));
    }
    let served = programs.iter().map(|program| serve(place, program, &certificate, &deployments, arguments));
    let served = served.collect::<Result<Vec<_>, _>>()?;
    let through = ClusterCosts::measure(place, &certificate, arguments.objects, arguments.runs)?;
    let report = Report { machine: machine::describe(), rate: arguments.rate, connections: arguments.connections, served, through };
    super::write(&report, &report.markdown(), &place.directory.join("admission.json"))
}

fn serve(
    place: &Place,
    program: &Program,
    certificate: &Certificate,
    deployments: &Utf8Path,
    arguments: &Arguments,
) -> Result<Served, BenchError> {
    // The first one compiles what the others find compiled.
    drop(Serving::start(place, program, certificate)?);
    let starts = (0..arguments.runs.max(1)).map(|_| Ok::<_, BenchError>(Serving::start(place, program, certificate)?.start));
    let mut starts = starts.collect::<Result<Vec<_>, _>>()?;
    starts.sort_unstable();
    let serving = Serving::start(place, program, certificate)?;
    let at_first = serving.memory()?;
    let ask = |rate| Loaded::by(place, &serving, deployments, (arguments.connections, arguments.seconds, rate));
    let even = ask(Some(arguments.rate))?;
    let saturated = ask(None)?;
    let at_last = serving.memory()?;
    let start = starts.get(starts.len() / 2).copied().unwrap_or_default();
    Ok(Served { name: program.name, start, even, saturated, at_first, at_last })
}
