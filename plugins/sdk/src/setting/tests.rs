use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::settings::configure;
use crate::{Settings as _, settings};

/// How hard to try.
#[settings]
enum Effort {
    #[default]
    None,
    AllOfIt,
}

#[settings]
struct Inner {
    /// At most three.
    #[setting(max = 3)]
    depth: u8,
}

/// All that can be set.
#[settings]
struct Everything {
    /// A flag.
    #[setting(default = true)]
    is_on: bool,
    /// A number.
    #[setting(default = 5, min = 2, max = 9)]
    count: i64,
    /// Some words.
    #[setting(default = ["a", "b"], not_empty)]
    words: Vec<String>,
    /// A word, perhaps.
    word: Option<String>,
    /// How hard.
    effort: Effort,
    /// By name.
    by_name: BTreeMap<String, Inner>,
    /// Even.
    #[setting(check = even)]
    even: u32,
    /// A word of Rust's own.
    r#for: bool,
}

fn even(value: &u32) -> Result<(), String> {
    if value.is_multiple_of(2) { Ok(()) } else { Err(format!("must be even, not {value}")) }
}

fn schema() -> Value {
    serde_json::from_str(&Everything::schema()).unwrap()
}

fn refused(settings: &Value) -> Vec<(String, String)> {
    let errors = configure::<Everything>(settings.to_string().as_bytes()).unwrap_err();
    errors.into_iter().map(|error| (error.pointer, error.message)).collect()
}

#[test]
fn the_schema_says_what_each_setting_is_for_and_may_be() {
    let properties = json!({
        "isOn": {"type": "boolean", "description": "A flag.", "default": true},
        "count": {"type": "integer", "minimum": 2, "maximum": 9, "description": "A number.", "default": 5},
        "words": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Some words.", "default": ["a", "b"]},
        "word": {"type": ["string", "null"], "description": "A word, perhaps.", "default": null},
        "effort": {"enum": ["none", "all-of-it"], "description": "How hard.", "default": "none"},
        "byName": {
            "type": "object", "description": "By name.", "default": {},
            "additionalProperties": {
                "type": "object", "additionalProperties": false,
                "properties": {"depth": {"type": "integer", "minimum": 0, "maximum": 3, "description": "At most three.", "default": 0}},
            },
        },
        "even": {"type": "integer", "minimum": 0, "description": "Even.", "default": 0},
        "for": {"type": "boolean", "description": "A word of Rust's own.", "default": false},
    });
    assert_eq!(schema()["properties"], properties);
    assert_eq!((&schema()["additionalProperties"], &schema()["description"]), (&json!(false), &json!("All that can be set.")));
}

#[test]
fn no_settings_are_the_defaults() {
    let settings = configure::<Everything>(b"").unwrap();
    assert_eq!((settings.is_on, settings.count, settings.words.len(), settings.effort), (true, 5, 2, Effort::None));
}

#[test]
fn what_is_out_of_its_limits_is_pointed_to() {
    let at = |settings: Value| refused(&settings).remove(0);
    assert_eq!(at(json!({"count": 1})), ("/count".to_owned(), "must be at least 2, not 1".to_owned()));
    assert_eq!(at(json!({"count": 10})), ("/count".to_owned(), "must be at most 9, not 10".to_owned()));
    assert_eq!(at(json!({"words": []})), ("/words".to_owned(), "must not be empty".to_owned()));
    assert_eq!(at(json!({"even": 3})), ("/even".to_owned(), "must be even, not 3".to_owned()));
    assert_eq!(at(json!({"byName": {"a/b": {"depth": 4}}})).0, "/byName/a~1b/depth");
    assert_eq!(refused(&json!({"count": 1, "words": []})).len(), 2);
}

#[test]
fn what_is_of_another_type_or_unknown_is_pointed_to() {
    let at = |settings: Value| refused(&settings).remove(0).0;
    assert_eq!(at(json!({"words": ["a", 1]})), "/words/1");
    assert_eq!(at(json!({"effort": "some"})), "/effort");
    assert_eq!(at(json!({"byName": {"a": {"dept": 1}}})), "/byName/a/dept");
}
