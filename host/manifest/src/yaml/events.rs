//! Events of one YAML document, from `saphyr-parser`.

use saphyr_parser::{Event as YamlEvent, Parser, ScalarStyle, StrInput, Tag};
use tollgate_core::document::Span;

use super::diagnosis::diagnose;
use crate::event::{Event, Events, Scalar, ScalarType};
use crate::source::{Refusal, SourceCode, SourceFinding};

/// The events of one document of a file.
pub(crate) struct YamlEvents<'s> {
    parser: Parser<'s, StrInput<'s>>,
    text: &'s str,
    first_line: u32,
    over: bool,
}

impl<'s> YamlEvents<'s> {
    /// Events of a text that holds one document and starts at this line of its file.
    pub(crate) fn new(text: &'s str, first_line: u32) -> Self {
        Self { parser: Parser::new_from_str(text), text, first_line, over: false }
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let (line, column) = self.place(&span.start);
        let (end_line, end_column) = self.place(&span.end);
        Span { line, column, end_line, end_column }
    }

    /// The parser counts lines from 1 and columns from 0, in characters.
    #[expect(clippy::cast_possible_truncation, reason = "a file has fewer bytes than `u32` can count")]
    fn place(&self, mark: &saphyr_parser::Marker) -> (u32, u32) {
        (self.first_line + mark.line() as u32 - 1, mark.col() as u32 + 1)
    }
}

impl<'s> Events<'s> for YamlEvents<'s> {
    fn next_event(&mut self) -> Result<Option<(Event<'s>, Span)>, Refusal> {
        loop {
            let Some(next) = self.parser.next_event() else { return Ok(None) };
            let (event, span) = next.map_err(|error| diagnose(self.text, self.first_line, *error.marker(), error.info()))?;
            let event = match event {
                YamlEvent::Scalar(text, style, anchor, tag) => {
                    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                    Event::Scalar(Scalar { text, kind: scalar_type(style, tag.as_deref()), block }, anchor)
                }
                YamlEvent::Alias(anchor) => Event::Alias(anchor),
                YamlEvent::SequenceStart(anchor, _) => Event::SequenceStart(anchor),
                YamlEvent::SequenceEnd => Event::SequenceEnd,
                YamlEvent::MappingStart(anchor, _) => Event::MappingStart(anchor),
                YamlEvent::MappingEnd => Event::MappingEnd,
                YamlEvent::DocumentStart(_) if self.over => {
                    let message = "text follows the end of the document";
                    return Err(SourceFinding::refuse(SourceCode::NotYaml, self.span(span), message));
                }
                YamlEvent::DocumentEnd => {
                    self.over = true;
                    continue;
                }
                YamlEvent::Nothing | YamlEvent::StreamStart | YamlEvent::StreamEnd | YamlEvent::DocumentStart(_) => continue,
            };
            return Ok(Some((event, self.span(span))));
        }
    }
}

fn scalar_type(style: ScalarStyle, tag: Option<&Tag>) -> ScalarType {
    match tag {
        None if style == ScalarStyle::Plain => ScalarType::Implicit,
        None => ScalarType::Text,
        // The reader of the API server takes a lone `!` as no tag at all, even before a quoted scalar.
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => ScalarType::Implicit,
        Some(tag) if tag.handle == "!" && tag.suffix.is_empty() => ScalarType::Implicit,
        Some(tag) => match format!("{}{}", tag.handle, tag.suffix).strip_prefix("tag:yaml.org,2002:") {
            Some(name) => ScalarType::Tagged(name.to_owned()),
            None => ScalarType::Foreign,
        },
    }
}
