//! TOML files: one document each, with dates and times as texts.

use tollgate_core::document::Span;
use tollgate_core::language::TOML;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue, Error};

use super::PlacedReading;
use crate::lines::Lines;
use crate::placed::{Member, Placed, PlacedDocument, Value};
use crate::source::{SourceCode, SourceFinding};

/// The data of a file, under `content`.
pub(super) fn read(path: &str, lines: &Lines<'_>) -> PlacedReading {
    let (table, errors) = DeTable::parse_recoverable(lines.text());
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| finding(error, lines)).collect());
    }
    let mut reader = Reader { lines, findings: Vec::new() };
    let members = reader.members(table.get_ref());
    if !reader.findings.is_empty() {
        return Err(reader.findings);
    }
    let content = Member::new("content", Span::START, Placed::new(lines.whole(), Value::Map(members)));
    Ok(vec![PlacedDocument::of_file(TOML, "Toml", path, lines.whole(), vec![content])])
}

fn finding(error: &Error, lines: &Lines<'_>) -> SourceFinding {
    let span = error.span().map_or(Span::START, |range| lines.span(range));
    let is_duplicate = error.message().contains("duplicate key");
    let code = if is_duplicate { SourceCode::DuplicateKey } else { SourceCode::NotToml };
    SourceFinding::new(code, span, format!("not TOML: {}", error.message().replace('\n', ", ")))
}

struct Reader<'l, 's> {
    lines: &'l Lines<'s>,
    findings: Vec<SourceFinding>,
}

impl Reader<'_, '_> {
    /// In the order of the file, which the parser does not keep.
    fn members(&mut self, table: &DeTable<'_>) -> Vec<Member> {
        let mut members: Vec<Member> = table
            .iter()
            .map(|(key, value)| Member::new(key.get_ref().to_string(), self.lines.span(key.span()), self.value(value)))
            .collect();
        members.sort_by_key(|member| member.key_span);
        members
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Placed {
        let span = self.lines.span(value.span());
        let read = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => self.integer(number, span),
            DeValue::Float(number) => self.float(number.as_str(), span),
            DeValue::Boolean(bool) => Value::Bool(*bool),
            DeValue::Datetime(time) => Value::Text(time.to_string()),
            DeValue::Array(elements) => Value::List(elements.iter().map(|element| self.value(element)).collect()),
            DeValue::Table(table) => Value::Map(self.members(table)),
        };
        Placed::new(span, read)
    }

    fn integer(&mut self, number: &DeInteger<'_>, span: Span) -> Value {
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Number(number.to_string()),
            Err(_) => {
                self.findings.push(SourceFinding::new(SourceCode::NotToml, span, "not TOML: the integer has more than 64 bits"));
                Value::Null
            }
        }
    }

    fn float(&mut self, number: &str, span: Span) -> Value {
        match number.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Number(format!("{number:?}")),
            _ => {
                self.findings.push(SourceFinding::new(SourceCode::NonFinite, span, "the number is not finite"));
                Value::Null
            }
        }
    }
}

#[cfg(test)]
mod tests;
