//! What a change says of itself: the trailers of its commits, and its record.

use tollgate_sdk::Value;
use tollgate_sdk::promotion::{Change, Commit};

/// `.tollgate/change.yaml`, read.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// In the order of the file. A field with a list is there for each of its texts.
    fields: Vec<(String, String)>,
}

impl Record {
    /// Reads the record of a change. Without one it is empty.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(crate) fn read(change: &Change) -> Result<Self, String> {
        let Some(bytes) = &change.record else { return Ok(Self::default()) };
        let members = match Value::read(bytes).map_err(|error| error.to_string())? {
            Value::Object(members) => members,
            Value::Null => return Ok(Self::default()),
            other => return Err(format!("it is a {}, and no list of fields", other.kind())),
        };
        let mut record = Self::default();
        for (key, value) in members {
            let texts =
                texts(&value).ok_or_else(|| format!("`{key}` must be a text or a list of texts, not a {}", value.kind()))?;
            record.fields.extend(texts.into_iter().map(|text| (key.to_string(), text)));
        }
        Ok(record)
    }

    /// The values of a field, whose name is written in lower case here.
    pub(crate) fn values(&self, field: &str) -> Vec<&str> {
        let name = field.to_lowercase();
        filled(self.fields.iter().filter(|(key, _)| *key == name).map(|(_, value)| value.as_str()))
    }
}

fn texts(value: &Value<'_>) -> Option<Vec<String>> {
    match value {
        Value::Text(text) => Some(vec![text.to_string()]),
        Value::Null => Some(Vec::new()),
        Value::Array(elements) => elements.iter().map(|element| element.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// The values that a commit has for a field. The case of a trailer's name does not matter to git.
pub(crate) fn trailers<'a>(commit: &'a Commit, field: &str) -> Vec<&'a str> {
    filled(commit.trailers.iter().filter(|(key, _)| key.trim().eq_ignore_ascii_case(field)).map(|(_, value)| value.as_str()))
}

/// What says nothing is no value.
fn filled<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    values.map(str::trim).filter(|value| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tollgate_sdk::testing::promotions::{change, commit};

    use super::*;

    fn read(json: &str) -> Result<Record, String> {
        Record::read(&Change { record: Some(json.as_bytes().to_vec()), ..change() })
    }

    #[test]
    fn a_record_has_texts_and_lists_of_texts_in_lower_case() {
        let record =
            read(r#"{"ticket": ["SHOP-1", " SHOP-2 "], "impact": "none", "rollback": "  ", "Rollback": "revert"}"#).unwrap();
        assert_eq!(record.values("Ticket"), ["SHOP-1", "SHOP-2"]);
        assert_eq!(record.values("Impact"), ["none"]);
        assert!(record.values("Rollback").is_empty(), "blank, and not in lower case");
        assert!(read(r#"{"ticket": null}"#).unwrap().values("Ticket").is_empty());
    }

    #[test]
    fn what_is_no_record_is_said() {
        assert_eq!(read("[]").unwrap_err(), "it is a list, and no list of fields");
        assert_eq!(read(r#"{"ticket": 12}"#).unwrap_err(), "`ticket` must be a text or a list of texts, not a number");
        assert_eq!(read(r#"{"ticket": [12]}"#).unwrap_err(), "`ticket` must be a text or a list of texts, not a list");
        assert!(read(r#"{"ticket": "SHOP-1", "ticket": "SHOP-2"}"#).unwrap_err().contains("twice"));
        assert!(read("{").is_err());
        assert!(read("null").unwrap().fields.is_empty());
    }

    #[test]
    fn trailers_are_found_in_any_case_and_blank_ones_say_nothing() {
        let trailer = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let trailers_of = vec![trailer("TICKET", "SHOP-1"), trailer("Ticket", " "), trailer("Tickets", "SHOP-2")];
        assert_eq!(trailers(&Commit { trailers: trailers_of, ..commit(1, "dev@example.com") }, "Ticket"), ["SHOP-1"]);
    }

    proptest! {
        #[test]
        fn no_record_is_too_strange_to_be_read(json in tollgate_sdk::testing::anything(&["ticket", "impact"], &["SHOP-1", " "])) {
            if let Ok(record) = read(&json.to_string()) {
                prop_assert!(record.fields.iter().all(|(key, _)| json.get(key).is_some()));
            }
        }

        #[test]
        fn no_bytes_are_too_strange_to_be_read(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Record::read(&Change { record: Some(bytes), ..change() });
        }
    }
}
