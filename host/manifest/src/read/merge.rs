//! Merge keys (`<<`), as the API server's reader resolves them: in the order of the source, the last one to set a key wins,
//! be it written or merged; within a sequence of mappings the first one wins.

use std::collections::BTreeSet;

use super::members::Member;
use crate::json::{elements, members};

/// The mappings that the value of a merge key names, in the order in which they are merged. Nothing for what can't be merged.
/// An alias of a sequence is no sequence here.
pub(crate) fn merged_mappings(value: &[u8], by_alias: bool) -> Option<Vec<&[u8]>> {
    match value.first()? {
        b'{' => Some(vec![value]),
        b'[' if !by_alias => {
            let mut mappings: Vec<&[u8]> = elements(value).collect();
            mappings.reverse();
            mappings.iter().all(|element| element.starts_with(b"{")).then_some(mappings)
        }
        _ => None,
    }
}

/// Appends the members of a mapping to the open mapping that `out` ends with.
pub(crate) fn append_members(out: &mut Vec<u8>, mapping: &[u8], template: &Member) -> Vec<Member> {
    let mut appended = Vec::new();
    for (key, value) in members(mapping) {
        if out.last() != Some(&b'{') {
            out.push(b',');
        }
        let start = out.len();
        out.extend_from_slice(key);
        let key = start..out.len();
        out.push(b':');
        out.extend_from_slice(value);
        appended.push(Member { key, end: out.len(), merged: true, ..template.clone() });
    }
    appended
}

/// The inside of a mapping in which of each key only the last member is left.
pub(crate) fn last_of_each(members: &[Member], out: &[u8]) -> Vec<u8> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<&Member> = members.iter().rev().filter(|member| seen.insert(member.key_in(out))).collect();
    kept.reverse();
    let mut inside = Vec::new();
    for member in kept {
        if !inside.is_empty() {
            inside.push(b',');
        }
        inside.extend_from_slice(out.get(member.key.start..member.end).unwrap_or_default());
    }
    inside
}
