//! A pull request in a large repository: what `check --base` costs, from the start of the process to its end.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::BenchError;
use super::deployment::Deployment;
use super::measure::{self, Cost};
use super::place::Place;
use crate::process;

/// How many files a directory holds.
const BESIDE_EACH_OTHER: usize = 100;
/// How many of the files are judged together by policies that need all at once: a plugin is given 16 MiB at the most.
const TOGETHER: usize = 5_000;
/// How many files the proposal changes.
const CHANGED: usize = 10;

/// What a proposal costs.
#[derive(Debug, Serialize)]
pub(super) struct ProposalCosts {
    pub(super) files: usize,
    pub(super) changed: usize,
    pub(super) together: usize,
    pub(super) runs: usize,
    /// Policies that judge each document by itself, on a branch that is up to date.
    pub(super) up_to_date: Cost,
    /// The same where the base has moved on, so that there is a merge to make.
    pub(super) merged: Cost,
    /// A policy that judges all documents together, nothing cached.
    pub(super) set: Cost,
    /// The same, cached.
    pub(super) set_cached: Cost,
}

impl ProposalCosts {
    /// Makes the repositories and measures.
    pub(super) fn measure(place: &Place, files: usize, runs: usize) -> Result<Self, BenchError> {
        let large = repository(&place.directory.join("proposal"), files)?;
        let small = repository(&place.directory.join("proposal-set"), TOGETHER.min(files))?;
        let each = ["--policy", "builtin:image-pinned", "--policy", "builtin:workload-limits"];
        let set = ["--policy", "builtin:service-selects"];
        let cost = |repository: &Utf8Path, base: &str, policies: &[&str], options: &[&str]| {
            let mut command = Command::new(&place.binary);
            command.args(["check", "--base", base, "--output", "json"]).args(policies).args(options);
            command.arg("--cache-dir").arg(place.directory.join("cache")).env_remove("CI").current_dir(repository);
            let output = place.directory.join("answer");
            measure::run(&mut command, &output, &[0, 10])?;
            let costs: Result<Vec<Cost>, BenchError> = (0..runs).map(|_| measure::run(&mut command, &output, &[0, 10])).collect();
            Ok::<_, BenchError>(measure::median(&costs?))
        };
        Ok(Self {
            files,
            changed: CHANGED,
            together: TOGETHER.min(files),
            runs,
            up_to_date: cost(&large, "start", &each, &["--no-cache"])?,
            merged: cost(&large, "master", &each, &["--no-cache"])?,
            set: cost(&small, "start", &set, &["--no-cache"])?,
            set_cached: cost(&small, "start", &set, &[])?,
        })
    }
}

/// A repository whose branch `feature`, which is checked out, changes some files of `start`; `master` has changed another one.
fn repository(directory: &Utf8Path, files: usize) -> Result<Utf8PathBuf, BenchError> {
    if directory.exists() {
        fs_err::remove_dir_all(directory)?;
    }
    let mut random = fastrand::Rng::with_seed(1);
    let path = |number: usize| directory.join(format!("services/{:04}/{number:05}.yaml", number / BESIDE_EACH_OTHER));
    for number in 0..files {
        let path = path(number);
        fs_err::create_dir_all(path.parent().unwrap_or(directory))?;
        fs_err::write(path, Deployment { number, broken: &[] }.yaml(&mut random))?;
    }
    let append = |number: usize| -> Result<(), BenchError> {
        let text = fs_err::read_to_string(path(number))?;
        Ok(fs_err::write(path(number), format!("# changed\n{text}"))?)
    };
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .current_dir(directory)
            .args(["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0"])
            .args(arguments);
        process::succeed(&mut command)
    };
    git(&["init", "--quiet", "--initial-branch=start", "."])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message", "start"])?;
    git(&["gc", "--quiet"])?;
    git(&["switch", "--quiet", "--create", "master"])?;
    append(1)?;
    git(&["commit", "--quiet", "--all", "--message", "meanwhile"])?;
    git(&["switch", "--quiet", "--create", "feature", "start"])?;
    (0..CHANGED).try_for_each(|index| append(files / CHANGED * index))?;
    git(&["commit", "--quiet", "--all", "--message", "proposed"])?;
    Ok(directory.to_owned())
}
