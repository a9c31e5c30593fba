//! What a ledger of many entries costs, and a promotion of a hundred services.

use std::process::Command;

use serde::{Deserialize, Serialize};

use super::BenchError;
use super::measure::{self, Cost};
use super::place::Place;
use super::repository::BenchRepository;
use super::shop;
use crate::process;

/// How long a ledger is against which the long one is held.
const SHORT: u64 = 1_000;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct LongLedgerCosts {
    pub(super) entries: u64,
    pub(super) runs: usize,
    pub(super) append_short: AppendCost,
    pub(super) append: AppendCost,
    /// `audit verify`, which reads everything.
    pub(super) verify: Cost,
    /// `audit prove` of an entry in the middle.
    pub(super) prove: Cost,
    pub(super) status: Cost,
    /// `status` on a machine that has never read the ledger.
    pub(super) status_at_first: Cost,
    /// `promote` of a hundred services to one target, of which one has changed.
    pub(super) promote: Cost,
}

/// Milliseconds of one append.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AppendCost {
    pub(super) entries: u64,
    /// Without the git program.
    pub(super) own: f64,
    pub(super) whole: f64,
}

impl LongLedgerCosts {
    /// Makes the ledgers and measures.
    pub(super) fn measure(place: &Place, entries: u64, runs: usize) -> Result<Self, BenchError> {
        let promote = promote(place, runs)?;
        let shop = shop::set_up(place, "long-ledger")?;
        fill(place, &shop, SHORT)?;
        let append_short = append(place, &shop, runs)?;
        fill(place, &shop, entries)?;
        // A clone has what it fetched in a pack.
        process::succeed(Command::new("git").args(["gc", "--quiet"]).current_dir(shop.clone()))?;
        let first = || -> Result<Cost, BenchError> {
            if shop.state().exists() {
                fs_err::remove_dir_all(shop.state())?;
            }
            run(&shop, &["status", "--output", "json"])
        };
        let status_at_first = first()?;
        let middle = (entries / 2).to_string();
        Ok(Self {
            entries,
            runs,
            append_short,
            status_at_first,
            verify: median(&shop, &["audit", "verify"], runs.min(3))?,
            prove: median(&shop, &["audit", "prove", &middle], runs)?,
            status: median(&shop, &["status", "--output", "json"], runs)?,
            append: append(place, &shop, runs)?,
            promote,
        })
    }
}

fn promote(place: &Place, runs: usize) -> Result<Cost, BenchError> {
    let shop = shop::set_up(place, "hundred-services")?;
    let promote = ["promote", "master", "--to", "dev-apps", "--output", "json"];
    run(&shop, &promote)?;
    let mut costs = Vec::new();
    for version in 2..runs + 2 {
        shop::release(&shop, version % shop::SERVICES, version)?;
        costs.push(run(&shop, &promote)?);
    }
    Ok(measure::median(&costs))
}

fn run(shop: &BenchRepository, arguments: &[&str]) -> Result<Cost, BenchError> {
    measure::run(&mut shop.tollgate(arguments), &shop.answer(), &[0])
}

fn median(shop: &BenchRepository, arguments: &[&str], runs: usize) -> Result<Cost, BenchError> {
    let costs = (0..runs.max(1)).map(|_| run(shop, arguments)).collect::<Result<Vec<_>, _>>()?;
    Ok(measure::median(&costs))
}

/// The program that writes to ledgers without a process an entry.
fn writer(place: &Place, shop: &BenchRepository, what: &str, number: u64) -> Command {
    let mut command = place.bench();
    command.args(["ledger", what]).args([shop.clone(), shop.state(), shop.key()]).arg(number.to_string());
    command
}

fn fill(place: &Place, shop: &BenchRepository, entries: u64) -> Result<(), BenchError> {
    Ok(process::succeed(&mut writer(place, shop, "fill", entries))?)
}

fn append(place: &Place, shop: &BenchRepository, runs: usize) -> Result<AppendCost, BenchError> {
    let answer = process::output(&mut writer(place, shop, "append", runs as u64))?;
    serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })
}
