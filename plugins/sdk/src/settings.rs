//! Settings: JSON in, a checked type out.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

pub use crate::bindings::validator::tollgate::gate::types::SettingsError;

use crate::describe::PluginError;

/// The settings of a plugin. [`crate::settings`] implements it; by hand it takes a type with
/// `#[serde(default, deny_unknown_fields, rename_all = "camelCase")]`.
pub trait Settings: DeserializeOwned {
    /// Their JSON Schema (2020-12). It refuses unknown members, and says of each what it is for and what it is by default.
    fn schema() -> String;

    /// What is wrong beyond what the type itself refuses. Pointers lead into the settings.
    fn problems(&self) -> Vec<SettingsError> {
        Vec::new()
    }
}

/// Of a plugin that has nothing to set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

const NOTHING_TO_SET: &str = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}, "additionalProperties": false}"#;

impl Settings for NoSettings {
    fn schema() -> String {
        // As text, so that a plugin without settings carries no writer of JSON.
        NOTHING_TO_SET.to_owned()
    }
}

/// Whether a text can be a glob: one that is empty, negated, or has a bracket open would match nothing, without saying so.
pub fn is_glob(text: &str) -> bool {
    let is_balanced = |(open, close): (char, char)| text.matches(open).count() == text.matches(close).count();
    !text.is_empty() && !text.starts_with('!') && [('[', ']'), ('{', '}')].into_iter().all(is_balanced)
}

/// Reads and checks settings, with a pointer to what is wrong.
pub(crate) fn configure<S: Settings>(bytes: &[u8]) -> Result<S, Vec<SettingsError>> {
    let at_root = |error: serde_json::Error| vec![SettingsError { pointer: String::new(), message: error.to_string() }];
    // By way of a value, whose errors name no line and column: the bytes that cross are nobody's source.
    let value: serde_json::Value = serde_json::from_slice(or_empty(bytes)).map_err(at_root)?;
    let settings: S = serde_path_to_error::deserialize(value)
        .map_err(|error| vec![SettingsError { pointer: pointer(error.path()), message: error.inner().to_string() }])?;
    let problems = settings.problems();
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// Reads settings that were accepted before.
pub(crate) fn accepted<S: DeserializeOwned>(bytes: &[u8]) -> Result<S, PluginError> {
    serde_json::from_slice(or_empty(bytes)).map_err(|error| PluginError::BadInput(format!("settings: {error}")))
}

/// No settings at all are an empty object.
fn or_empty(bytes: &[u8]) -> &[u8] {
    if bytes.is_empty() || bytes == b"null" { b"{}" } else { bytes }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => break,
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields, rename_all = "camelCase")]
    struct Example {
        max_count: u32,
        names: Vec<String>,
        inner: Inner,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Inner {
        flag: bool,
    }

    impl Settings for Example {
        fn schema() -> String {
            "{}".to_owned()
        }

        fn problems(&self) -> Vec<SettingsError> {
            let too_many = SettingsError { pointer: "/maxCount".into(), message: "`maxCount` must be at most 9".into() };
            if self.max_count > 9 { vec![too_many] } else { Vec::new() }
        }
    }

    fn refused(settings: &str) -> (String, String) {
        let mut errors = configure::<Example>(settings.as_bytes()).unwrap_err();
        assert_eq!(errors.len(), 1);
        let error = errors.remove(0);
        (error.pointer, error.message)
    }

    #[test]
    fn no_settings_are_the_defaults() {
        for nothing in ["", "null", "{}"] {
            assert_eq!(configure::<Example>(nothing.as_bytes()).unwrap(), Example::default());
            assert_eq!(accepted::<Example>(nothing.as_bytes()).unwrap(), Example::default());
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_to() {
        assert_eq!(refused(r#"{"names": ["a", 1]}"#).0, "/names/1");
        assert_eq!(refused(r#"{"inner": {"flag": "yes"}}"#).0, "/inner/flag");
        assert_eq!(refused(r#"{"maxCount": 10}"#), ("/maxCount".into(), "`maxCount` must be at most 9".into()));
        assert_eq!(refused("[]x").0, "");
    }

    #[test]
    fn a_glob_is_one_that_can_match_something() {
        assert!(["*", "shop/*", "{a,b}", "[ab]"].into_iter().all(is_glob));
        assert!(!["", "!a", "a[b", "{a"].into_iter().any(is_glob));
    }

    #[test]
    fn an_unknown_setting_is_named_with_what_is_allowed() {
        let (pointer, message) = refused(r#"{"inner": {"flg": true}}"#);
        assert_eq!(pointer, "/inner/flg");
        assert_eq!(message, "unknown field `flg`, expected `flag`");
    }
}
