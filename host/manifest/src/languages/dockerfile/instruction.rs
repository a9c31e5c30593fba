//! One instruction: its keyword, flags and arguments.

use tollgate_core::document::Span;

use crate::placed::{Member, Placed, Value};

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
