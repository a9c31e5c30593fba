//! The report: a table for people, and the same as JSON.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::contest::{Contest, Measured};
use super::instances::Instances;
use super::long_ledger::{AppendCost, LongLedgerCosts};
use super::machine::Machine;
use super::measure::Cost;
use super::plugins::{PluginCost, PluginCosts};
use super::proposal::ProposalCosts;
use super::words::milliseconds;

/// All that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) machine: Machine,
    pub(super) contests: Vec<Contest>,
    /// One file: from process start to its verdict, and the end of the process.
    pub(super) start: Contest,
    pub(super) proposal: ProposalCosts,
    pub(super) plugins: PluginCosts,
    pub(super) instances: Vec<Instances>,
    pub(super) long_ledger: LongLedgerCosts,
}

impl Report {
    /// The tables.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        // A String takes whatever is written.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "{}", self.machine)?;
        for contest in &self.contests {
            let Contest { files, findings, runs, .. } = contest;
            writeln!(
                text,
                "\n{files} Deployments, one file each; every tool found the same {findings} violations; medians of {runs} runs\n"
            )?;
            table(text, contest)?;
        }
        writeln!(text, "\nOne file, from the start of the process to its end; medians of {} runs\n", self.start.runs)?;
        table(text, &self.start)?;
        proposal(text, &self.proposal)?;
        plugins(text, &self.plugins)?;
        writeln!(text, "\nOne document judged by one policy, in microseconds\n")?;
        writeln!(text, "| threads | fresh instance | live instance | native | fresh : live |\n|---|---|---|---|---|")?;
        for Instances { threads, fresh, live, native } in &self.instances {
            writeln!(text, "| {threads} | {fresh:.1} | {live:.1} | {native:.1} | {:.2} |", fresh / live)?;
        }
        text.push_str(&long_ledger(&self.long_ledger));
        Ok(())
    }
}

/// The table of the long ledger.
pub(super) fn long_ledger(costs: &LongLedgerCosts) -> String {
    let mut text = String::new();
    // A String takes whatever is written.
    let _ = write_long_ledger(&mut text, costs);
    text
}

fn write_long_ledger(text: &mut String, costs: &LongLedgerCosts) -> fmt::Result {
    let LongLedgerCosts { entries, runs, .. } = costs;
    writeln!(text, "\nA signed ledger of {entries} entries, and a promotion of 100 services; medians of {runs} runs\n")?;
    writeln!(text, "| what is done | wall | CPU | peak memory |\n|---|---|---|---|")?;
    let rows = [
        ("`status`", costs.status),
        ("`status`, the first time on a machine", costs.status_at_first),
        ("`audit prove` of one entry", costs.prove),
        ("`audit verify` of all of it", costs.verify),
        ("`promote` of 100 services to a directory, 13 gates, another ledger", costs.promote),
    ];
    for (what, Cost { wall, cpu, peak_memory }) in rows {
        writeln!(text, "| {what} | {} | {} | {} MiB |", milliseconds(wall), milliseconds(cpu), peak_memory / 1024 / 1024)?;
    }
    writeln!(text, "\n| one append after so many entries | our own work | with git's fetch and push |\n|---|---|---|")?;
    for AppendCost { entries, own, whole } in [&costs.append_short, &costs.append] {
        writeln!(text, "| {entries} | {own:.1} ms | {whole:.1} ms |")?;
    }
    Ok(())
}

fn proposal(text: &mut String, costs: &ProposalCosts) -> fmt::Result {
    let ProposalCosts { files, changed, together, runs, .. } = costs;
    writeln!(text, "\nA proposal that changes {changed} of {files} files in git; medians of {runs} runs\n")?;
    writeln!(text, "| what is judged | wall | CPU | peak memory |\n|---|---|---|---|")?;
    let of_set = |how: &str| format!("all of {together} documents together, {how}");
    let rows = [
        ("each changed document, branch up to date".to_owned(), costs.up_to_date),
        ("each changed document, with a merge to make".to_owned(), costs.merged),
        (of_set("nothing cached"), costs.set),
        (of_set("cached"), costs.set_cached),
    ];
    for (what, Cost { wall, cpu, peak_memory }) in rows {
        writeln!(text, "| {what} | {} | {} | {} MiB |", milliseconds(wall), milliseconds(cpu), peak_memory / 1024 / 1024)?;
    }
    Ok(())
}

fn plugins(text: &mut String, costs: &PluginCosts) -> fmt::Result {
    writeln!(text, "\nEach built-in validator, for a document in a fresh instance, on one thread\n")?;
    writeln!(text, "| plugin | time | fuel | peak memory |\n|---|---|---|---|")?;
    for PluginCost { plugin, nanoseconds, fuel, most_memory } in &costs.plugins {
        writeln!(text, "| {plugin} | {} us | {fuel} | {} KiB |", nanoseconds / 1_000, most_memory / 1024)?;
    }
    let ratio = costs.many.wall.as_secs_f64() / costs.one.wall.as_secs_f64();
    let (one, many) = (milliseconds(costs.one.wall), milliseconds(costs.many.wall));
    writeln!(
        text,
        "\nAll of them by `image-pinned` alone: {one}; by the {} rules of `workloads`: {many}, {ratio:.1} times",
        PluginCosts::rules()
    )
}

/// Ratios are to the fastest peer.
fn table(text: &mut String, contest: &Contest) -> fmt::Result {
    let fastest = contest.results.iter().filter(|result| result.is_peer).map(|result| result.median.wall).min();
    writeln!(text, "| tool | wall | CPU | peak memory | times as fast as the fastest peer |\n|---|---|---|---|---|")?;
    for Measured { name, median, .. } in &contest.results {
        let ratio = fastest.map_or("-".to_owned(), |fastest| format!("{:.1}", fastest.as_secs_f64() / median.wall.as_secs_f64()));
        let memory = median.peak_memory / 1024 / 1024;
        writeln!(text, "| {name} | {} | {} | {memory} MiB | {ratio} |", milliseconds(median.wall), milliseconds(median.cpu))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn mk_measured(name: &str, is_peer: bool, wall: u64) -> Measured {
        let wall = Duration::from_millis(wall);
        Measured { name: name.to_owned(), is_peer, median: Cost { wall, cpu: wall, peak_memory: 50 << 20 } }
    }

    #[test]
    fn the_ratio_is_to_the_fastest_peer() {
        let results = vec![mk_measured("tollgate", false, 50), mk_measured("slow", true, 900), mk_measured("quick", true, 600)];
        let mut text = String::new();
        table(&mut text, &Contest { files: 1, findings: 0, runs: 1, results }).unwrap();
        assert!(text.contains("| tollgate | 50.0 ms | 50.0 ms | 50 MiB | 12.0 |"), "{text}");
        assert!(text.contains("| quick | 600.0 ms | 600.0 ms | 50 MiB | 1.0 |"), "{text}");
    }

    #[test]
    fn without_peers_there_is_no_ratio() {
        let mut text = String::new();
        let results = vec![mk_measured("tollgate", false, 50)];
        table(&mut text, &Contest { files: 1, findings: 0, runs: 1, results }).unwrap();
        assert!(text.contains("| 50 MiB | - |"), "{text}");
    }
}
