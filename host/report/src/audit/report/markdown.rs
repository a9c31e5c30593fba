//! The report as Markdown: what is not proven first, then every exception, then every change with its chain.

use super::{Chain, ChainStep, ControlRow, Exception, PeriodReport, Revision};
use crate::clean;
use crate::format::markdown::escape::text_of_page as escaped;

impl PeriodReport {
    /// For people.
    pub fn to_markdown(&self) -> String {
        let blocks = [
            self.heading(),
            self.gaps(),
            self.exceptions(),
            self.policies(),
            self.controls(),
            self.population(),
            self.changes.iter().map(chain).collect::<Vec<_>>().join("\n\n"),
            notices(&self.notices),
        ];
        let mut text = blocks.into_iter().filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n");
        text.push('\n');
        text
    }

    fn heading(&self) -> String {
        let count = self.population;
        format!(
            "# Changes from {} to {}\n\nRepository {}. {} entries of the ledger, {} of them not signed.\n\n{} changes: {} succeeded, {} failed, {} aborted, {} denied, {} open.",
            self.from,
            self.to,
            cell(&self.repo),
            self.entries,
            self.unsigned,
            self.changes.len(),
            count.succeeded,
            count.failed + count.errored,
            count.aborted,
            count.denied,
            count.waiting + count.running,
        )
    }

    fn gaps(&self) -> String {
        let gaps =
            self.changes.iter().flat_map(|chain| chain.gaps.iter().map(move |gap| format!("- {}: {}", chain.promotion, cell(gap))));
        list("## What is not proven", &gaps.collect::<Vec<_>>(), "Nothing: every change that was applied has its whole chain.")
    }

    fn exceptions(&self) -> String {
        let row = |exception: &Exception| {
            let Exception { kind, entry, at, by, target, what } = exception;
            row(&[&entry.to_string(), &at.to_string(), kind, by, target.as_deref().unwrap_or(""), what])
        };
        let rows: Vec<String> = self.exceptions.iter().map(row).collect();
        table("## Exceptions", &["entry", "at", "kind", "by", "target", "what"], &rows, "None.")
    }

    fn policies(&self) -> String {
        let row = |revision: &Revision| {
            let gates = if revision.gated { "passed" } else { "none" };
            let Revision { commit, digest, entry, since, by, .. } = revision;
            row(&[&entry.to_string(), &since.to_string(), by, &format!("`{commit}`"), &format!("`{digest}`"), gates])
        };
        let rows: Vec<String> = self.revisions.iter().map(row).collect();
        table("## Policies in force", &["entry", "since", "by", "commit", "digest", "gates"], &rows, "None.")
    }

    fn controls(&self) -> String {
        let row = |control: &ControlRow| {
            let ControlRow { control, rules, gates, judged, stopped } = control;
            row(&[control, &rules.join(", "), &gates.join(", "), &judged.to_string(), &stopped.to_string()])
        };
        let rows: Vec<String> = self.controls.iter().map(row).collect();
        let title = self
            .standard
            .as_ref()
            .map_or_else(|| "## Controls".to_owned(), |standard| format!("## Controls of {}", cell(standard)));
        table(&title, &["control", "rules", "gates", "decisions", "stopped"], &rows, "No policy in force answers to any.")
    }

    fn population(&self) -> String {
        let row = |chain: &Chain| {
            let or = |text: &Option<String>| text.clone().unwrap_or_default();
            let Chain { promotion, decided, target, reference, requester, approvers, state, ticket, .. } = chain;
            let cells = [
                promotion.to_string(),
                decided.to_string(),
                target.clone(),
                reference.clone(),
                or(requester),
                approvers.join(", "),
                or(ticket),
                state.clone(),
            ];
            row(&cells.each_ref().map(String::as_str))
        };
        let rows: Vec<String> = self.changes.iter().map(row).collect();
        let header = ["promotion", "decided", "target", "reference", "requester", "approved by", "ticket", "state"];
        table("## Population", &header, &rows, "No change was decided.")
    }
}

fn chain(chain: &Chain) -> String {
    let title = format!("### {} to {}: {}", chain.promotion, cell(&chain.target), cell(&chain.state));
    let recipe = chain.recipe.map_or_else(|| "no recipe".to_owned(), |recipe| format!("recipe `{recipe}`"));
    let what = format!("{}, commit {}, {}.", cell(&chain.reference), cell(&format!("`{}`", chain.commit)), cell(&recipe));
    let step = |step: &ChainStep| {
        let entry = step.entry.map(|entry| entry.to_string()).unwrap_or_default();
        row(&[&entry, &step.at.to_string(), &step.by, &step.what])
    };
    let steps = table("", &["entry", "at", "by", "what"], &chain.steps.iter().map(step).collect::<Vec<_>>(), "");
    format!("{title}\n\n{what}\n\n{}", steps.trim_start())
}

fn notices(notices: &[String]) -> String {
    if notices.is_empty() {
        String::new()
    } else {
        list("## Notes", &notices.iter().map(|notice| format!("- {}", cell(notice))).collect::<Vec<_>>(), "")
    }
}

fn list(title: &str, lines: &[String], none: &str) -> String {
    if lines.is_empty() { format!("{title}\n\n{none}") } else { format!("{title}\n\n{}", lines.join("\n")) }
}

fn table(title: &str, header: &[&str], rows: &[String], none: &str) -> String {
    if rows.is_empty() {
        return format!("{title}\n\n{none}");
    }
    let rule = vec!["---"; header.len()].join(" | ");
    format!("{title}\n\n| {} |\n| {rule} |\n{}", header.join(" | "), rows.join("\n"))
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("| {} |", cells.join(" | "))
}

/// Text from elsewhere: it says what it says, and does nothing.
fn cell(text: &str) -> String {
    escaped(&clean::line(text))
}
