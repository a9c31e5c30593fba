//! What people see of fixes, on standard error: the report of the check that follows has standard output.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use similar::TextDiff;
use tollgate_core::document::{Location, SourceFile};
use tollgate_core::finding::RuleId;

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
        let _ = writeln!(text, "fix: {}: {}", place(fixed.location.as_ref(), &fixed.rule), fixed.title);
    }
    for refused in &mended.refused {
        let _ = writeln!(text, "fix refused: {}: {}", place(refused.location.as_ref(), &refused.rule), refused.why);
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

fn diff(path: &str, before: &SourceFile, after: &SourceFile) -> String {
    let (before, after) = (String::from_utf8_lossy(&before.bytes), String::from_utf8_lossy(&after.bytes));
    let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
    diff.unified_diff().context_radius(CONTEXT).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

fn place(location: Option<&Location>, rule: &RuleId) -> String {
    match location {
        Some(Location { file, span }) => format!("{file}:{}: {rule}", span.line),
        None => rule.to_string(),
    }
}
