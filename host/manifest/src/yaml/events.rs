//! Events of one YAML document, from `granit-parser`: it has the grammar of YAML 1.2, with the latitude in indentation that
//! libyaml has, and so the API server.

use granit_parser::{Event as YamlEvent, Marker, Parser, ScalarStyle, StrInput, StructureStyle, Tag};
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
    /// How many sequences and mappings in brackets are open.
    brackets: usize,
    /// End of the event before, as an offset, where it was a plain scalar.
    plain_end: Option<usize>,
}

impl<'s> YamlEvents<'s> {
    /// Events of a text that holds one document and starts at this line of its file.
    pub(crate) fn new(text: &'s str, first_line: u32) -> Self {
        let options = granit_parser::options! { emit_comments: false, bom_inside_document_as_content: true };
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            text,
            first_line,
            over: false,
            brackets: 0,
            plain_end: None,
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let (line, column) = self.place(&span.start);
        let (end_line, end_column) = self.place(&span.end);
        Span { line, column, end_line, end_column }
    }

    /// The parser counts lines from 1 and columns from 0, in characters.
    #[expect(clippy::cast_possible_truncation, reason = "a file has fewer bytes than `u32` can count")]
    fn place(&self, mark: &Marker) -> (u32, u32) {
        (self.first_line + mark.line() as u32 - 1, mark.col() as u32 + 1)
    }
}

impl<'s> Events<'s> for YamlEvents<'s> {
    fn next_event(&mut self) -> Result<Option<(Event<'s>, Span)>, Refusal> {
        loop {
            let Some(next) = self.parser.next_event() else { return Ok(None) };
            let (event, span) = next.map_err(|error| diagnose(self.text, self.first_line, &error))?;
            if matches!(event, YamlEvent::DocumentStart(..)) && self.over {
                return Err(SourceFinding::refuse(SourceCode::NotYaml, self.span(&span), "text follows the end of the document"));
            }
            self.over |= matches!(event, YamlEvent::DocumentEnd);
            self.refuse_ambiguous(&event, &span)?;
            if let Some(event) = translate(event) {
                return Ok(Some((event, self.span(&span))));
            }
        }
    }
}

impl YamlEvents<'_> {
    /// Within brackets the API server's grammar differs in three places: to it, `[?a]` has a key, `[a:]` a text, and `[!a, b]` one
    /// element with the tag `!a,`. A reader who sees something else than what is applied is worse than none.
    fn refuse_ambiguous(&mut self, event: &YamlEvent<'_>, span: &granit_parser::Span) -> Result<(), Refusal> {
        let plain_end = self.plain_end.take();
        match event {
            YamlEvent::SequenceStart(StructureStyle::Flow, ..) | YamlEvent::MappingStart(StructureStyle::Flow, ..) => {
                self.brackets += 1;
            }
            YamlEvent::SequenceEnd | YamlEvent::MappingEnd => self.brackets = self.brackets.saturating_sub(1),
            YamlEvent::Scalar(text, ScalarStyle::Plain, _, tag) if self.brackets > 0 => {
                let ends_in_colon = plain_end.and_then(|end| self.text.as_bytes().get(end..end + 2));
                let is_colon_text = span.is_empty() && matches!(ends_in_colon, Some([b':', b',' | b']' | b'}']));
                let is_lone_tag = tag.is_some() && text.is_empty();
                if text.starts_with('?') || is_colon_text || is_lone_tag {
                    let message = "within brackets, readers differ on a `?` before a text, on a `:` right behind it, and on a tag without a value";
                    return Err(SourceFinding::refuse(SourceCode::NotYaml, self.span(span), message));
                }
                self.plain_end = span.end.byte_offset();
            }
            _ => {}
        }
        Ok(())
    }
}

/// Nothing for what is no node.
fn translate(event: YamlEvent<'_>) -> Option<Event<'_>> {
    Some(match event {
        YamlEvent::Scalar(text, style, anchor, tag) => {
            let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
            Event::Scalar(Scalar { text, kind: scalar_type(style, tag.as_deref()), block }, anchor)
        }
        YamlEvent::Alias(anchor) => Event::Alias(anchor),
        YamlEvent::SequenceStart(_, anchor, _) => Event::SequenceStart(anchor),
        YamlEvent::SequenceEnd => Event::SequenceEnd,
        YamlEvent::MappingStart(_, anchor, _) => Event::MappingStart(anchor),
        YamlEvent::MappingEnd => Event::MappingEnd,
        _ => return None,
    })
}

fn scalar_type(style: ScalarStyle, tag: Option<&Tag>) -> ScalarType {
    match tag {
        None if style == ScalarStyle::Plain => ScalarType::Implicit,
        None => ScalarType::Text,
        Some(tag) if tag.parts() == ("", "!") => ScalarType::Bare,
        Some(tag) => match tag.suffix_in_namespace("tag:yaml.org,2002:") {
            Some(name) => ScalarType::Tagged(name.into_owned()),
            None => ScalarType::Foreign,
        },
    }
}
