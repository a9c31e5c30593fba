//! Values in plans: which may be seen, and how they are compared.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use tollgate_core::pointer::Pointer;
use tollgate_core::render::ObjectKey;

use crate::clean;
use crate::style::{Style, Tone};

/// Stands for a value that must not be seen.
pub(crate) const MASK: &str = "(secret)";

/// What may be seen of a Secret. All else may hold its values: an annotation can repeat the whole object.
const VISIBLE: [&str; 6] = ["/apiVersion", "/kind", "/type", "/immutable", "/metadata/name", "/metadata/namespace"];

/// Whether a value must not be seen, whatever the plan says of it.
pub(crate) fn is_hidden(object: &ObjectKey, path: &Pointer) -> bool {
    let is_label = path.as_str().starts_with("/metadata/labels/");
    object.identity.kind == "Secret" && !is_label && !VISIBLE.contains(&path.as_str())
}

/// A value as text.
pub(crate) enum Shown {
    Line(String),
    Lines(String),
}

impl Shown {
    /// Texts of several lines as they are, what has members as indented JSON, all else as JSON on a line.
    pub(crate) fn new(value: &Value) -> Self {
        match value {
            Value::String(text) if text == MASK => Self::Line(MASK.to_owned()),
            Value::String(text) if text.trim_end().contains('\n') => Self::Lines(clean::text(text)),
            Value::Object(members) if !members.is_empty() => Self::Lines(clean::text(&format!("{value:#}"))),
            Value::Array(elements) if !elements.is_empty() => Self::Lines(clean::text(&format!("{value:#}"))),
            _ => Self::Line(clean::text(&value.to_string())),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Line(text) | Self::Lines(text) => text,
        }
    }
}

/// What differs, line by line, with three lines around it.
pub(crate) fn diff(before: Option<&Shown>, after: Option<&Shown>, style: Style) -> String {
    let text = |value: Option<&Shown>| {
        value.map(Shown::as_str).map(|text| format!("{}\n", text.trim_end_matches('\n'))).unwrap_or_default()
    };
    let (before, after) = (text(before), text(after));
    let diff = TextDiff::from_lines(&before, &after);
    let groups: Vec<String> = diff
        .grouped_ops(3)
        .iter()
        .map(|group| {
            group.iter().flat_map(|op| diff.iter_changes(op)).map(|change| line(change.tag(), change.value(), style)).collect()
        })
        .collect();
    groups.join("      ...\n")
}

fn line(tag: ChangeTag, text: &str, style: Style) -> String {
    let text = text.trim_end_matches('\n');
    match tag {
        ChangeTag::Equal => format!("        {text}\n"),
        ChangeTag::Insert => format!("      {}\n", style.paint(Tone::Good, format!("+ {text}"))),
        ChangeTag::Delete => format!("      {}\n", style.paint(Tone::Bad, format!("- {text}"))),
    }
}
