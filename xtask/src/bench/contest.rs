//! All tools on the same files: first what they find, then what that costs.

use serde::Serialize;

use super::BenchError;
use super::contestants::Contestant;
use super::measure::{self, Cost};
use super::peers::Peer;
use super::place::Place;
use super::workload;

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

impl Contest {
    /// Writes the workload, compares findings, and runs the tools in turns.
    pub(super) fn hold(place: &Place, peers: &[Peer], files: usize, runs: usize) -> Result<Self, BenchError> {
        let workload = place.directory.join(format!("deployments-{files}"));
        let planted = workload::write(&workload, files)?;
        let mut contestants = vec![
            Contestant::tollgate(place, &workload, "cold", &["--no-cache"]),
            Contestant::tollgate(place, &workload, "warm", &[]),
        ];
        contestants.extend(peers.iter().map(|peer| Contestant::peer(place, &workload, peer)));
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
