//! What the operator can set: what is known to be there from elsewhere.

use serde::{Deserialize, Serialize};
use tollgate_sdk::{SettingsError, is_glob};

/// The settings. Each is a list of globs: `namespace/name`, or `name` for every namespace.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Services.
    pub(crate) external_services: Vec<String>,
    /// Service accounts.
    pub(crate) external_service_accounts: Vec<String>,
    /// ConfigMaps, Secrets and PersistentVolumeClaims.
    pub(crate) external_config: Vec<String>,
}

/// Whether one of some globs fits an object. One with a slash fits only what has a namespace.
pub(crate) fn is_external(globs: &[String], namespace: Option<&str>, name: &str) -> bool {
    let whole = namespace.map(|namespace| format!("{namespace}/{name}"));
    globs.iter().any(|glob| match (glob.contains('/'), &whole) {
        (true, Some(whole)) => fast_glob::glob_match(glob, whole),
        (true, None) => false,
        (false, _) => fast_glob::glob_match(glob, name),
    })
}

impl tollgate_sdk::Settings for Settings {
    fn schema() -> String {
        include_str!("settings.schema.json").to_owned()
    }

    fn problems(&self) -> Vec<SettingsError> {
        let lists = [
            ("externalServices", &self.external_services),
            ("externalServiceAccounts", &self.external_service_accounts),
            ("externalConfig", &self.external_config),
        ];
        lists.into_iter().flat_map(|(setting, globs)| broken(setting, globs)).collect()
    }
}

fn broken(setting: &str, globs: &[String]) -> Vec<SettingsError> {
    let is_broken = |glob: &str| !is_glob(glob) || glob.matches('/').count() > 1 || glob.split('/').any(str::is_empty);
    let broken = globs.iter().enumerate().filter(|(_, glob)| is_broken(glob));
    let message = |glob: &str| format!("`{glob}` must be a glob of names, such as `shared-*`, or of both, such as `platform/*`");
    broken.map(|(index, glob)| SettingsError { pointer: format!("/{setting}/{index}"), message: message(glob) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::References;
    use tollgate_sdk::testing;

    #[test]
    fn a_glob_fits_names_everywhere_or_in_its_namespaces() {
        let globs = ["shared-*".to_owned(), "platform/*".to_owned(), "{a,b}/cart".to_owned()];
        for (namespace, name, fits) in [
            (None, "shared-db", true),
            (Some("shop"), "shared-db", true),
            (Some("platform"), "anything", true),
            (Some("b"), "cart", true),
            (Some("c"), "cart", false),
            (None, "cart", false),
            (Some("platform-x"), "anything", false),
        ] {
            assert_eq!(is_external(&globs, namespace, name), fits, "{namespace:?} {name}");
        }
    }

    #[test]
    fn globs_that_could_never_fit_are_refused_at_their_place() {
        let refused = |settings: &str| testing::configure::<References>(settings).unwrap_err().remove(0).pointer;
        assert_eq!(refused(r#"{"externalServices": ["ok", "a[b"]}"#), "/externalServices/1");
        assert_eq!(refused(r#"{"externalServiceAccounts": ["!a"]}"#), "/externalServiceAccounts/0");
        assert_eq!(refused(r#"{"externalConfig": ["a/b/c"]}"#), "/externalConfig/0");
        assert_eq!(refused(r#"{"externalConfig": ["shop/"]}"#), "/externalConfig/0");
        assert_eq!(refused(r#"{"externalService": []}"#), "/externalService");
    }
}
