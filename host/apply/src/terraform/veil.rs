//! Words that must not be told to anybody.

use serde_json::Value;
use tollgate_core::sensitive::{WITHHELD, hides};

/// Shorter words than this are withheld only where they stand alone: as parts of others they would be everywhere.
const SHORT: usize = 4;

/// What is withheld of whatever the program says.
#[derive(Clone, Debug, Default)]
pub(super) struct Veil {
    words: Vec<String>,
}

impl Veil {
    /// Withholds these.
    pub(super) fn of(words: impl IntoIterator<Item = String>) -> Self {
        Self::default().and(words)
    }

    /// The same with more.
    pub(super) fn and(mut self, words: impl IntoIterator<Item = String>) -> Self {
        words.into_iter().for_each(|word| self.add(word));
        self
    }

    fn add(&mut self, word: String) {
        if !word.trim().is_empty() && word != WITHHELD && !self.words.contains(&word) {
            self.words.push(word);
            // What holds another word goes first.
            self.words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        }
    }

    /// Withholds every sensitive value of a plan, too.
    pub(super) fn add_plan(&mut self, plan: &Value) {
        let members = |key: &str| plan.get(key).and_then(Value::as_array).into_iter().flatten();
        let resources = members("resource_changes").chain(members("resource_drift")).filter_map(|change| change.get("change"));
        let outputs = plan.get("output_changes").and_then(Value::as_object).into_iter().flatten().map(|(_, change)| change);
        for change in resources.chain(outputs) {
            for (value, mask) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
                if let (Some(value), Some(mask)) = (change.get(value), change.get(mask)) {
                    self.add_masked(value, mask);
                }
            }
        }
    }

    fn add_masked(&mut self, value: &Value, mask: &Value) {
        match (value, mask) {
            (_, mask) if !hides(mask) => {}
            (Value::Object(members), Value::Object(masks)) => {
                let both = masks.iter().filter_map(|(key, mask)| Some((members.get(key)?, mask)));
                both.for_each(|(value, mask)| self.add_masked(value, mask));
            }
            (Value::Array(elements), Value::Array(masks)) if elements.len() == masks.len() => {
                elements.iter().zip(masks).for_each(|(value, mask)| self.add_masked(value, mask));
            }
            (value, _) => self.add_all(value),
        }
    }

    fn add_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                // However it is broken into lines, nothing of it is told.
                text.lines().for_each(|line| self.add(line.trim().to_owned()));
                self.add(text.clone());
            }
            Value::Number(number) => self.add(number.to_string()),
            Value::Array(elements) => elements.iter().for_each(|value| self.add_all(value)),
            Value::Object(members) => members.values().for_each(|value| self.add_all(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A text without them.
    pub(super) fn withhold(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, word| {
            if word.chars().count() < SHORT { without_short(&text, word) } else { text.replace(word, WITHHELD) }
        })
    }
}

fn without_short(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let stands_alone = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if stands_alone { WITHHELD } else { word });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn mk_veil(plan: &Value) -> Veil {
        let mut veil = Veil::default();
        veil.add_plan(plan);
        veil
    }

    #[test]
    fn sensitive_values_of_a_plan_are_withheld_from_what_is_said() {
        let veil = mk_veil(&json!({
            "resource_changes": [{"change": {"before": null, "before_sensitive": false,
                "after": {"password": "hunter22", "pin": 42, "name": "db", "keys": ["one-key", "other"]},
                "after_sensitive": {"password": true, "pin": true, "keys": [true, false]}}}],
            "output_changes": {"token": {"before": "old-token", "before_sensitive": true, "after": null, "after_sensitive": false}},
        }));
        assert_eq!(
            veil.withhold("could not log in to db with hunter22 (pin 42 of 420, one-key or other), nor old-token"),
            "could not log in to db with withheld (pin withheld of 420, withheld or other), nor withheld"
        );
    }

    #[test]
    fn a_text_of_several_lines_is_withheld_line_by_line() {
        let veil = mk_veil(&json!({"resource_changes": [{"change":
            {"after": {"key": "-----BEGIN\nabcdef\n"}, "after_sensitive": {"key": true}}}]}));
        assert_eq!(veil.withhold("bad key: abcdef"), "bad key: withheld");
    }

    proptest! {
        #[test]
        fn no_word_of_some_length_is_left(word in "[a-zA-Z0-9/+ ]{4,12}[a-z]", before in ".{0,10}", after in ".{0,10}") {
            let said = Veil::of([word.clone()]).withhold(&format!("{before}{word}{after}"));
            prop_assert!(!said.contains(&word) || WITHHELD.contains(&word), "{said}");
        }
    }
}
