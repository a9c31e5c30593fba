//! Templates: texts with parts that need evaluation.

use hcl_edit::Span as _;
use hcl_edit::template::{Element, HeredocTemplate};

use crate::lines::Lines;

/// A literal text, in which nothing looks as if it needs evaluation.
pub(super) fn escape(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// The template of a text in quotes.
pub(super) fn quoted<'t>(elements: impl Iterator<Item = &'t Element>, lines: &Lines<'_>) -> String {
    elements.map(|element| part(element, lines)).collect()
}

/// The template of a here-document, without the indentation that `<<-` takes away.
pub(super) fn heredoc(heredoc: &HeredocTemplate, lines: &Lines<'_>) -> String {
    quoted(heredoc.template.iter(), lines)
}

fn part(element: &Element, lines: &Lines<'_>) -> String {
    match element {
        Element::Literal(text) => escape(text.value()),
        Element::Interpolation(_) | Element::Directive(_) => {
            element.span().and_then(|range| lines.text().get(range)).unwrap_or_default().to_owned()
        }
    }
}
