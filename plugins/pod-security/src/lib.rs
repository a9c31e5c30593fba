//! The Kubernetes Pod Security Standards as a validator.
//!
//! It judges pods, and every document that holds a pod template, by the level and version that the operator sets, and refuses
//! also what it can't read. It sees nothing but the one document that it is given.

mod check;
mod checks;
mod judge;
mod pod;
mod reading;
mod report;
mod settings;
mod text;
mod version;

use tollgate_sdk::{Description, Findings, Needs, PluginError, Validator};

pub use settings::{SecurityLevel, Settings};
pub use version::Version;

/// The validator.
#[derive(Debug)]
pub struct PodSecurity;

impl Validator for PodSecurity {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "pod-security", version: env!("CARGO_PKG_VERSION"), rules: &checks::RULES };

    /// Every kind, since any kind may hold a pod template.
    fn needs(_: &Settings) -> Needs {
        Needs::document()
    }

    fn check(check: &tollgate_sdk::Check<'_, Settings>, findings: &mut Findings) -> Result<(), PluginError> {
        for document in check.documents {
            judge::judge(*check.settings, document, findings);
        }
        Ok(())
    }
}

tollgate_sdk::export_validator!(PodSecurity);

// A plugin exports one function table and nothing that tests of their own crate could link, so they are part of this one.
#[cfg(test)]
#[path = "../tests/corpus.rs"]
mod corpus;
#[cfg(test)]
#[path = "../tests/unknown.rs"]
mod unknown;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_plugin_says_of_itself_is_true() {
        tollgate_sdk::testing::assert_description::<Settings>(&PodSecurity::DESCRIPTION);
    }

    #[test]
    fn all_cases_come_out_as_they_say() {
        tollgate_sdk::testing::run_cases::<PodSecurity>(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"));
    }
}
