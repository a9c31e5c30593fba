//! Quantities that an operator sets, as texts or whole numbers.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Quantity;
use crate::setting::{Schema, Setting};

impl Setting for Quantity {
    fn schema() -> Schema {
        let mut schema = Schema::default();
        schema.set("type", ["string", "integer"]);
        schema.set("examples", ["512Mi", "250m"]);
        schema
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A quantity as it is written in JSON.
struct Written;

impl Visitor<'_> for Written {
    type Value = Quantity;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a quantity, such as `512Mi` or `2`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
        text.parse().map_err(|what| E::custom(format_args!("`{text}` is no quantity: {what}")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Quantity, E> {
        Ok(Quantity::from(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
        i64::try_from(number).map(Quantity::from).map_err(|_| E::custom(format_args!("`{number}` is too much")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::settings::configure;
    use crate::{Settings, settings};

    /// What a container may ask for.
    #[settings]
    struct Limits {
        /// The most memory.
        #[setting(default = Quantity::mebi(512), min = Quantity::mebi(1))]
        memory: Quantity,
        /// The most CPU, if there is a limit.
        cpu: Option<Quantity>,
    }

    #[test]
    fn a_quantity_is_a_text_or_a_number_with_a_default_and_limits() {
        let schema: Value = serde_json::from_str(&<Limits as Settings>::schema()).unwrap();
        let examples = json!(["512Mi", "250m"]);
        let memory =
            json!({"type": ["string", "integer"], "examples": examples, "description": "The most memory.", "default": "512Mi"});
        assert_eq!(schema["properties"]["memory"], memory);
        assert_eq!(schema["properties"]["cpu"]["type"], json!(["string", "integer", "null"]));
        let set: Limits = configure(br#"{"memory": "1Gi", "cpu": 2}"#).unwrap();
        assert_eq!((set.memory, set.cpu), (Quantity::mebi(1024), Some(Quantity::milli(2000))));
        assert_eq!(Limits::default().memory.to_string(), "512Mi");
    }

    #[test]
    fn what_is_none_or_too_little_is_refused_at_its_place() {
        let refused = |settings: &str| {
            let errors = configure::<Limits>(settings.as_bytes()).err().unwrap_or_default();
            errors.into_iter().map(|error| format!("{}: {}", error.pointer, error.message)).collect::<Vec<_>>()
        };
        assert!(refused(r#"{"memory": "much"}"#)[0].starts_with("/memory: `much` is no quantity"));
        assert!(refused(r#"{"memory": true}"#)[0].contains("expected a quantity"));
        assert!(
            refused(r#"{"memory": "1Ki"}"#)[0].starts_with("/memory: must be at least 1Mi"),
            "{:?}",
            refused(r#"{"memory": "1Ki"}"#)
        );
        assert!(refused(r#"{"cpu": 18446744073709551615}"#)[0].contains("is too much"));
    }
}
