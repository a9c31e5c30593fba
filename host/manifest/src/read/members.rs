//! The members of the mappings that are open, to find keys that stand twice.

use std::ops::Range;

use tollgate_core::document::Span;

use crate::source::{SourceCode, SourceFinding};

/// A member of an open mapping: where its JSON lies in what is written so far.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// With its quotes.
    pub(crate) key: Range<usize>,
    /// End of the value; that of the key until the value is written.
    pub(crate) end: usize,
    /// Where the key stands in the source.
    pub(crate) span: Span,
    /// Whether it came by a merge key.
    pub(crate) merged: bool,
}

impl Member {
    pub(crate) fn key_in<'o>(&self, out: &'o [u8]) -> &'o [u8] {
        out.get(self.key.clone()).unwrap_or_default()
    }
}

/// Below this, comparing each with each is faster than sorting.
const FEW: usize = 12;

/// Findings at each key that its mapping has already. May reorder the members.
pub(crate) fn duplicates(members: &mut [Member], out: &[u8]) -> Vec<SourceFinding> {
    if members.len() <= FEW {
        return duplicates_of_few(members, out);
    }
    members.sort_by(|a, b| a.key_in(out).cmp(b.key_in(out)));
    let mut found = Vec::new();
    for run in members.chunk_by(|a, b| a.key_in(out) == b.key_in(out)) {
        // The sort is stable, so the first of a run stands first in the source.
        let mut explicit = run.iter().filter(|member| !member.merged);
        let Some(first) = explicit.next() else { continue };
        found.extend(explicit.map(|second| finding(first, second, out)));
    }
    found.sort_by_key(|finding| finding.span);
    found
}

fn duplicates_of_few(members: &[Member], out: &[u8]) -> Vec<SourceFinding> {
    let mut found = Vec::new();
    for (index, second) in members.iter().enumerate().skip(1) {
        let key = second.key_in(out);
        let twin = members
            .iter()
            .take(index)
            .find(|first| first.key.len() == second.key.len() && first.key_in(out) == key && !first.merged);
        if let Some(first) = twin.filter(|_| !second.merged) {
            found.push(finding(first, second, out));
        }
    }
    found
}

fn finding(first: &Member, second: &Member, out: &[u8]) -> SourceFinding {
    let key = String::from_utf8_lossy(second.key_in(out));
    let shown: String = key.trim_matches('"').chars().take(100).collect();
    let message = format!("key `{shown}` stands here again; the first is in line {}", first.span.line);
    SourceFinding::new(SourceCode::DuplicateKey, second.span, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One key a line.
    fn mk_members(keys: &[&str]) -> (Vec<Member>, Vec<u8>) {
        let mut out = Vec::new();
        let mut members = Vec::new();
        for (key, line) in keys.iter().zip(1..) {
            let start = out.len();
            out.extend_from_slice(format!("\"{key}\"").as_bytes());
            members.push(Member { key: start..out.len(), end: out.len(), span: Span::point(line, 1), merged: false });
        }
        (members, out)
    }

    fn lines(keys: &[&str]) -> Vec<u32> {
        let (mut members, out) = mk_members(keys);
        duplicates(&mut members, &out).iter().map(|finding| finding.span.line).collect()
    }

    #[test]
    fn each_repetition_is_found_in_small_and_large_mappings() {
        assert_eq!(lines(&["a", "b", "a", "b", "a"]), [3, 4, 5]);
        let names: Vec<String> = (0..100).map(|number| format!("k{}", number % 90)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(lines(&names), (91..=100).collect::<Vec<u32>>());
    }

    #[test]
    fn merged_members_are_no_repetition() {
        let (mut members, out) = mk_members(&["a", "a"]);
        members[0].merged = true;
        assert_eq!(duplicates(&mut members, &out), []);
    }
}
