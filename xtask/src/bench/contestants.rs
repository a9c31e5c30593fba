//! How each tool is run on a workload, and how its answer is read.

use std::process::Command;

use camino::Utf8Path;

use super::BenchError;
use super::answers;
use super::found::{self, Finding};
use super::measure;
use super::peers::{Peer, PeerKind};
use super::place::Place;

/// A tool with the way to run it and to read its answer.
pub(super) struct Contestant {
    pub(super) name: String,
    pub(super) is_peer: bool,
    pub(super) command: Command,
    /// Exit codes of a run that did its work.
    pub(super) codes: &'static [i32],
    read: fn(&str) -> serde_json::Result<Vec<Finding>>,
}

impl Contestant {
    /// `check` by the two plugins that have the four rules. Nothing of the user's own is used or changed.
    pub(super) fn tollgate(place: &Place, workload: &Utf8Path, name: &str, options: &[&str]) -> Self {
        let mut command = Command::new(&place.binary);
        command.arg("check").arg(workload).args(["--output", "json"]).args(options);
        command.args(["--policy", "builtin:image-pinned", "--policy", "builtin:workload-limits"]);
        command.arg("--cache-dir").arg(place.directory.join("cache")).env_remove("CI").current_dir(&place.directory);
        Self { name: format!("tollgate, {name}"), is_peer: false, command, codes: &[0, 10], read: answers::by_tollgate }
    }

    /// Another tool by its own rules, which say the same.
    pub(super) fn peer(place: &Place, workload: &Utf8Path, peer: &Peer) -> Self {
        let mut command = Command::new(&peer.binary);
        command.current_dir(&place.directory);
        let name = format!("{} {}", peer.kind.name(), peer.version);
        let contestant = |name, command, codes, read| Self { name, is_peer: true, command, codes, read };
        match peer.kind {
            PeerKind::Conftest => {
                command.args(["test", "--namespace", "bench", "--output", "json", "--policy"]);
                command.arg(place.rules.join("rego")).arg(workload);
                contestant(name, command, &[0, 1], answers::by_conftest)
            }
            PeerKind::Opa => {
                command.args(["exec", "--decision", "bench/deny", "--bundle"]).arg(place.rules.join("rego")).arg(workload);
                contestant(format!("{name} (exec)"), command, &[0], answers::by_opa)
            }
            PeerKind::Gator => {
                command.args(["test", "--output", "json", "--filename"]).arg(place.rules.join("gator"));
                command.arg("--filename").arg(workload);
                contestant(format!("{name} (test)"), command, &[0, 1], answers::by_gator)
            }
            PeerKind::Kyverno => {
                command.arg("apply").arg(place.rules.join("kyverno")).arg("--resource").arg(workload);
                contestant(format!("{name} (apply)"), command, &[0, 1], answers::by_kyverno)
            }
        }
    }

    /// Runs it once, and compares what it finds with what is there to be found.
    pub(super) fn compare(&mut self, planted: &[Finding], output: &Utf8Path) -> Result<(), BenchError> {
        measure::run(&mut self.command, output, self.codes)?;
        let answer = fs_err::read_to_string(output)?;
        let found = (self.read)(&answer).map_err(|source| BenchError::Answer { tool: self.name.clone(), source })?;
        match found::difference(planted, &found) {
            None => Ok(()),
            Some(difference) => Err(BenchError::OtherFindings { tool: self.name.clone(), difference }),
        }
    }
}
