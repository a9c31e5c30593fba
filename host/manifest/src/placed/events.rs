//! The events of a placed value.

use std::borrow::Cow;

use tollgate_core::document::Span;

use super::{Member, Placed, Value};
use crate::event::{Event, Events, Scalar, ScalarType};
use crate::source::Refusal;

/// What is left of an open value.
enum Rest<'v> {
    Elements(std::slice::Iter<'v, Placed>),
    Members(std::slice::Iter<'v, Member>),
}

/// The events of one value, without recursion.
pub(crate) struct PlacedEvents<'v> {
    /// What comes next, before the rest of what is open.
    next: Option<&'v Placed>,
    open: Vec<(Rest<'v>, Span)>,
}

impl<'v> PlacedEvents<'v> {
    pub(crate) const fn new(value: &'v Placed) -> Self {
        Self { next: Some(value), open: Vec::new() }
    }

    fn start(&mut self, value: &'v Placed) -> Event<'v> {
        match &value.value {
            Value::Null => scalar("null", ScalarType::Implicit),
            Value::Bool(true) => scalar("true", ScalarType::Implicit),
            Value::Bool(false) => scalar("false", ScalarType::Implicit),
            Value::Number(number) => scalar(number, ScalarType::Implicit),
            Value::Text(text) => scalar(text, ScalarType::Text),
            Value::List(elements) => {
                self.open.push((Rest::Elements(elements.iter()), value.span));
                Event::SequenceStart(0)
            }
            Value::Map(members) => {
                self.open.push((Rest::Members(members.iter()), value.span));
                Event::MappingStart(0)
            }
        }
    }

    fn close(&mut self, event: Event<'v>) -> Option<(Event<'v>, Span)> {
        self.open.pop().map(|(_, span)| (event, span))
    }
}

fn scalar(text: &str, kind: ScalarType) -> Event<'_> {
    Event::Scalar(Scalar { text: Cow::Borrowed(text), kind, block: false }, 0)
}

impl<'v> Events<'v> for PlacedEvents<'v> {
    fn next_event(&mut self) -> Result<Option<(Event<'v>, Span)>, Refusal> {
        if let Some(value) = self.next.take() {
            return Ok(Some((self.start(value), value.span)));
        }
        let event = match self.open.last_mut().map(|(rest, _)| rest) {
            None => None,
            Some(Rest::Elements(elements)) => match elements.next() {
                Some(element) => Some((self.start(element), element.span)),
                None => self.close(Event::SequenceEnd),
            },
            Some(Rest::Members(members)) => match members.next() {
                Some(member) => {
                    self.next = Some(&member.value);
                    Some((scalar(&member.key, ScalarType::Text), member.key_span))
                }
                None => self.close(Event::MappingEnd),
            },
        };
        Ok(event)
    }
}
