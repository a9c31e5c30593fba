//! The report: tables for people, and the same as JSON.

use std::fmt::{self, Write as _};
use std::time::Duration;

use serde::Serialize;

use super::cluster::{ClusterCost, ClusterCosts};
use super::load::Loaded;
use super::serving::Memory;
use crate::bench::machine::Machine;
use crate::bench::words::{mebibytes, milliseconds, seconds};

/// All that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) machine: Machine,
    /// Questions a second, where they come evenly.
    pub(super) rate: u32,
    pub(super) connections: usize,
    pub(super) served: Vec<Served>,
    pub(super) through: ClusterCosts,
}

/// What came of one server.
#[derive(Debug, Serialize)]
pub(super) struct Served {
    pub(super) name: &'static str,
    /// From the start of the process until it is ready.
    pub(super) start: Duration,
    pub(super) even: Loaded,
    pub(super) saturated: Loaded,
    pub(super) at_first: Memory,
    pub(super) at_last: Memory,
}

impl Report {
    /// The tables.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("{}\n", self.machine);
        // A String takes whatever is written.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let Self { rate, connections, served, through, .. } = self;
        writeln!(text, "\nTen policies on Deployments of 2 to 3 KB, over {connections} connections\n")?;
        writeln!(text, "| server | load | answers/s | answers/s of one core | p50 | p99 | longest | errors |")?;
        writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        for Served { name, even, saturated, .. } in served {
            load(text, name, &format!("{rate} a second"), even)?;
            load(text, name, "as many as are answered", saturated)?;
        }
        writeln!(text, "\n| server | start to ready | memory at first | after the loads | at the most |\n|---|---|---|---|---|")?;
        for Served { name, start, at_first, at_last, .. } in served {
            let memory = [at_first.now, at_last.now, at_last.peak].map(mebibytes).join(" | ");
            writeln!(text, "| {name} | {} | {memory} |", milliseconds(*start))?;
        }
        let ClusterCosts { objects, runs, rows } = through;
        writeln!(text, "\n{objects} Deployments through an API server, by server-side apply; medians of {runs} runs\n")?;
        writeln!(text, "| requests at once | not asked | asked | more for an object |\n|---|---|---|---|")?;
        for ClusterCost { at_once, unasked, asked } in rows {
            let more =
                (asked.as_secs_f64() - unasked.as_secs_f64()) * 1_000.0 / f64::from(u32::try_from(*objects).unwrap_or(1).max(1));
            writeln!(text, "| {at_once} | {} | {} | {more:.2} ms |", seconds(*unasked), seconds(*asked))?;
        }
        Ok(())
    }
}

fn load(text: &mut String, name: &str, how: &str, loaded: &Loaded) -> fmt::Result {
    let answers = &loaded.answers;
    let (rate, of_a_core) = (loaded.rate(), loaded.rate_of_a_core());
    let times = [answers.p50, answers.p99, answers.longest].map(|time| format!("{time:.2} ms")).join(" | ");
    writeln!(text, "| {name} | {how} | {rate:.0} | {of_a_core:.0} | {times} | {} |", answers.unanswered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::admission::load::Answers;
    use crate::bench::machine;

    #[test]
    fn what_a_core_answers_and_what_an_object_costs_more_is_worked_out() {
        let answers =
            Answers { answered: 15_000, denied: 0, unanswered: 2, first: None, seconds: 15.0, p50: 1.25, p99: 4.0, longest: 20.0 };
        let loaded = Loaded { answers, cpu: Duration::from_secs(3) };
        let memory = Memory { now: 50 << 20, peak: 60 << 20 };
        let served = Served {
            name: "tollgate serve",
            start: Duration::from_millis(120),
            even: loaded.clone(),
            saturated: loaded,
            at_first: memory,
            at_last: memory,
        };
        let row = ClusterCost { at_once: 1, unasked: Duration::from_secs(3), asked: Duration::from_millis(4_500) };
        let through = ClusterCosts { objects: 1_000, runs: 5, rows: vec![row] };
        let report = Report { machine: machine::describe(), rate: 1_000, connections: 16, served: vec![served], through };
        let text = report.markdown();
        for line in [
            "| tollgate serve | 1000 a second | 1000 | 5000 | 1.25 ms | 4.00 ms | 20.00 ms | 2 |",
            "| tollgate serve | 120.0 ms | 50 MiB | 50 MiB | 60 MiB |",
            "| 1 | 3.00 s | 4.50 s | 1.50 ms |",
        ] {
            assert!(text.lines().any(|said| said == line), "`{line}` is not in:\n{text}");
        }
    }
}
