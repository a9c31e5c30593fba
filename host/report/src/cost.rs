//! What a plugin costs: what `plugin bench` tells.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clean;
use crate::style::{Style, Tone};
use crate::table;

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// What a plugin costs for each document. Times depend on the machine, fuel and memory don't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostReport {
    /// Changes when a member changes its meaning.
    pub version: u32,
    pub plugin: String,
    /// `sha256:…` of its bytes.
    pub digest: String,
    /// How many documents it was asked about; those of kinds that it does not look at are none of them.
    pub documents: u64,
    /// Median time of a question in a fresh instance, in nanoseconds.
    pub nanoseconds: u64,
    /// Median fuel of a question, in wasmtime's units.
    pub fuel: u64,
    /// The most fuel of a question.
    pub most_fuel: u64,
    /// The most memory of a question, in bytes.
    pub most_memory: u64,
}

impl CostReport {
    /// For people, beside older figures where there are some.
    pub fn to_text(&self, before: Option<&Self>, style: Style) -> String {
        let heading = style.paint(Tone::Heading, clean::line(&format!("{}: {} documents", self.plugin, self.documents)));
        let row = |what: &str, figure: fn(&Self) -> u64, unit: &str| {
            let now = figure(self);
            let change = before.map(|before| change(figure(before), now)).unwrap_or_default();
            vec![what.to_owned(), format!("{now} {unit}"), change]
        };
        let rows = [
            row("time", |cost| cost.nanoseconds, "ns"),
            row("fuel", |cost| cost.fuel, "units"),
            row("most fuel", |cost| cost.most_fuel, "units"),
            row("most memory", |cost| cost.most_memory / 1024, "KiB"),
        ];
        format!("{heading}\n{}", table::plain(rows.into_iter(), style))
    }
}

/// `was 120, +25 %`
fn change(before: u64, now: u64) -> String {
    if before == 0 {
        return format!("was {before}");
    }
    let percent = (i128::from(now) - i128::from(before)) * 100 / i128::from(before);
    format!("was {before}, {percent:+} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_percent() {
        assert_eq!(
            (change(100, 125), change(100, 80), change(100, 100)),
            ("was 100, +25 %".into(), "was 100, -20 %".into(), "was 100, +0 %".into())
        );
        assert_eq!(change(0, 7), "was 0");
    }
}
