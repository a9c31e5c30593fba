//! Reads an instruction: its keyword, its flags, and what follows them.

use std::ops::Range;

use tollgate_core::document::Span;

use super::cut::{Cut, Heredoc};
use super::instruction::{Flag, Instruction};
use super::joined::Joined;
use super::refuse;
use super::words::{plain_words, quoted_words, word_length};
use crate::event::{Event, Events, ScalarType};
use crate::json::JsonEvents;
use crate::lines::Lines;
use crate::placed::{Member, Placed, Value};
use crate::source::Refusal;

/// Reads what stands in a joined line.
pub(super) struct Reader<'c, 'l, 's> {
    joined: &'c Joined,
    lines: &'l Lines<'s>,
    escape: char,
}

impl<'c, 'l, 's> Reader<'c, 'l, 's> {
    pub(super) const fn new(cut: &'c Cut, lines: &'l Lines<'s>) -> Self {
        Self { joined: &cut.joined, lines, escape: cut.escape }
    }

    /// The instruction that starts at this offset.
    pub(super) fn instruction(&self, from: usize) -> Result<Instruction, Refusal> {
        let end = self.joined.text.len();
        let word = self.first_word(from..end);
        let keyword = self.joined.get(word.clone()).to_ascii_uppercase();
        let keyword_span = self.span(word.clone());
        let (flags, start) = self.flags(word.end);
        let rest = start..end;
        let value = Placed::text(self.span(rest.clone()), self.joined.get(rest.clone()));
        let span = self.span(word.start..end);
        let mut read = Instruction {
            keyword,
            keyword_span,
            span,
            flags,
            value,
            form: None,
            arguments: vec![],
            heredocs: vec![],
            trigger: None,
        };
        if rest.is_empty() && !matches!(read.keyword.as_str(), "CMD" | "ENTRYPOINT") && is_keyword(&read.keyword) {
            return Err(refuse(keyword_span, format!("`{}` says nothing", read.keyword)));
        }
        self.arguments(&mut read, rest)?;
        Ok(read)
    }

    /// What follows the flags, as the keyword has it.
    fn arguments(&self, read: &mut Instruction, rest: Range<usize>) -> Result<(), Refusal> {
        let keyword = read.keyword.as_str();
        let list = matches!(keyword, "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" | "ADD" | "COPY" | "VOLUME")
            .then(|| self.json_list(rest.clone()))
            .flatten();
        match (keyword, list) {
            (_, Some(list)) => (read.form, read.arguments) = (Some("exec"), list),
            ("RUN" | "CMD" | "ENTRYPOINT", None) => read.form = Some("shell"),
            ("ADD" | "COPY" | "VOLUME" | "EXPOSE", None) => read.arguments = self.texts(plain_words(&self.joined.text, rest)),
            ("ENV" | "LABEL" | "ARG", _) => read.arguments = self.texts(quoted_words(&self.joined.text, rest, self.escape)),
            ("USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER", _) => read.arguments = self.texts(vec![rest]),
            ("FROM", _) => read.arguments = self.base(read.keyword_span, rest)?,
            ("HEALTHCHECK", _) => return self.healthcheck(read, rest),
            ("ONBUILD", _) => read.trigger = Some(Box::new(self.trigger(rest)?)),
            ("SHELL", None) => return Err(refuse(read.keyword_span, "`SHELL` is given no JSON list")),
            _ => {
                let message = format!("`{:.32}` is no instruction of a Dockerfile", read.keyword);
                return Err(refuse(read.keyword_span, message));
            }
        }
        Ok(())
    }

    /// The image, and the name of the stage.
    fn base(&self, head: Span, rest: Range<usize>) -> Result<Vec<Placed>, Refusal> {
        let words = plain_words(&self.joined.text, rest);
        let has_name = words.get(1).is_some_and(|word| self.joined.get(word.clone()).eq_ignore_ascii_case("as"));
        match words.len() {
            1 => Ok(self.texts(words)),
            3 if has_name => Ok(self.texts(words)),
            _ => Err(refuse(head, "`FROM` names one image, and may name its stage with `AS`")),
        }
    }

    fn healthcheck(&self, read: &mut Instruction, rest: Range<usize>) -> Result<(), Refusal> {
        let word = self.first_word(rest.clone());
        match self.joined.get(word.clone()).to_ascii_uppercase().as_str() {
            "NONE" => {}
            "CMD" => match self.json_list(word.end..rest.end) {
                Some(list) => (read.form, read.arguments) = (Some("exec"), list),
                None => read.form = Some("shell"),
            },
            _ => return Err(refuse(read.keyword_span, "`HEALTHCHECK` is neither `NONE` nor `CMD`")),
        }
        Ok(())
    }

    fn trigger(&self, rest: Range<usize>) -> Result<Instruction, Refusal> {
        let word = self.first_word(rest.clone());
        let keyword = self.joined.get(word.clone()).to_ascii_uppercase();
        if matches!(keyword.as_str(), "ONBUILD" | "FROM" | "MAINTAINER") {
            return Err(refuse(self.span(word), format!("`{keyword}` can't stand in `ONBUILD`")));
        }
        self.instruction(rest.start)
    }

    /// The flags, and where what follows them starts. `--` alone ends them.
    fn flags(&self, from: usize) -> (Vec<Flag>, usize) {
        let text = &self.joined.text;
        let skip = |at: usize| at + text[at..].len() - text[at..].trim_start().len();
        let mut flags = Vec::new();
        let mut at = skip(from);
        while text[at..].starts_with("--") {
            let word = at..at + word_length(&text[at..], self.escape);
            at = skip(word.end);
            if word.len() == 2 {
                break;
            }
            flags.push(self.flag(word));
        }
        (flags, at)
    }

    fn flag(&self, word: Range<usize>) -> Flag {
        let span = self.span(word.clone());
        let inner = self.joined.get(word.start + 2..word.end);
        match inner.split_once('=') {
            Some((name, value)) => {
                let value_span = self.span(word.end - value.len()..word.end);
                Flag { name: name.to_owned(), span, value: value.to_owned(), value_span }
            }
            None => Flag { name: inner.to_owned(), span, value: "true".to_owned(), value_span: span },
        }
    }

    /// The elements, where this is a JSON list of texts and nothing more.
    fn json_list(&self, within: Range<usize>) -> Option<Vec<Placed>> {
        let text = self.joined.get(within.clone());
        if !text.trim_start().starts_with('[') {
            return None;
        }
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let offset = |column: u32| offsets.get(column.saturating_sub(1) as usize).map(|at| within.start + at);
        let mut events = JsonEvents::new(text, 1);
        let mut elements = Vec::new();
        let mut depth = 0;
        while let Some((event, span)) = events.next_event().ok()? {
            match event {
                Event::SequenceStart(_) if depth == 0 => depth = 1,
                Event::SequenceEnd => {}
                Event::Scalar(scalar, _) if scalar.kind == ScalarType::Text => {
                    let place = self.span(offset(span.column)?..offset(span.end_column)?);
                    elements.push(Placed::text(place, scalar.text));
                }
                _ => return None,
            }
        }
        (!events.start_value()).then_some(elements)
    }

    fn first_word(&self, within: Range<usize>) -> Range<usize> {
        let start = within.start;
        plain_words(&self.joined.text, within).into_iter().next().unwrap_or(start..start)
    }

    fn texts(&self, words: Vec<Range<usize>>) -> Vec<Placed> {
        words.into_iter().map(|word| Placed::text(self.span(word.clone()), self.joined.get(word))).collect()
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.joined.span(range, self.lines)
    }
}

fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 18] = [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ];
    KEYWORDS.contains(&word)
}
/// Reads an instruction.
///
/// # Errors
/// Where it is none, or lacks what it must have.
pub(super) fn read(cut: &Cut, lines: &Lines<'_>) -> Result<Instruction, Refusal> {
    let mut instruction = Reader::new(cut, lines).instruction(0)?;
    let heredocs: Vec<Placed> = cut.heredocs.iter().map(|heredoc| placed_heredoc(heredoc, lines)).collect();
    let last = heredocs.last().map(|last| (last.span.end_line, last.span.end_column));
    let holder = match instruction.trigger.as_deref_mut() {
        Some(trigger) => trigger,
        None => &mut instruction,
    };
    holder.heredocs = heredocs;
    if let Some((line, column)) = last {
        (instruction.span.end_line, instruction.span.end_column) = (line, column);
    }
    Ok(instruction)
}

fn placed_heredoc(heredoc: &Heredoc, lines: &Lines<'_>) -> Placed {
    let span = lines.span(heredoc.range.clone());
    let members = vec![
        Member::new("name", span, Placed::text(span, heredoc.name.as_str())),
        Member::new("content", span, Placed::text(span, heredoc.content.as_str())),
        Member::new("expand", span, Placed::new(span, Value::Bool(heredoc.expand))),
    ];
    Placed::new(span, Value::Map(members))
}
