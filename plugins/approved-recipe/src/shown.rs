//! Values and places in messages: short enough to be read, whatever somebody wrote.

use std::fmt;

use tollgate_sdk::Value;

use crate::place::Step;

/// How many characters of a value a message shows.
const SHOWN: usize = 80;

/// A value in backticks, as it would be written, cut where it gets long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'v>(pub(crate) &'v Value<'v>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Cut { text: String::new(), left: SHOWN };
        // What does not fit any more is where it stops.
        let is_cut = match self.0 {
            Value::Text(whole) => text.push(whole),
            value => write(value, &mut text),
        };
        write!(f, "`{}{}`", text.text, if is_cut.is_none() { "…" } else { "" })
    }
}

/// A text that takes so many characters.
struct Cut {
    text: String,
    left: usize,
}

impl Cut {
    /// Nothing when it does not fit whole.
    fn push(&mut self, text: &str) -> Option<()> {
        for character in text.chars() {
            self.left = self.left.checked_sub(1)?;
            self.text.push(if character.is_control() { ' ' } else { character });
        }
        Some(())
    }
}

fn write(value: &Value<'_>, to: &mut Cut) -> Option<()> {
    match value {
        Value::Null => to.push("null"),
        Value::Bool(flag) => to.push(if *flag { "true" } else { "false" }),
        Value::Integer(number) => to.push(&number.to_string()),
        Value::Float(number) => to.push(&format!("{number:?}")),
        Value::Text(text) => to.push(&format!("{:?}", text.get(..text.floor_char_boundary(SHOWN)).unwrap_or_default())),
        Value::Array(elements) => {
            to.push("[")?;
            for (index, element) in elements.iter().enumerate() {
                to.push(if index == 0 { "" } else { ", " })?;
                write(element, to)?;
            }
            to.push("]")
        }
        Value::Object(members) => {
            to.push("{")?;
            for (index, (name, member)) in members.iter().enumerate() {
                to.push(if index == 0 { "" } else { ", " })?;
                to.push(name)?;
                to.push(": ")?;
                write(member, to)?;
            }
            to.push("}")
        }
    }
}

/// What a place is called within a sentence: `image`, or `args[2]` for an element.
pub(crate) fn name(steps: &[Step<'_>]) -> String {
    match steps {
        [.., Step::Member(list), Step::Element(index)] => format!("{list}[{index}]"),
        [.., Step::Member(name)] => (*name).to_owned(),
        _ => "object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        Shown(&Value::read(json.as_bytes()).unwrap()).to_string()
    }

    #[test]
    fn values_are_shown_as_they_would_be_written() {
        assert_eq!(shown("\"a b\""), "`a b`");
        assert_eq!(
            shown(r#"{"name": "a", "list": [1, 1.5, true, null, "x"]}"#),
            r#"`{name: "a", list: [1, 1.5, true, null, "x"]}`"#
        );
        assert_eq!(shown("\"a\\nb\""), "`a b`");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shown(&format!("\"{}\"", "é".repeat(80))), format!("`{}`", "é".repeat(80)));
        assert_eq!(shown(&format!("\"{}\"", "é".repeat(81))), format!("`{}…`", "é".repeat(80)));
        assert_eq!(shown(&format!("[\"{}\"]", "é".repeat(300))).chars().filter(|character| *character == 'é').count(), 40);
        assert!(shown(&format!("[{}]", vec!["1"; 100].join(", "))).ends_with("…`"));
    }

    #[test]
    fn a_place_is_called_by_its_last_step() {
        assert_eq!(name(&[Step::Member("spec"), Step::Member("image")]), "image");
        assert_eq!(name(&[Step::Member("args"), Step::Element(2)]), "args[2]");
        assert_eq!(name(&[]), "object");
    }
}
