//! Blocks and attributes.

use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use tollgate_core::document::Span;
use tollgate_core::language::TERRAFORM;

use super::expression::value;
use super::place;
use crate::lines::Lines;
use crate::placed::{Member, Placed, PlacedDocument, Value};

/// A top-level block of a Terraform configuration as a document: its labels joined are its name.
pub(super) fn block_document(block: &Block, lines: &Lines<'_>) -> PlacedDocument {
    let head = place(lines, &block.ident);
    let labels: Vec<Placed> = block.labels.iter().map(|label| label_text(label, lines)).collect();
    let name = block.labels.iter().map(BlockLabel::as_str).collect::<Vec<_>>().join(".");
    let name_span = match (labels.first(), labels.last()) {
        (Some(first), Some(last)) => Span { end_line: last.span.end_line, end_column: last.span.end_column, ..first.span },
        _ => head,
    };
    let body = Placed::new(place(lines, block), Value::Map(members(&block.body, lines)));
    let members =
        vec![Member::new("labels", name_span, Placed::new(name_span, Value::List(labels))), Member::new("body", head, body)];
    PlacedDocument::new(TERRAFORM, block.ident.as_str(), (&name, name_span), head, place(lines, block), members)
}

fn label_text(label: &BlockLabel, lines: &Lines<'_>) -> Placed {
    let span = match label {
        BlockLabel::Ident(ident) => place(lines, ident),
        BlockLabel::String(text) => place(lines, text),
    };
    Placed::text(span, label.as_str())
}

/// The attributes of a body, and its blocks: all of one type are a list at the place of the first.
pub(super) fn members(body: &Body, lines: &Lines<'_>) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut lists: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for structure in body {
        let (key, key_span, block) = match structure {
            Structure::Attribute(attribute) => {
                let key_span = place(lines, &attribute.key);
                members.push(Member::new(attribute.key.as_str(), key_span, value(&attribute.value, lines)));
                continue;
            }
            Structure::Block(block) => (block.ident.as_str(), place(lines, &block.ident), nested(block, lines)),
        };
        let index = *lists.entry(key).or_insert(members.len());
        match members.get_mut(index).map(|member| &mut member.value) {
            Some(Placed { value: Value::List(blocks), span }) => {
                (span.end_line, span.end_column) = (block.span.end_line, block.span.end_column);
                blocks.push(block);
            }
            _ => members.push(Member::new(key, key_span, Placed::new(block.span, Value::List(vec![block])))),
        }
    }
    members
}

/// A nested block: its body, within an object for each label.
fn nested(block: &Block, lines: &Lines<'_>) -> Placed {
    let whole = place(lines, block);
    let body = Placed::new(whole, Value::Map(members(&block.body, lines)));
    block.labels.iter().rev().fold(body, |inner, label| {
        let label_span = label_text(label, lines).span;
        Placed::new(whole, Value::Map(vec![Member::new(label.as_str(), label_span, inner)]))
    })
}
