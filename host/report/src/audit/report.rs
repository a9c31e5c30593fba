//! What an auditor asks for about a time: the whole population of changes, each with its chain, and every exception.

mod csv;
mod markdown;
#[cfg(test)]
mod tests;

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::time::Timestamp;

use super::Population;

/// The answer of `audit report`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PeriodReport {
    pub version: u32,
    /// URL of the repository that the ledger serves.
    pub repo: String,
    pub from: Timestamp,
    /// The first moment that is no part of it.
    pub to: Timestamp,
    /// Entries of that time, and how many of them nobody signed.
    pub entries: u64,
    pub unsigned: u64,
    /// The policies that judged: first what was in force when the time began.
    pub revisions: Vec<Revision>,
    pub population: Population,
    /// Every promotion that was decided then, in order.
    pub changes: Vec<Chain>,
    /// Everything that did not go the usual way, in order.
    pub exceptions: Vec<Exception>,
    /// Only controls whose names begin so.
    pub standard: Option<String>,
    /// By the policy in force now.
    pub controls: Vec<ControlRow>,
    pub notices: Vec<String>,
}

/// A policy revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revision {
    pub commit: String,
    pub digest: Digest,
    /// Index of the entry that put it in force.
    pub entry: u64,
    pub since: Timestamp,
    pub by: String,
    /// False: no gate judged this change of policy.
    pub gated: bool,
}

/// One change, from what asked for it to what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    pub promotion: PromotionId,
    /// Index of the entry of its decision.
    pub entry: u64,
    pub decided: Timestamp,
    pub environment: String,
    pub target: String,
    pub recipe: Option<Digest>,
    pub reference: String,
    pub commit: String,
    pub requester: Option<String>,
    /// As the record of the change or a trailer names it.
    pub ticket: Option<String>,
    pub approvers: Vec<String>,
    /// The word for where it stands.
    pub state: String,
    pub ended: Option<Timestamp>,
    /// In order of time.
    pub steps: Vec<ChainStep>,
    /// What an auditor would look for and not find.
    pub gaps: Vec<String>,
}

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainStep {
    /// Index of its entry; null for what stands in git.
    pub entry: Option<u64>,
    pub at: Timestamp,
    pub by: String,
    pub what: String,
}

/// Something that did not go the usual way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// `override`, `waiver`, `denied`, `failed`, `errored`, `aborted`, `rollback`, `freeze`, `hold`, `thaw`, `ungated policy`,
    /// `unsigned`.
    pub kind: String,
    pub entry: u64,
    pub at: Timestamp,
    pub by: String,
    pub target: Option<String>,
    pub what: String,
}

/// A control, and what answers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ControlRow {
    pub control: String,
    /// Rules of policies, as `policy/rule`.
    pub rules: Vec<String>,
    /// Gates that ask these policies.
    pub gates: Vec<String>,
    /// How many decisions of the time asked one of these gates, and in how many one of them did not let pass.
    pub judged: u64,
    pub stopped: u64,
}

impl PeriodReport {
    /// A page of HTML that stands by itself: no script, nothing to load.
    pub fn to_html(&self) -> String {
        use pulldown_cmark::{Options, Parser, html};
        let markdown = self.to_markdown();
        let mut body = String::new();
        html::push_html(&mut body, Parser::new_ext(&markdown, Options::ENABLE_TABLES));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Changes from {} to {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
            self.from, self.to
        )
    }
}

const STYLE: &str = "body{font:15px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;margin:1em 0}\
th,td{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}th{background:#eee}@media print{body{margin:0}}";
