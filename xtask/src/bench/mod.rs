//! `cargo xtask bench`: how fast tollgate judges, applies, answers a cluster and lets Terraform plan, beside other tools in the same
//! run. It reports and asserts nothing about time; that all tools find and apply the same is the one thing without which there is no
//! report.

mod admission;
mod answers;
mod apply;
mod contest;
mod contestants;
mod deployment;
mod found;
mod instances;
mod judging;
mod long_ledger;
mod machine;
mod measure;
mod objects;
mod peers;
mod place;
mod plugins;
mod proposal;
mod report;
mod repository;
mod shop;
mod terraform;
mod words;
mod workload;

use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Subcommand;
use serde::Serialize;
use tollgate_servers::{NoCluster, NotBuilt, Refused};

use crate::install;
use crate::process::{self, ProcessError};
use crate::workspaces::Repository;
use place::Place;

/// What `cargo xtask bench` can be told.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    judging: judging::JudgingArguments,
}

/// What is measured instead of judging.
#[derive(Debug, Subcommand)]
enum Part {
    /// Measures how fast objects come into a cluster, beside other tools.
    Apply(apply::Arguments),
    /// Measures how fast a cluster's questions are answered.
    Admission(admission::Arguments),
    /// Measures what tollgate costs around Terraform, beside a script.
    Terraform(terraform::Arguments),
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
    #[error("there is no cluster to measure with")]
    NoCluster(#[from] NoCluster),
    #[error("a program to measure beside can't be built")]
    NotBuilt(#[from] NotBuilt),
    #[error("the API server refused `{what}` ({status}): {said}")]
    Refused { what: String, status: u16, said: String },
    #[error("after `{tool}` the cluster has {found} of {wanted} objects {how}")]
    OtherObjects { tool: String, how: &'static str, found: usize, wanted: usize },
    #[error("`{program}` did not become ready; it wrote to `{log}`")]
    NotReady { program: String, log: Utf8PathBuf },
    #[error("the API server never asks the webhook")]
    NeverAsked,
    #[error("`{text}` is not in what tollgate wrote to `{output}`")]
    Unsaid { text: String, output: Utf8PathBuf },
    #[error("after `{tool}` the state of `{component}` is not of the last version")]
    OtherState { tool: String, component: String },
}

impl BenchError {
    fn refused(what: &str, Refused { status, said }: Refused) -> Self {
        Self::Refused { what: what.to_owned(), status, said }
    }
}

/// Builds everything, measures, and writes the report.
pub(crate) fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let repository = Repository::find()?;
    let place = Place {
        binary: binary(&repository)?,
        rules: repository.root.join("tests/bench/rules"),
        directory: repository.target_directory.join("bench"),
    };
    fs_err::create_dir_all(&place.directory)?;
    match &arguments.part {
        None => judging::run(&repository, &place, &arguments.judging),
        Some(Part::Apply(arguments)) => apply::run(&place, arguments),
        Some(Part::Admission(arguments)) => admission::run(&place, arguments),
        Some(Part::Terraform(arguments)) => terraform::run(&place, arguments),
    }
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

/// Writes a report: the tables to standard output, and the same as JSON to a file.
fn write(report: &impl Serialize, tables: &str, file: &Utf8Path) -> Result<(), BenchError> {
    let json = serde_json::to_string_pretty(report).map_err(io::Error::other)?;
    fs_err::write(file, json)?;
    Ok(io::stdout().lock().write_all(tables.as_bytes())?)
}
