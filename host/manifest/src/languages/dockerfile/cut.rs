//! Cuts a file into instructions: what continues over lines, comments in between, and here-documents.

use std::ops::Range;

use super::directive::directive;
use super::joined::Joined;
use super::refuse;
use super::words::quoted_words;
use crate::lines::Lines;
use crate::placed::Member;
use crate::source::{Refusal, SourceFinding};

/// An instruction, not yet read.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) joined: Joined,
    pub(super) heredocs: Vec<Heredoc>,
    pub(super) escape: char,
}

/// The text of a here-document.
#[derive(Debug)]
pub(super) struct Heredoc {
    pub(super) name: String,
    /// Without leading tabs where it starts with `<<-`.
    pub(super) content: String,
    /// False: its name is in quotes or escaped, so that variables stay as they are.
    pub(super) expand: bool,
    /// Where its lines are in the file.
    pub(super) range: Range<usize>,
}

/// The way through the file.
pub(super) struct Cutter<'l, 's> {
    lines: &'l Lines<'s>,
    at: usize,
    escape: char,
}

impl<'l, 's> Cutter<'l, 's> {
    /// Reads the directives, and starts behind them.
    pub(super) fn after_directives(lines: &'l Lines<'s>, findings: &mut Vec<SourceFinding>) -> (Self, Vec<Member>) {
        let mut cutter = Self { lines, at: 0, escape: '\\' };
        let mut directives: Vec<Member> = Vec::new();
        loop {
            let start = cutter.at;
            let found = cutter.next_line().and_then(|(start, line)| directive(line, start, lines));
            let Some(found) = found else {
                cutter.at = start;
                return (cutter, directives);
            };
            let text = lines.text().get(start..cutter.at).unwrap_or_default();
            match (found.key.as_str(), text.split_once('=').map(|(_, value)| value.trim())) {
                ("escape", Some("`")) => cutter.escape = '`',
                ("escape", Some("\\")) | ("syntax" | "check", _) => {}
                _ => findings.push(*refuse(found.value.span, "the escape character is neither a backslash nor a backtick")),
            }
            directives.push(found);
        }
    }

    /// The next instruction; nothing at the end.
    pub(super) fn next(&mut self) -> Option<Result<Cut, Refusal>> {
        let joined = self.next_joined()?;
        let mut heredocs = Vec::new();
        for marker in markers(&joined.text, self.escape) {
            match self.heredoc(&marker) {
                Some(heredoc) => heredocs.push(heredoc),
                None => {
                    let place = joined.span(marker.range, self.lines);
                    let message = format!("the here-document is never closed by a line `{}`", marker.name);
                    return Some(Err(refuse(place, message)));
                }
            }
        }
        Some(Ok(Cut { joined, heredocs, escape: self.escape }))
    }

    fn next_joined(&mut self) -> Option<Joined> {
        let mut joined = Joined::default();
        loop {
            let Some((start, line)) = self.next_line() else {
                joined.trim_end();
                return (!joined.text.is_empty()).then_some(joined);
            };
            let from = if joined.text.is_empty() { line.len() - line.trim_start().len() } else { 0 };
            if line.trim_start().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let part = line.get(from..).unwrap_or_default();
            let continued = continued(part, self.escape);
            joined.push(continued.unwrap_or(part), start + from);
            if continued.is_none() && !joined.text.is_empty() {
                joined.trim_end();
                return Some(joined);
            }
        }
    }

    fn heredoc(&mut self, marker: &Marker) -> Option<Heredoc> {
        let start = self.at;
        let mut content = String::new();
        loop {
            let end = self.at;
            let (_, line) = self.next_line()?;
            let line = if marker.strips_tabs { line.trim_start_matches('\t') } else { line };
            if line == marker.name {
                return Some(Heredoc { name: marker.name.clone(), content, expand: marker.expand, range: start..end });
            }
            content.push_str(line);
            content.push('\n');
        }
    }

    /// The next line without its break, and where it starts.
    fn next_line(&mut self) -> Option<(usize, &'s str)> {
        let rest = self.lines.text().get(self.at..).filter(|rest| !rest.is_empty())?;
        let line = rest.split('\n').next().unwrap_or_default();
        let start = self.at;
        self.at = (start + line.len() + 1).min(self.lines.text().len());
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }
}

/// The line without the escape at its end; nothing where it does not continue. An escape that is escaped does not count.
fn continued(line: &str, escape: char) -> Option<&str> {
    let before = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!before.ends_with(escape)).then_some(before)
}

/// What announces a here-document: `<<NAME`.
struct Marker {
    name: String,
    expand: bool,
    strips_tabs: bool,
    range: Range<usize>,
}

/// Which here-documents an instruction announces. Only some can.
fn markers(text: &str, escape: char) -> Vec<Marker> {
    let words = quoted_words(text, 0..text.len(), escape);
    let keyword = |at: usize| words.get(at).map(|word| text[word.clone()].to_ascii_uppercase()).unwrap_or_default();
    let first = if keyword(0) == "ONBUILD" { keyword(1) } else { keyword(0) };
    if !matches!(first.as_str(), "ADD" | "COPY" | "RUN") {
        return Vec::new();
    }
    words.into_iter().filter_map(|word| marker(text, word, escape)).collect()
}

fn marker(text: &str, range: Range<usize>, escape: char) -> Option<Marker> {
    let word = text.get(range.clone())?.trim_start_matches(|digit: char| digit.is_ascii_digit()).strip_prefix("<<")?;
    let (strips_tabs, quoted) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
    let name: String = quoted.chars().filter(|character| !matches!(character, '"' | '\'') && *character != escape).collect();
    let is_name = !name.is_empty() && !name.contains('<');
    let expand = name.len() == quoted.len();
    is_name.then_some(Marker { name, expand, strips_tabs, range })
}
