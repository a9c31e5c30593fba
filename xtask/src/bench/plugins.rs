//! What each built-in validator costs for a document, by the binary's own `plugin bench`; and what a pack of many rules costs
//! beside one rule.

use std::process::Command;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::BenchError;
use super::measure::{self, Cost};
use super::place::Place;

/// The validators that judge each document by itself, and how many rules each has.
const VALIDATORS: [(&str, u32); 4] = [("image-pinned", 5), ("workload-limits", 4), ("pod-security", 23), ("workloads", 44)];

/// What the plugins cost.
#[derive(Debug, Serialize)]
pub(super) struct PluginCosts {
    pub(super) plugins: Vec<PluginCost>,
    /// All documents by `image-pinned`, and by `workloads`, nothing cached.
    pub(super) one: Cost,
    pub(super) many: Cost,
}

/// What one plugin costs for a document.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PluginCost {
    pub(super) plugin: String,
    pub(super) nanoseconds: u64,
    pub(super) fuel: u64,
    pub(super) most_memory: u64,
}

impl PluginCosts {
    /// Measures on documents that are there.
    pub(super) fn measure(place: &Place, documents: &Utf8Path, runs: usize) -> Result<Self, BenchError> {
        let output = place.directory.join("answer");
        let cost = |(name, _): &(&str, u32)| {
            let mut command = tollgate(place);
            command.args(["plugin", "bench", &format!("builtin:{name}"), "--rounds", "3", "--output", "json", "--documents"]);
            measure::run(command.arg(documents), &output, &[0])?;
            let answer = fs_err::read_to_string(&output)?;
            serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: (*name).to_owned(), source })
        };
        let check = |policy: &str| {
            let mut command = tollgate(place);
            command.args(["check", "--no-cache", "--output", "json", "--policy", policy]).arg(documents);
            measure::run(&mut command, &output, &[0, 10])?;
            let costs: Result<Vec<Cost>, BenchError> = (0..runs).map(|_| measure::run(&mut command, &output, &[0, 10])).collect();
            Ok::<_, BenchError>(measure::median(&costs?))
        };
        let plugins = VALIDATORS.iter().map(cost).collect::<Result<_, _>>()?;
        Ok(Self { plugins, one: check("builtin:image-pinned")?, many: check("builtin:workloads")? })
    }

    /// How many rules the plugin of many has.
    pub(super) fn rules() -> u32 {
        VALIDATORS.iter().map(|(_, rules)| *rules).max().unwrap_or_default()
    }
}

fn tollgate(place: &Place) -> Command {
    let mut command = Command::new(&place.binary);
    command.arg("--cache-dir").arg(place.directory.join("cache")).env_remove("CI").current_dir(&place.directory);
    command
}
