//! Writes rendered objects as YAML that every reader takes for the same object.
//!
//! Writers of YAML 1.2 leave `yes`, `012` and `1_000` bare, which readers of YAML 1.1 take for a boolean and for numbers. Here
//! a text stands bare only where no reader could take it for anything else.

use serde_json::{Map, Value};

use crate::yaml::is_text_when_plain;

/// A simple key may have 1024 characters; a longer one is announced by `?`.
const SIMPLE_KEY: usize = 1000;

/// Writes an object as a YAML document, without a `---`. Indented by two, the dashes of a sequence below its key.
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => write_members(&mut out, members, 0, false),
        Value::Array(elements) if !elements.is_empty() => write_elements(&mut out, elements, 0, false),
        other => {
            write_scalar(&mut out, other, 0);
            out.push('\n');
        }
    }
    out
}

fn indent(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n(' ', columns));
}

/// `after_dash`: the first member stands on the line of a dash.
fn write_members(out: &mut String, members: &Map<String, Value>, columns: usize, after_dash: bool) {
    for (number, (key, value)) in members.iter().enumerate() {
        if number > 0 || !after_dash {
            indent(out, columns);
        }
        let is_long = key.chars().count() > SIMPLE_KEY;
        if is_long {
            out.push_str("? ");
        }
        write_line_text(out, key);
        if is_long {
            out.push('\n');
            indent(out, columns);
        }
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                write_members(out, inner, columns + 2, false);
            }
            Value::Array(inner) if !inner.is_empty() => {
                out.push('\n');
                write_elements(out, inner, columns, false);
            }
            scalar => {
                out.push(' ');
                write_scalar(out, scalar, columns + 2);
                out.push('\n');
            }
        }
    }
}

fn write_elements(out: &mut String, elements: &[Value], columns: usize, after_dash: bool) {
    for (number, element) in elements.iter().enumerate() {
        if number > 0 || !after_dash {
            indent(out, columns);
        }
        out.push_str("- ");
        match element {
            Value::Object(inner) if !inner.is_empty() => write_members(out, inner, columns + 2, true),
            Value::Array(inner) if !inner.is_empty() => write_elements(out, inner, columns + 2, true),
            scalar => {
                write_scalar(out, scalar, columns + 2);
                out.push('\n');
            }
        }
    }
}

/// A scalar, or an empty mapping or sequence. `columns`: how far the lines of a block are indented.
fn write_scalar(out: &mut String, scalar: &Value, columns: usize) {
    match scalar {
        Value::String(text) if is_block(text) => write_block(out, text, columns),
        Value::String(text) => write_line_text(out, text),
        // Null, booleans, numbers, `{}` and `[]` are the same in JSON.
        other => out.push_str(&other.to_string()),
    }
}

/// A text on one line: bare, else in double quotes.
fn write_line_text(out: &mut String, text: &str) {
    if is_bare(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            character if is_printable(character) => out.push(character),
            character => out.push_str(&format!("\\u{:04x}", u32::from(character))),
        }
    }
    out.push('"');
}

/// Whether a text may stand bare: words, paths, quantities, images.
fn is_bare(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._/@:-+=, ".contains(character);
    // Texts that start with a digit and look like a date or a time are numbers to some readers.
    let is_date_like = first.is_ascii_digit() && text.contains(['-', ':']);
    (first.is_ascii_alphanumeric() || first == '/')
        && text.chars().all(is_plain)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !is_date_like
        && is_text_when_plain(text)
}

/// Whether a text of several lines can be a block, with nothing in it that a block would change or hide.
fn is_block(text: &str) -> bool {
    let is_whole = |line: &str| line.is_empty() || !line.trim().is_empty();
    text.contains('\n')
        && !text.starts_with(['\n', ' ', '\t'])
        && !text.ends_with("\n\n")
        && text.chars().all(|character| character == '\n' || is_printable(character))
        && text.split('\n').all(is_whole)
}

fn write_block(out: &mut String, text: &str, columns: usize) {
    let (header, lines) = text.strip_suffix('\n').map_or(("|-", text), |lines| ("|", lines));
    out.push_str(header);
    for line in lines.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(out, columns);
            out.push_str(line);
        }
    }
}

/// What may stand in a YAML file as it is. Other spaces than the common one are escaped, too: nobody sees them.
fn is_printable(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{a0}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_look_as_people_write_them() {
        let object = json!({"a": {"b": [1, {"c": "x", "d": []}, [true, "y"]]}, "e": "one\n  two\n", "f": null, "g": "redis:alpine", "h": {}});
        let expected = "a:\n  b:\n  - 1\n  - c: x\n    d: []\n  - - true\n    - \"y\"\ne: |\n  one\n    two\nf: null\ng: redis:alpine\nh: {}\n";
        assert_eq!(to_yaml(&object), expected);
    }

    #[test]
    fn what_could_be_something_else_is_quoted() {
        for text in [
            "",
            "yes",
            "012",
            "1_000",
            "1e3",
            "~",
            "null",
            "2001-01-01",
            "12:30",
            "a: b",
            "a #b",
            "- a",
            "=",
            "x ",
            "a:",
            "\u{feff}",
            "é",
            "<<",
            "0x1F",
        ] {
            assert!(to_yaml(&json!(text)).starts_with('"'), "{text}");
        }
        for text in ["a", "500m", "128Mi", "/healthz", "nginx:1.27", "apps/v1", "a b", "v1.2-x"] {
            assert_eq!(to_yaml(&json!(text)), format!("{text}\n"));
        }
    }
}
