//! Where values stand in YAML, from the parser's events.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};
use tollgate_core::document::Span;
use tollgate_core::pointer::Pointer;

/// Places of values and of their keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    values: BTreeMap<Pointer, Span>,
    keys: BTreeMap<Pointer, Span>,
}

impl Places {
    /// The place of a value, or of its nearest ancestor's key.
    pub(crate) fn value(&self, pointer: &Pointer) -> Span {
        self.values.get(pointer).copied().unwrap_or_else(|| self.ancestor(pointer))
    }

    /// The place of the key that a value stands under.
    pub(crate) fn key(&self, pointer: &Pointer) -> Span {
        self.keys.get(pointer).copied().unwrap_or_else(|| self.value(pointer))
    }

    fn ancestor(&self, pointer: &Pointer) -> Span {
        let mut ancestors = std::iter::successors(pointer.parent(), Pointer::parent);
        let known = ancestors.find(|ancestor| self.values.contains_key(ancestor));
        known.map_or(Span::START, |ancestor| self.key(&ancestor))
    }
}

enum Open {
    List(Pointer, usize),
    Mapping(Pointer, Option<String>),
}

/// The places of a text's first document.
pub(crate) fn places(text: &str) -> Places {
    let mut places = Places::default();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { return places };
        let (start, end) = (span.start, span.end);
        let place = Span {
            line: start.line() as u32,
            column: start.col() as u32 + 1,
            end_line: end.line() as u32,
            end_column: end.col() as u32 + 1,
        };
        match event {
            Event::Scalar(key, ..) => {
                if let Some(Open::Mapping(at, next @ None)) = open.last_mut() {
                    places.keys.insert(at.member(&key), place);
                    *next = Some(key.into_owned());
                } else {
                    let at = here(&mut open);
                    places.values.insert(at, place);
                }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let at = here(&mut open);
                places.values.insert(at.clone(), place);
                let is_list = matches!(event, Event::SequenceStart(..));
                open.push(if is_list { Open::List(at, 0) } else { Open::Mapping(at, None) });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
            }
            _ => {}
        }
    }
    places
}

/// The pointer of the value that begins.
fn here(open: &mut [Open]) -> Pointer {
    match open.last_mut() {
        None => Pointer::root(),
        Some(Open::List(at, next)) => {
            *next += 1;
            at.element(*next - 1)
        }
        Some(Open::Mapping(at, key)) => at.member(&key.take().unwrap_or_default()),
    }
}
