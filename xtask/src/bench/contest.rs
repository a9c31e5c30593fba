//! All tools on the same files: first what they find, then what that costs.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::BenchError;
use super::found::{self, Finding};
use super::measure::{self, Cost};
use super::peers::{Peer, PeerKind};
use super::workload;

/// Where things are.
pub(super) struct Place {
    pub(super) binary: Utf8PathBuf,
    /// The peers' rules.
    pub(super) rules: Utf8PathBuf,
    /// Workloads, answers and tollgate's cache go here.
    pub(super) directory: Utf8PathBuf,
}

/// What came of one contest.
#[derive(Debug, Serialize)]
pub(super) struct Contest {
    pub(super) files: usize,
    pub(super) findings: usize,
    pub(super) runs: usize,
    pub(super) results: Vec<Measured>,
}

/// What one tool cost.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) is_peer: bool,
    pub(super) median: Cost,
}

/// A tool with the way to run it and to read its answer.
struct Contestant {
    name: String,
    is_peer: bool,
    command: Command,
    /// Exit codes of a run that did its work.
    codes: &'static [i32],
    read: fn(&str) -> serde_json::Result<Vec<Finding>>,
}

impl Contest {
    /// Writes the workload, compares findings, and runs the tools in turns.
    pub(super) fn hold(place: &Place, peers: &[Peer], files: usize, runs: usize) -> Result<Self, BenchError> {
        let workload = place.directory.join(format!("deployments-{files}"));
        let planted = workload::write(&workload, files)?;
        let mut contestants = vec![tollgate(place, &workload, "cold", &["--no-cache"]), tollgate(place, &workload, "warm", &[])];
        contestants.extend(peers.iter().map(|peer| peer_contestant(place, &workload, peer)));
        let output = place.directory.join("answer");
        // Twice: the second time, the warm one takes everything from its cache.
        for _ in 0..2 {
            contestants.iter_mut().try_for_each(|contestant| contestant.compare(&planted, &output))?;
        }
        let mut costs = vec![Vec::new(); contestants.len()];
        for _ in 0..runs {
            for (contestant, costs) in contestants.iter_mut().zip(&mut costs) {
                costs.push(measure::run(&mut contestant.command, &output, contestant.codes)?);
            }
        }
        let measured = |(contestant, costs): (Contestant, Vec<Cost>)| Measured {
            name: contestant.name,
            is_peer: contestant.is_peer,
            median: measure::median(&costs),
        };
        Ok(Self { files, findings: planted.len(), runs, results: contestants.into_iter().zip(costs).map(measured).collect() })
    }
}

impl Contestant {
    fn compare(&mut self, planted: &[Finding], output: &Utf8Path) -> Result<(), BenchError> {
        measure::run(&mut self.command, output, self.codes)?;
        let answer = fs_err::read_to_string(output)?;
        let found = (self.read)(&answer).map_err(|source| BenchError::Answer { tool: self.name.clone(), source })?;
        match found::difference(planted, &found) {
            None => Ok(()),
            Some(difference) => Err(BenchError::OtherFindings { tool: self.name.clone(), difference }),
        }
    }
}

/// `check` by the two plugins that have the four rules. Nothing of the user's own is used or changed.
fn tollgate(place: &Place, workload: &Utf8Path, name: &str, options: &[&str]) -> Contestant {
    let mut command = Command::new(&place.binary);
    command.arg("check").arg(workload).args(["--output", "json"]).args(options);
    command.args(["--policy", "builtin:image-pinned", "--policy", "builtin:workload-limits"]);
    command.arg("--cache-dir").arg(place.directory.join("cache")).env_remove("CI").current_dir(&place.directory);
    Contestant { name: format!("tollgate, {name}"), is_peer: false, command, codes: &[0, 10], read: found::by_tollgate }
}

fn peer_contestant(place: &Place, workload: &Utf8Path, peer: &Peer) -> Contestant {
    let mut command = Command::new(&peer.binary);
    command.current_dir(&place.directory);
    let name = format!("{} {}", peer.kind.name(), peer.version);
    match peer.kind {
        PeerKind::Conftest => {
            command.args(["test", "--namespace", "bench", "--output", "json", "--policy"]).arg(&place.rules).arg(workload);
            Contestant { name, is_peer: true, command, codes: &[0, 1], read: found::by_conftest }
        }
        PeerKind::Opa => {
            command.args(["exec", "--decision", "bench/deny", "--bundle"]).arg(&place.rules).arg(workload);
            Contestant { name: format!("{name} (exec)"), is_peer: true, command, codes: &[0], read: found::by_opa }
        }
    }
}
