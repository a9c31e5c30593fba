//! What people see of fixes, on standard error: the report of the check that follows has standard output.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use similar::TextDiff;
use tollgate_core::document::{Location, SourceFile};
use tollgate_core::finding::RuleId;
use tollgate_manifest::may_be_shown;
use tollgate_report::text::without_secrets;

use crate::fixing::Mended;
use crate::output;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Shows the changes as a unified diff, what they are for, and what was refused.
pub(super) fn changes(before: &BTreeMap<String, Arc<SourceFile>>, mended: &Mended) {
    for (path, after) in &mended.files {
        if let Some(before) = before.get(path) {
            output::tell(&diff(path, before, after));
        }
    }
    let mut text = String::new();
    for fixed in &mended.fixed {
        let _ = writeln!(text, "fix: {}: {}", place(fixed.location.as_ref(), &fixed.rule), on_a_line(&fixed.title));
    }
    for refused in &mended.refused {
        let _ = writeln!(text, "fix refused: {}: {}", place(refused.location.as_ref(), &refused.rule), on_a_line(&refused.why));
    }
    if mended.files.is_empty() {
        text.push_str("nothing to fix\n");
    }
    output::tell(&text);
}

/// Says that it is done.
pub(super) fn written(mended: &Mended) {
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (fixed, files) = (count(mended.fixed.len(), "finding"), count(mended.files.len(), "file"));
    output::tell(&format!("fixed {fixed} in {files}\n"));
}

fn diff(path: &str, before: &Arc<SourceFile>, after: &Arc<SourceFile>) -> String {
    let (before, after) = (shown(before), shown(after));
    let diff = TextDiff::from_lines(&before, &after);
    diff.unified_diff().context_radius(CONTEXT).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// What may be shown of a file: a change beside a Secret must not show its values, nor one within it.
fn shown(source: &Arc<SourceFile>) -> String {
    if may_be_shown(source) { without_secrets(&source.bytes) } else { "withheld\n".to_owned() }
}

/// Words of a plugin, which could hold what moves the cursor of a terminal.
fn on_a_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn place(location: Option<&Location>, rule: &RuleId) -> String {
    match location {
        Some(Location { file, span }) => format!("{file}:{}: {rule}", span.line),
        None => rule.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_plugin_move_no_cursor() {
        assert_eq!(on_a_line("Set it\u{1b}[2J\nfixed 9 findings"), "Set it [2J fixed 9 findings");
    }

    #[test]
    fn a_file_that_is_nothing_but_secrets_shows_nothing_of_them() {
        let source = |text: &str| Arc::new(SourceFile { path: "a.tfvars".to_owned(), bytes: text.as_bytes().to_vec() });
        assert_eq!(diff("a.tfvars", &source("a = 1"), &source("a = 2")), "");
    }
}
