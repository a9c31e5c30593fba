//! What a plugin says of itself has to be true.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::describe::Description;
use crate::settings::Settings;

/// Checks what every description promises: rules have kebab-case ids, each once, a title of one line and a help text, and
/// the schema of the settings names exactly the members that the settings have, each with a description.
///
/// # Panics
/// When one of these does not hold.
#[track_caller]
pub fn assert_description<S: Settings + Serialize + Default>(description: &Description) {
    assert!(is_kebab_case(description.name), "`{}` is not kebab-case", description.name);
    let mut ids = BTreeSet::new();
    for rule in description.rules {
        assert!(is_kebab_case(rule.id), "`{}` is not kebab-case", rule.id);
        assert!(ids.insert(rule.id), "rule `{}` is there twice", rule.id);
        assert!(!rule.title.is_empty() && !rule.title.contains('\n'), "rule `{}` needs a title of one line", rule.id);
        assert!(rule.help.trim().len() > 80, "rule `{}` needs a help text: what is judged, why it matters, how to fix it", rule.id);
    }
    let schema: Value = serde_json::from_str(&S::schema()).unwrap_or_else(|error| panic!("schema of the settings: {error}"));
    assert_eq!(schema.get("additionalProperties"), Some(&Value::Bool(false)), "the schema must refuse unknown settings");
    let settings = serde_json::to_value(S::default()).unwrap_or_else(|error| panic!("settings: {error}"));
    let members = |value: Option<&Value>| -> BTreeSet<String> {
        value.and_then(Value::as_object).into_iter().flat_map(|object| object.keys().cloned()).collect()
    };
    assert_eq!(members(schema.get("properties")), members(Some(&settings)), "schema and settings have different members");
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        assert!(property.get("description").is_some_and(Value::is_string), "setting `{name}` needs a description");
        assert_eq!(property.get("default"), settings.get(name), "setting `{name}` needs its default in the schema");
    }
}

pub(super) fn is_kebab_case(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{Level, Rule, Severity};

    const HELP: &str = "What is judged, why it matters and how it is fixed, in a few sentences that somebody will read.";

    static RULE: Rule =
        Rule { id: "a-rule", title: "A rule", help: HELP, level: Level::Deny, severity: Severity::Low, controls: &[] };
    static MUTE: Rule = Rule { id: "mute", title: "A rule", help: "", level: Level::Deny, severity: Severity::Low, controls: &[] };

    static TWICE: [&Rule; 2] = [&RULE, &RULE];
    static SILENT: [&Rule; 1] = [&MUTE];

    const GOOD: Description = Description { name: "good", version: "0.1.0", rules: &[&RULE] };

    /// Settings with one member, and a schema of them.
    macro_rules! settings {
        ($name:ident, $schema:literal) => {
            #[derive(Default, Deserialize, Serialize)]
            #[serde(default)]
            struct $name {
                count: u32,
            }

            impl Settings for $name {
                fn schema() -> String {
                    $schema.to_owned()
                }
            }
        };
    }
    settings!(True, r#"{"additionalProperties": false, "properties": {"count": {"description": "How many", "default": 0}}}"#);
    settings!(Incomplete, r#"{"additionalProperties": false, "properties": {}}"#);
    settings!(Wrong, r#"{"additionalProperties": false, "properties": {"count": {"description": "How many", "default": 1}}}"#);
    settings!(Open, "{}");

    #[test]
    fn a_true_description_is_well() {
        assert_description::<True>(&GOOD);
    }

    #[test]
    #[should_panic(expected = "is there twice")]
    fn a_rule_is_there_once() {
        assert_description::<True>(&Description { rules: &TWICE, ..GOOD });
    }

    #[test]
    #[should_panic(expected = "needs a help text")]
    fn a_rule_explains_itself() {
        assert_description::<True>(&Description { rules: &SILENT, ..GOOD });
    }

    #[test]
    #[should_panic(expected = "different members")]
    fn the_schema_names_all_settings() {
        assert_description::<Incomplete>(&GOOD);
    }

    #[test]
    #[should_panic(expected = "needs its default")]
    fn the_schema_tells_the_true_defaults() {
        assert_description::<Wrong>(&GOOD);
    }

    #[test]
    #[should_panic(expected = "refuse unknown settings")]
    fn the_schema_is_closed() {
        assert_description::<Open>(&GOOD);
    }
}
