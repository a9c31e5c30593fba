//! The population as comma-separated values (RFC 4180): one line for each change.

use ::csv::{Terminator, WriterBuilder};
use tollgate_core::time::Timestamp;

use super::{Chain, PeriodReport};
use crate::format::csv::defused;

/// The header. Columns are only ever added, at the end.
pub(super) const COLUMNS: [&str; 16] = [
    "promotion",
    "decided",
    "environment",
    "target",
    "recipe",
    "reference",
    "commit",
    "requester",
    "ticket",
    "approvers",
    "state",
    "ended",
    "entry",
    "entries",
    "steps",
    "gaps",
];

impl PeriodReport {
    /// One line for each change.
    ///
    /// # Errors
    /// Never; the type says what writing to somewhere else may refuse.
    pub fn to_csv(&self) -> Result<String, ::csv::Error> {
        let mut bytes = Vec::new();
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
        writer.write_record(COLUMNS)?;
        for chain in &self.changes {
            writer.write_record(cells(chain).map(|cell| defused(&cell)))?;
        }
        writer.flush()?;
        drop(writer);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn cells(chain: &Chain) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let entries: Vec<String> = chain.steps.iter().filter_map(|step| step.entry).map(|entry| entry.to_string()).collect();
    let steps: Vec<String> = chain.steps.iter().map(|step| format!("{} {}: {}", step.at, step.by, step.what)).collect();
    [
        chain.promotion.to_string(),
        chain.decided.to_string(),
        chain.environment.clone(),
        chain.target.clone(),
        chain.recipe.map(|recipe| recipe.to_string()).unwrap_or_default(),
        chain.reference.clone(),
        chain.commit.clone(),
        text(&chain.requester),
        text(&chain.ticket),
        chain.approvers.join(" "),
        chain.state.clone(),
        chain.ended.as_ref().map(Timestamp::to_string).unwrap_or_default(),
        chain.entry.to_string(),
        entries.join(" "),
        steps.join("; "),
        chain.gaps.join("; "),
    ]
}
