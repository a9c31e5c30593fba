//! Files of environment variables, as the common libraries have them.
//!
//! There is no standard. What the libraries for Node, Python and Ruby and Docker Compose read alike is read; whatever they
//! disagree about is refused. A key without `=` is null: its value comes from the environment. Nothing is interpolated.

mod cursor;

use tollgate_core::document::Span;
use tollgate_core::language::DOTENV;

use self::cursor::Cursor;
use super::PlacedReading;
use crate::lines::Lines;
use crate::placed::{Member, Placed, PlacedDocument, Value};
use crate::source::{Refusal, SourceCode, SourceFinding};

/// The variables of a file, under `content`.
pub(super) fn read(path: &str, lines: &Lines<'_>) -> PlacedReading {
    let mut cursor = Cursor::new(lines);
    let (mut variables, mut findings) = (Vec::new(), Vec::new());
    while cursor.next_statement() {
        match variable(&mut cursor) {
            Ok(variable) => variables.push(variable),
            Err(finding) => {
                findings.push(*finding);
                cursor.skip_line();
            }
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let content = Member::new("content", Span::START, Placed::new(lines.whole(), Value::Map(variables)));
    Ok(vec![PlacedDocument::of_file(DOTENV, "Dotenv", path, lines.whole(), vec![content])])
}

fn variable(cursor: &mut Cursor<'_, '_>) -> Result<Member, Refusal> {
    let (mut key, mut key_span) = cursor.word();
    if key == "export" && cursor.skip_blanks() && !cursor.starts_with('=') {
        (key, key_span) = cursor.word();
    }
    let starts_well = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts_well || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')) {
        return Err(refuse(key_span, "the line names no variable"));
    }
    cursor.skip_blanks();
    let value = if cursor.take('=') {
        cursor.skip_blanks();
        value(cursor)?
    } else {
        Placed::new(key_span, Value::Null)
    };
    cursor.skip_blanks();
    if cursor.at_end_of_line() || cursor.starts_with('#') {
        cursor.skip_line();
        return Ok(Member::new(key, key_span, value));
    }
    Err(refuse(cursor.here(), "something follows the variable on its line"))
}

fn value(cursor: &mut Cursor<'_, '_>) -> Result<Placed, Refusal> {
    let (read, span) = if cursor.starts_with('\'') {
        cursor.quoted('\'')?
    } else if cursor.starts_with('"') {
        let (written, span) = cursor.quoted('"')?;
        (unescape(&written), span)
    } else {
        cursor.unquoted()
    };
    Ok(Placed::text(span, read))
}

/// Escapes that all libraries know; any other backslash stands for itself.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(escaped @ ('"' | '\\')) => out.push(escaped),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out
}

fn refuse(span: Span, message: &str) -> Refusal {
    SourceFinding::refuse(SourceCode::NotDotenv, span, message)
}

#[cfg(test)]
mod tests;
