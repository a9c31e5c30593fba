//! Events of JSON text (RFC 8259): the structure is read here, so that every value has its place; what a text or a number
//! is, `serde_json` decides.

use std::borrow::Cow;

use memchr::memchr2;
use tollgate_core::document::Span;

use crate::event::{Event, Events, Scalar, ScalarType};
use crate::source::{Refusal, SourceCode, SourceFinding};

/// What may stand next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    /// Within `[`: an element or `]`.
    ElementOrEnd,
    /// Within `{`: a key or `}`.
    KeyOrEnd,
    /// After a value: a comma, or the end of what holds it.
    CommaOrEnd,
}

/// The events of the JSON values of a text, one after the other.
pub(crate) struct JsonEvents<'s> {
    text: &'s str,
    at: usize,
    line: u32,
    column: u32,
    open: Vec<u8>,
    expect: Expect,
}

impl<'s> JsonEvents<'s> {
    /// Events of a text that starts at this line of its file.
    pub(crate) fn new(text: &'s str, first_line: u32) -> Self {
        Self { text, at: 0, line: first_line, column: 1, open: Vec::new(), expect: Expect::Value }
    }

    /// Goes to the next value of the text. False: there is none.
    pub(crate) fn start_value(&mut self) -> bool {
        self.skip_blanks();
        self.expect = Expect::Value;
        self.at < self.text.len()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes characters of one line.
    fn take(&mut self, length: usize) -> (&'s str, Span) {
        let taken = &self.text[self.at..self.at + length];
        let (line, column) = (self.line, self.column);
        self.at += length;
        self.column = column.saturating_add(u32::try_from(taken.chars().count()).unwrap_or(u32::MAX));
        (taken, Span { line, column, end_line: line, end_column: self.column })
    }

    fn skip_blanks(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.peek() {
            self.at += 1;
            let ends_line = byte == b'\n' || byte == b'\r' && self.peek() != Some(b'\n');
            (self.line, self.column) = if ends_line { (self.line.saturating_add(1), 1) } else { (self.line, self.column + 1) };
        }
    }

    fn refuse(&self, what: &str) -> Refusal {
        let code = if self.at >= self.text.len() { SourceCode::Truncated } else { SourceCode::NotJson };
        let found = self.text[self.at..].chars().next().map_or_else(|| "the end".to_owned(), |found| format!("`{found}`"));
        SourceFinding::refuse(code, Span::point(self.line, self.column), format!("not JSON: expected {what}, found {found}"))
    }

    fn string(&mut self) -> Result<(Cow<'s, str>, Span), Refusal> {
        let start = Span::point(self.line, self.column);
        let bytes = &self.text.as_bytes()[self.at..];
        let mut end = 1;
        loop {
            let Some(found) = bytes.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) else {
                return Err(SourceFinding::refuse(SourceCode::Truncated, start, "the quote that opens here is never closed"));
            };
            end += found;
            if bytes[end] == b'"' {
                break;
            }
            end += 2;
        }
        let (quoted, span) = self.take(end + 1);
        let inner = &quoted[1..end];
        if !inner.bytes().any(|byte| byte < 0x20 || byte == b'\\') {
            return Ok((Cow::Borrowed(inner), span));
        }
        let read: String = serde_json::from_str(quoted).map_err(|_| {
            SourceFinding::refuse(
                SourceCode::NotJson,
                span,
                "not JSON: the text has a line break, a control character or a bad escape",
            )
        })?;
        Ok((Cow::Owned(read), span))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<(Cow<'s, str>, Span), Refusal> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = self.text.as_bytes()[self.at..].iter().take_while(|&&byte| is_word(byte)).count();
        if length == 0 {
            return Err(self.refuse("a value"));
        }
        let (word, span) = self.take(length);
        let known = matches!(word, "true" | "false" | "null") || serde_json::from_str::<serde_json::Number>(word).is_ok();
        if known {
            Ok((Cow::Borrowed(word), span))
        } else {
            Err(SourceFinding::refuse(SourceCode::NotJson, span, format!("not JSON: `{word:.32}` is no value")))
        }
    }

    fn open(&mut self, event: Event<'s>, expect: Expect) -> (Event<'s>, Span) {
        self.open.push(self.text.as_bytes()[self.at]);
        self.expect = expect;
        let (_, span) = self.take(1);
        (event, span)
    }

    fn close(&mut self, event: Event<'s>) -> (Event<'s>, Span) {
        self.open.pop();
        self.expect = Expect::CommaOrEnd;
        let (_, span) = self.take(1);
        (event, span)
    }

    fn value(&mut self) -> Result<(Event<'s>, Span), Refusal> {
        match self.peek() {
            Some(b'{') => return Ok(self.open(Event::MappingStart(0), Expect::KeyOrEnd)),
            Some(b'[') => return Ok(self.open(Event::SequenceStart(0), Expect::ElementOrEnd)),
            _ => {}
        }
        self.expect = Expect::CommaOrEnd;
        let ((text, span), kind) = match self.peek() {
            Some(b'"') => (self.string()?, ScalarType::Text),
            _ => (self.word()?, ScalarType::Implicit),
        };
        Ok((Event::Scalar(Scalar { text, kind, block: false }, 0), span))
    }

    fn key(&mut self) -> Result<(Event<'s>, Span), Refusal> {
        if self.peek() != Some(b'"') {
            return Err(self.refuse("a key in double quotes"));
        }
        let (text, span) = self.string()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(self.refuse("`:`"));
        }
        self.take(1);
        self.expect = Expect::Value;
        Ok((Event::Scalar(Scalar { text, kind: ScalarType::Text, block: false }, 0), span))
    }

    /// After a value within brackets.
    fn comma_or_end(&mut self, open: u8) -> Result<(Event<'s>, Span), Refusal> {
        match (open, self.peek()) {
            (b'{', Some(b'}')) => Ok(self.close(Event::MappingEnd)),
            (b'[', Some(b']')) => Ok(self.close(Event::SequenceEnd)),
            (_, Some(b',')) => {
                self.take(1);
                self.skip_blanks();
                if open == b'{' { self.key() } else { self.value() }
            }
            (b'{', _) => Err(self.refuse("`,` or `}`")),
            _ => Err(self.refuse("`,` or `]`")),
        }
    }
}

impl<'s> Events<'s> for JsonEvents<'s> {
    fn next_event(&mut self) -> Result<Option<(Event<'s>, Span)>, Refusal> {
        self.skip_blanks();
        let event = match (self.expect, self.peek()) {
            (Expect::CommaOrEnd, _) => match self.open.last() {
                Some(&open) => self.comma_or_end(open)?,
                None => return Ok(None),
            },
            (Expect::ElementOrEnd, Some(b']')) => self.close(Event::SequenceEnd),
            (Expect::KeyOrEnd, Some(b'}')) => self.close(Event::MappingEnd),
            (Expect::KeyOrEnd, _) => self.key()?,
            (Expect::ElementOrEnd | Expect::Value, _) => self.value()?,
        };
        Ok(Some(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Seen = Vec<(String, u32, u32)>;

    fn read(text: &str) -> Result<Seen, (SourceCode, u32, u32)> {
        let mut events = JsonEvents::new(text, 1);
        let mut seen = Vec::new();
        while let Some((event, span)) =
            events.next_event().map_err(|finding| (finding.code, finding.span.line, finding.span.column))?
        {
            let text = match event {
                Event::Scalar(scalar, _) => scalar.text.into_owned(),
                other => format!("{other:?}"),
            };
            seen.push((text, span.line, span.column));
        }
        Ok(seen)
    }

    #[test]
    fn every_value_has_its_place() {
        let seen = read("{\"é\": [1,\r\n true],\n\"b\":\"x\\ny\"}").unwrap();
        let places: Vec<(&str, u32, u32)> = seen.iter().map(|(text, line, column)| (text.as_str(), *line, *column)).collect();
        let expected = [
            ("MappingStart(0)", 1, 1),
            ("é", 1, 2),
            ("SequenceStart(0)", 1, 7),
            ("1", 1, 8),
            ("true", 2, 2),
            ("SequenceEnd", 2, 6),
        ];
        assert_eq!(places[..6], expected);
        assert_eq!(places[6..], [("b", 3, 1), ("x\ny", 3, 5), ("MappingEnd", 3, 11)]);
    }

    #[test]
    fn what_json_forbids_is_refused_at_its_place() {
        assert_eq!(read("{\"a\": 1,}"), Err((SourceCode::NotJson, 1, 9)));
        assert_eq!(read("[1 2]"), Err((SourceCode::NotJson, 1, 4)));
        assert_eq!(read("{'a': 1}"), Err((SourceCode::NotJson, 1, 2)));
        assert_eq!(read("[01]"), Err((SourceCode::NotJson, 1, 2)));
        assert_eq!(read("[1e999]"), Err((SourceCode::NotJson, 1, 2)));
        assert_eq!(read("[NaN]"), Err((SourceCode::NotJson, 1, 2)));
        assert_eq!(read("{\"a\":\n[1"), Err((SourceCode::Truncated, 2, 3)));
        assert_eq!(read("[\"a]"), Err((SourceCode::Truncated, 1, 2)));
        assert_eq!(read("[\"a\nb\"]"), Err((SourceCode::NotJson, 1, 2)));
        assert_eq!(read("[\"\\ud800\"]"), Err((SourceCode::NotJson, 1, 2)));
    }

    proptest! {
        #[test]
        fn it_takes_what_serde_json_takes(text in "[\\[\\]{},:\"\\\\a1 -]{0,12}|[0-9.eE+-]{1,6}|(true|null|false){0,2}") {
            let ours = read(&text).is_ok() && {
                let mut events = JsonEvents::new(&text, 1);
                while let Ok(Some(_)) = events.next_event() {}
                !events.start_value()
            };
            prop_assert_eq!(ours, serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = read(&text);
        }
    }
}
