//! Values and places in messages: short enough to be read, whatever somebody wrote.

use std::fmt;

use tollgate_sdk::{Node, Value};

/// How many characters of a value a message shows.
const SHOWN: usize = 80;

/// A text, cut after 80 characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shortened<'a>(pub(crate) &'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", self.0.get(..end).unwrap_or_default()),
            None => f.write_str(self.0),
        }
    }
}

/// A value of whatever type: scalars as they are written, lists and objects by what they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a>(pub(crate) Option<&'a Value<'a>>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None | Some(Value::Null) => f.write_str("nothing"),
            Some(Value::Bool(flag)) => write!(f, "`{flag}`"),
            Some(Value::Integer(number)) => write!(f, "`{number}`"),
            Some(Value::Float(number)) => write!(f, "`{number:?}`"),
            Some(Value::Text(text)) => write!(f, "the text `{}`", Shortened(text)),
            Some(Value::Array(_)) => f.write_str("a list"),
            Some(Value::Object(_)) => f.write_str("an object"),
        }
    }
}

/// What a place is called within a sentence: `hostPort`, or `add[2]` for an element.
pub(crate) fn name(node: &Node<'_>) -> String {
    let pointer = node.pointer();
    let mut tokens = pointer.rsplit('/');
    let last = tokens.next().unwrap_or_default();
    let is_index = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    match tokens.next().filter(|_| is_index) {
        Some(list) => format!("{}[{last}]", unescape(list)),
        None => unescape(last),
    }
}

fn unescape(token: &str) -> String {
    Shortened(&token.replace("~1", "/").replace("~0", "~")).to_string()
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::Document;

    use super::*;

    #[test]
    fn short_texts_stay_whole() {
        assert_eq!(Shortened("Unconfined").to_string(), "Unconfined");
        assert_eq!(Shortened(&"é".repeat(80)).to_string(), "é".repeat(80));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(Shortened(&"é".repeat(1_000)).to_string(), format!("{}…", "é".repeat(80)));
    }

    #[test]
    fn values_are_shown_by_what_they_are() {
        for (json, expected) in [
            ("null", "nothing"),
            ("true", "`true`"),
            ("15", "`15`"),
            ("0.0", "`0.0`"),
            (r#""yes""#, "the text `yes`"),
            ("[1]", "a list"),
            ("{}", "an object"),
        ] {
            let value = Value::read(json.as_bytes()).unwrap();
            assert_eq!(Shown(Some(&value)).to_string(), expected);
        }
        assert_eq!(Shown(None).to_string(), "nothing");
    }

    #[test]
    fn a_place_is_called_by_its_last_step() {
        let document = Document::read(0, "", br#"{"add": [1, 2], "example.com/a~b": "x"}"#).unwrap();
        let root = document.root();
        assert_eq!(name(&root.get("add")), "add");
        assert_eq!(name(&root.get("add").at(1)), "add[1]");
        assert_eq!(name(&root.get("example.com/a~b")), "example.com/a~b");
        assert_eq!(name(&root), "");
    }
}
