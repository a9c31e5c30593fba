//! A webhook under load.

use std::time::Duration;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::serving::Serving;
use crate::bench::BenchError;
use crate::bench::place::Place;
use crate::process;

/// What came of a load.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Loaded {
    pub(super) answers: Answers,
    /// What the server used of its processors.
    pub(super) cpu: Duration,
}

/// What `tollgate-bench ask` says. Times are milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answers {
    pub(super) answered: u32,
    pub(super) denied: u32,
    /// Errors: more than can be judged in time is told so at once.
    pub(super) unanswered: u32,
    /// What the first of them said.
    pub(super) first: Option<String>,
    pub(super) seconds: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) longest: f64,
}

impl Loaded {
    /// Asks over so many connections, for so many seconds, at a rate or as fast as is answered.
    pub(super) fn by(
        place: &Place,
        serving: &Serving,
        deployments: &Utf8Path,
        (connections, seconds, rate): (usize, u64, Option<u32>),
    ) -> Result<Self, BenchError> {
        let mut command = place.bench();
        command.args(["ask", &serving.url, deployments.as_str(), &connections.to_string(), &seconds.to_string()]);
        command.args(rate.map(|rate| rate.to_string()));
        let before = serving.cpu()?;
        let answer = process::output(&mut command)?;
        let cpu = serving.cpu()?.saturating_sub(before);
        let answers =
            serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })?;
        Ok(Self { answers, cpu })
    }

    /// Answers a second.
    pub(super) fn rate(&self) -> f64 {
        f64::from(self.answers.answered) / self.answers.seconds
    }

    /// Answers for a second of one processor.
    pub(super) fn rate_of_a_core(&self) -> f64 {
        f64::from(self.answers.answered) / self.cpu.as_secs_f64().max(f64::EPSILON)
    }
}
