//! The report: tables for people, and the same as JSON.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::contest::{Contest, Measured};
use super::plans::PlanCosts;
use super::rollback::RollbackCosts;
use crate::bench::machine::Machine;
use crate::bench::measure::Cost;
use crate::bench::words::{mebibytes, milliseconds, seconds};

/// All that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) machine: Machine,
    pub(super) contest: Contest,
    /// Tools that were not there.
    pub(super) absent: Vec<String>,
    pub(super) plans: Vec<PlanCosts>,
    pub(super) rollback: RollbackCosts,
}

impl Report {
    /// The tables.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("{}\n", self.machine);
        // A String takes whatever is written.
        let _ = self.contest.write(&mut text);
        if !self.absent.is_empty() {
            let _ = writeln!(text, "\nNot measured, because not there: {}", self.absent.join(", "));
        }
        let _ = self.write_rest(&mut text);
        text
    }

    fn write_rest(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "\nCommands by themselves; medians of {} runs\n", self.rollback.runs)?;
        writeln!(text, "| what is done | wall | CPU | peak memory |\n|---|---|---|---|")?;
        for PlanCosts { objects, plan, .. } in &self.plans {
            row(text, &format!("`plan` of {objects} objects, nothing changed"), plan)?;
        }
        row(text, &format!("`rollback` of {} Deployments", self.rollback.deployments), &self.rollback.rollback)
    }
}

impl Contest {
    fn write(&self, text: &mut String) -> fmt::Result {
        let Self { objects, changed, runs, results } = self;
        writeln!(
            text,
            "\n{objects} objects (ConfigMaps, Deployments, Services), without waiting for health; medians of {runs} runs\n"
        )?;
        writeln!(text, "| tool | fresh | unchanged | {changed} changed | CPU, fresh | CPU, unchanged | peak memory | requests |")?;
        writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        for Measured { name, fresh, unchanged, some_changed } in results {
            let all = [fresh, unchanged, some_changed];
            let walls = all.map(|asked| seconds(asked.cost.wall)).join(" | ");
            let cpu = [fresh, unchanged].map(|asked| seconds(asked.cost.cpu)).join(" | ");
            let peak = all.map(|asked| asked.cost.peak_memory).into_iter().max().unwrap_or_default();
            let requests = all.map(|asked| asked.requests.values().sum::<u64>().to_string()).join(", ");
            writeln!(text, "| {name} | {walls} | {cpu} | {} | {requests} |", mebibytes(peak))?;
        }
        Ok(())
    }
}

fn row(text: &mut String, what: &str, cost: &Cost) -> fmt::Result {
    let Cost { wall, cpu, peak_memory } = cost;
    writeln!(text, "| {what} | {} | {} | {} |", milliseconds(*wall), milliseconds(*cpu), mebibytes(*peak_memory))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::apply::contest::Asked;
    use crate::bench::machine;

    fn mk_cost(wall: u64) -> Cost {
        Cost { wall: Duration::from_millis(wall), cpu: Duration::from_millis(wall / 2), peak_memory: wall << 20 }
    }

    fn mk_asked(wall: u64) -> Asked {
        Asked { cost: mk_cost(wall), requests: [("APPLY".to_owned(), wall), ("GET".to_owned(), 1)].into() }
    }

    #[test]
    fn each_tool_has_a_row_with_the_most_memory_that_it_took_and_what_is_absent_is_named() {
        let measured =
            Measured { name: "tollgate promote", fresh: mk_asked(30), unchanged: mk_asked(10), some_changed: mk_asked(20) };
        let report = Report {
            machine: machine::describe(),
            contest: Contest { objects: 1_000, changed: 10, runs: 3, results: vec![measured] },
            absent: vec!["kapp".to_owned()],
            plans: vec![PlanCosts { objects: 1_000, runs: 3, plan: mk_cost(400) }],
            rollback: RollbackCosts { deployments: 12, runs: 3, rollback: mk_cost(900) },
        };
        let text = report.markdown();
        for line in [
            "| tollgate promote | 0.03 s | 0.01 s | 0.02 s | 0.01 s | 0.01 s | 30 MiB | 31, 11, 21 |",
            "Not measured, because not there: kapp",
            "| `plan` of 1000 objects, nothing changed | 400.0 ms | 200.0 ms | 400 MiB |",
            "| `rollback` of 12 Deployments | 900.0 ms | 450.0 ms | 900 MiB |",
        ] {
            assert!(text.lines().any(|said| said == line), "`{line}` is not in:\n{text}");
        }
    }
}
