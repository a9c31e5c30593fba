//! What the operator configures: the level and the version of the standards.

use serde::{Deserialize, Serialize};

use crate::version::Version;

/// How strict the standards are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecurityLevel {
    /// Everything is allowed: nothing is judged.
    Privileged,
    /// What is known to lead from a container to its node is refused.
    #[default]
    Baseline,
    /// A pod must also give up what it does not need.
    Restricted,
}

/// The plugin's settings. Without any, it judges by the baseline level of the newest version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub level: SecurityLevel,
    pub version: Version,
}

impl tollgate_sdk::Settings for Settings {
    fn schema() -> String {
        include_str!("settings.schema.json").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tollgate_sdk::testing;

    use super::*;
    use crate::PodSecurity;

    fn refusal(settings: &str) -> (String, String) {
        let refused = testing::configure::<PodSecurity>(settings).unwrap_err().remove(0);
        (refused.pointer, refused.message)
    }

    #[test]
    fn no_settings_are_baseline_and_latest() {
        assert_eq!(Settings::default(), Settings { level: SecurityLevel::Baseline, version: Version::LATEST });
        assert!(testing::configure::<PodSecurity>("{}").is_ok());
    }

    #[test]
    fn level_and_version_are_taken() {
        let settings: Settings = serde_json::from_str(r#"{"level": "restricted", "version": "v1.24"}"#).unwrap();
        assert_eq!(settings, Settings { level: SecurityLevel::Restricted, version: Version::minor(24) });
    }

    #[test]
    fn an_unknown_level_is_refused_with_what_is_allowed() {
        let (pointer, message) = refusal(r#"{"level": "strict"}"#);
        assert_eq!(pointer, "/level");
        assert_eq!(message, "unknown variant `strict`, expected one of `privileged`, `baseline`, `restricted`");
    }

    #[test]
    fn a_version_to_come_is_refused_with_what_is_allowed() {
        let (pointer, message) = refusal(r#"{"version": "v1.38"}"#);
        assert_eq!(pointer, "/version");
        assert_eq!(message, "version `v1.38` is not known: it must be `latest`, or one of `v1.0` to `v1.37`");
    }

    #[test]
    fn values_of_other_types_are_refused() {
        assert_eq!(refusal(r#"{"version": 1.3}"#).0, "/version");
        assert_eq!(refusal(r#"{"level": null}"#).0, "/level");
        assert_eq!(refusal(r#""baseline""#).0, "");
    }

    #[test]
    fn an_unknown_setting_is_refused_with_what_is_allowed() {
        let (pointer, message) = refusal(r#"{"levle": "baseline"}"#);
        assert_eq!(pointer, "/levle");
        assert_eq!(message, "unknown field `levle`, expected `level` or `version`");
    }

    #[test]
    fn the_schema_lists_what_is_allowed() {
        let schema: Value = serde_json::from_str(&<Settings as tollgate_sdk::Settings>::schema()).unwrap();
        let allowed = |name: &str| schema["properties"][name]["enum"].as_array().unwrap().clone();
        for level in allowed("level") {
            assert!(serde_json::from_value::<SecurityLevel>(level).is_ok());
        }
        let versions: Vec<_> =
            std::iter::once("latest".to_owned()).chain(Version::all().map(|version| version.to_string())).collect();
        assert_eq!(allowed("version"), versions);
    }
}
