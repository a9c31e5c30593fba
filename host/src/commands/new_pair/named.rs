//! One name in the place of another, wherever it stands as a word.

use serde_json::{Map, Value};

/// A new name for everything that is named after an environment.
pub(super) struct Renaming<'n> {
    pub(super) from: &'n str,
    pub(super) to: &'n str,
}

impl Renaming<'_> {
    /// A text with the new name, as a word and in capitals, as variables have it.
    pub(super) fn text(&self, text: &str) -> String {
        let capitals = |name: &str| name.to_uppercase().replace('-', "_");
        replaced(&replaced(text, self.from, self.to), &capitals(self.from), &capitals(self.to))
    }

    /// The same with all texts of a value.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(elements) => elements.iter().map(|element| self.value(element)).collect(),
            Value::Object(members) => {
                let renamed = members.iter().map(|(key, member)| (key.clone(), self.value(member)));
                Value::Object(renamed.collect::<Map<String, Value>>())
            }
            other => other.clone(),
        }
    }
}

/// Replaces a word that is no part of a longer one.
fn replaced(text: &str, word: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let is_word = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if is_word { by } else { word });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_replaced_where_it_is_a_word() {
        let renaming = Renaming { from: "prod", to: "dr" };
        let value =
            json!({"name": "prod-ops", "on": {"tag": "prod-v*"}, "key": ["PROD_PLAN_KEY"], "other": "preprod products", "n": 1});
        let expected =
            json!({"name": "dr-ops", "on": {"tag": "dr-v*"}, "key": ["DR_PLAN_KEY"], "other": "preprod products", "n": 1});
        assert_eq!(renaming.value(&value), expected);
    }
}
