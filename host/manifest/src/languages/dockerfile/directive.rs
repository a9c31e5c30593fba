//! Directives: the comments at the top of the file that change how it is read.

use crate::lines::Lines;
use crate::placed::{Member, Placed};

/// The directive that a line is; nothing for any other line. `start` is where the line starts in the text.
pub(super) fn directive(line: &str, start: usize, lines: &Lines<'_>) -> Option<Member> {
    let comment = line.trim_start().strip_prefix('#')?;
    let (key, value) = comment.split_once('=')?;
    let name = key.trim().to_ascii_lowercase();
    if !matches!(name.as_str(), "syntax" | "escape" | "check") {
        return None;
    }
    let part = |part: &str| {
        let at = start + (part.as_ptr().addr() - line.as_ptr().addr());
        lines.span(at..at + part.len())
    };
    Some(Member::new(name, part(key.trim()), Placed::text(part(value.trim()), value.trim())))
}
