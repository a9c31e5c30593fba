//! One instruction: its keyword, flags and arguments.

use tollgate_core::document::Span;

use super::cut::{Cut, Heredoc};
use super::reader::Reader;
use crate::locate::Lines;
use crate::placed::{Member, Placed, Value};
use crate::source::Refusal;

/// `--name=value`. Without a value it is `true`.
pub(super) struct Flag {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) value: String,
    pub(super) value_span: Span,
}

/// An instruction that was understood.
pub(super) struct Instruction {
    /// In capitals.
    pub(super) keyword: String,
    pub(super) keyword_span: Span,
    pub(super) span: Span,
    pub(super) flags: Vec<Flag>,
    /// What follows the flags.
    pub(super) value: Placed,
    /// `exec` for a JSON list, `shell` for a text that a shell runs.
    pub(super) form: Option<&'static str>,
    pub(super) arguments: Vec<Placed>,
    pub(super) heredocs: Vec<Placed>,
    /// What `ONBUILD` holds back.
    pub(super) trigger: Option<Box<Self>>,
}

impl Instruction {
    /// Reads an instruction.
    ///
    /// # Errors
    /// Where it is none, or lacks what it must have.
    pub(super) fn read(cut: &Cut, lines: &Lines<'_>) -> Result<Self, Refusal> {
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

    pub(super) fn into_placed(self) -> Placed {
        let head = self.keyword_span;
        let mut members = vec![Member::new("instruction", head, Placed::text(head, self.keyword))];
        if !self.flags.is_empty() {
            members.push(Member::new("flags", head, placed_flags(self.flags)));
        }
        let value_span = self.value.span;
        members.push(Member::new("value", head, self.value));
        members.extend(self.form.map(|form| Member::new("form", head, Placed::text(value_span, form))));
        for (key, list) in [("arguments", self.arguments), ("heredocs", self.heredocs)] {
            if let (Some(first), Some(last)) = (list.first().map(|first| first.span), list.last().map(|last| last.span)) {
                let span = Span { end_line: last.end_line, end_column: last.end_column, ..first };
                members.push(Member::new(key, head, Placed::new(span, Value::List(list))));
            }
        }
        members.extend(self.trigger.map(|trigger| Member::new("trigger", head, trigger.into_placed())));
        Placed::new(self.span, Value::Map(members))
    }
}

/// A flag may stand several times, so each is a list.
fn placed_flags(flags: Vec<Flag>) -> Placed {
    let mut members: Vec<Member> = Vec::new();
    let (start, end) = (flags.first().map(|first| first.span), flags.last().map(|last| last.span));
    for flag in flags {
        let value = Placed::text(flag.value_span, flag.value);
        match members.iter_mut().find(|member| member.key == flag.name).map(|member| &mut member.value.value) {
            Some(Value::List(values)) => values.push(value),
            _ => members.push(Member::new(flag.name, flag.span, Placed::new(flag.value_span, Value::List(vec![value])))),
        }
    }
    let (start, end) = (start.unwrap_or(Span::START), end.unwrap_or(Span::START));
    Placed::new(Span { end_line: end.end_line, end_column: end.end_column, ..start }, Value::Map(members))
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
