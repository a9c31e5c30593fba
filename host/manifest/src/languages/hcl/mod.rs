//! HCL, the language of Terraform, as Terraform's JSON Configuration Syntax has it.
//!
//! Literals are values. What needs evaluation is the text `${…}` with the expression as it is written, so that it can't be
//! taken for a literal; a `${` that is meant as such is `$${`, as in the language itself. Nested blocks are lists of objects,
//! one for each block, with an object around it for each of its labels.

mod expression;
mod structure;
mod template;

use tollgate_core::document::Span;
use tollgate_core::language::{HCL, TERRAFORM};

use self::structure::{block_document, members};
use super::PlacedReading;
use crate::lines::Lines;
use crate::placed::{Member, Placed, PlacedDocument, Value};
use crate::source::{SourceCode, SourceFinding};

/// The blocks of a Terraform configuration, each a document of its own.
pub(super) fn read_configuration(_: &str, lines: &Lines<'_>) -> PlacedReading {
    let body = parse(lines)?;
    let stray = body.attributes().map(|attribute| {
        let message = format!("`{}` stands outside of any block", attribute.key.as_str());
        SourceFinding::new(SourceCode::NotHcl, place(lines, &attribute.key), message)
    });
    let stray: Vec<SourceFinding> = stray.collect();
    if !stray.is_empty() {
        return Err(stray);
    }
    Ok(body.blocks().map(|block| block_document(block, lines)).collect())
}

/// The values of a `.tfvars` file, under `content`.
pub(super) fn read_variables(path: &str, lines: &Lines<'_>) -> PlacedReading {
    let body = parse(lines)?;
    let blocks = body.blocks().map(|block| {
        let message = format!("`{}` is a block, but variables are given values only", block.ident.as_str());
        SourceFinding::new(SourceCode::NotHcl, place(lines, &block.ident), message)
    });
    let blocks: Vec<SourceFinding> = blocks.collect();
    if !blocks.is_empty() {
        return Err(blocks);
    }
    Ok(file(TERRAFORM, "Variables", path, &body, lines))
}

/// Any other file, under `content`.
pub(super) fn read_other(path: &str, lines: &Lines<'_>) -> PlacedReading {
    Ok(file(HCL, "Hcl", path, &parse(lines)?, lines))
}

fn file(api_version: &str, kind: &str, path: &str, body: &hcl_edit::structure::Body, lines: &Lines<'_>) -> Vec<PlacedDocument> {
    let content = Placed::new(lines.whole(), Value::Map(members(body, lines)));
    let content = Member::new("content", Span::START, content);
    vec![PlacedDocument::of_file(api_version, kind, path, lines.whole(), vec![content])]
}

fn parse(lines: &Lines<'_>) -> Result<hcl_edit::structure::Body, Vec<SourceFinding>> {
    hcl_edit::parser::parse_body(lines.text()).map_err(|error| {
        let at = error.location().offset();
        let is_end = lines.text().get(at..).is_none_or(|rest| rest.trim().is_empty());
        let is_duplicate = error.message().contains("redefined");
        let code = match is_duplicate {
            true => SourceCode::DuplicateKey,
            false if is_end => SourceCode::Truncated,
            false => SourceCode::NotHcl,
        };
        vec![SourceFinding::new(code, lines.span(at..at), format!("not HCL: {}", error.message().replace('\n', ", ")))]
    })
}

/// Where something is written.
fn place(lines: &Lines<'_>, written: &impl hcl_edit::Span) -> Span {
    written.span().map_or(Span::START, |range| lines.span(range))
}

/// The source of something.
fn source<'s>(lines: &Lines<'s>, written: &impl hcl_edit::Span) -> &'s str {
    written.span().and_then(|range| lines.text().get(range)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
