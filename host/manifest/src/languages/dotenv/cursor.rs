//! The way through a dotenv file.

use tollgate_core::document::Span;

use crate::lines::Lines;
use crate::source::{Refusal, SourceCode, SourceFinding};

/// A place in the text that moves on.
pub(super) struct Cursor<'l, 's> {
    lines: &'l Lines<'s>,
    at: usize,
}

impl<'l, 's> Cursor<'l, 's> {
    pub(super) const fn new(lines: &'l Lines<'s>) -> Self {
        Self { lines, at: 0 }
    }

    fn rest(&self) -> &'s str {
        self.lines.text().get(self.at..).unwrap_or_default()
    }

    /// Goes to the next line that says something. False: there is none.
    pub(super) fn next_statement(&mut self) -> bool {
        loop {
            self.at += self.rest().len() - self.rest().trim_ascii_start().len();
            if !self.starts_with('#') {
                return !self.rest().is_empty();
            }
            self.skip_line();
        }
    }

    pub(super) fn starts_with(&self, character: char) -> bool {
        self.rest().starts_with(character)
    }

    pub(super) fn at_end_of_line(&self) -> bool {
        self.rest().is_empty() || self.rest().starts_with(['\n', '\r'])
    }

    /// The place without extent.
    pub(super) fn here(&self) -> Span {
        self.lines.span(self.at..self.at)
    }

    /// Takes this character, if it is next.
    pub(super) fn take(&mut self, character: char) -> bool {
        let is_next = self.starts_with(character);
        self.at += if is_next { character.len_utf8() } else { 0 };
        is_next
    }

    /// Goes over blanks. False: there are none.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.at += blanks;
        blanks > 0
    }

    pub(super) fn skip_line(&mut self) {
        self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
    }

    /// What stands here up to a blank, a `=` or the end of the line.
    pub(super) fn word(&mut self) -> (&'s str, Span) {
        let length = self.rest().find([' ', '\t', '=', '\n', '\r']).unwrap_or(self.rest().len());
        self.advance(length)
    }

    /// A value without quotes: up to a comment or the end of the line, without the blanks around it.
    pub(super) fn unquoted(&mut self) -> (String, Span) {
        let line = self.rest().split(['\n', '\r']).next().unwrap_or_default();
        let is_comment = |&at: &usize| line[..at].ends_with([' ', '\t']) || at == 0;
        let comment = line.match_indices('#').map(|(at, _)| at).find(is_comment);
        let value = line.get(..comment.unwrap_or(line.len())).unwrap_or_default().trim_end_matches([' ', '\t']);
        let (value, span) = self.advance(value.len());
        (value.to_owned(), span)
    }

    /// A value in quotes, as written between them; it may go over several lines. Within double quotes, a backslash keeps
    /// the next character from closing them.
    pub(super) fn quoted(&mut self, quote: char) -> Result<(String, Span), Refusal> {
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            if character == '\\' && quote == '"' {
                characters.next();
            } else if character == quote {
                let (whole, span) = self.advance(at + 1);
                let inner = whole.get(1..at).unwrap_or_default().replace("\r\n", "\n");
                return Ok((inner, span));
            }
        }
        let open = self.lines.span(self.at..self.at + 1);
        self.at = self.lines.text().len();
        Err(SourceFinding::refuse(SourceCode::Truncated, open, "the quote that opens here is never closed"))
    }

    fn advance(&mut self, length: usize) -> (&'s str, Span) {
        let start = self.at;
        self.at += length;
        (self.lines.text().get(start..self.at).unwrap_or_default(), self.lines.span(start..self.at))
    }
}
