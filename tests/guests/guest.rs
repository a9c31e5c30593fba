//! What the guests have in common: a validator that keeps the contract. Each guest includes this file, exports `Sinner`
//! with `guest!` and breaks the contract in one place.

wit_bindgen::generate!({ world: "validator", path: "../../../wit", pub_export_macro: true });

pub use exports::tollgate::gate::validation::{Finding, Guest, Request};
pub use tollgate::gate::types::{Description, Level, Needs, PluginError, Rule, Scope, SettingsError, Severity};

pub type Judgement = Result<Vec<Finding>, PluginError>;

/// A description with the one rule `rule`, of level `warn`.
pub fn honest_description() -> Description {
    Description {
        name: "guest".to_owned(),
        version: "0.1.0".to_owned(),
        rules: vec![Rule {
            id: "rule".to_owned(),
            title: "A rule".to_owned(),
            help: "Only for tests.".to_owned(),
            level: Level::Warn,
            severity: Severity::Low,
            controls: Vec::new(),
        }],
        settings_schema: b"{}".to_vec(),
    }
}

/// What a validator of single documents needs.
pub fn honest_needs() -> Needs {
    Needs { scope: Scope::Document, kinds: Vec::new(), secret_values: false }
}

/// A finding about the first document as a whole.
pub fn honest_finding(message: impl Into<String>) -> Finding {
    Finding {
        rule: "rule".to_owned(),
        message: message.into(),
        document: 0,
        pointer: String::new(),
        remediation: None,
        level: None,
    }
}

/// Exports a guest that sins in `check` alone.
#[macro_export]
macro_rules! guest {
    ($check:expr) => {
        struct Sinner;

        impl guest::Guest for Sinner {
            fn describe() -> guest::Description {
                guest::honest_description()
            }

            fn configure(_settings: Vec<u8>) -> Result<guest::Needs, Vec<guest::SettingsError>> {
                Ok(guest::honest_needs())
            }

            fn check(request: guest::Request) -> guest::Judgement {
                ($check)(request)
            }
        }

        guest::export!(Sinner with_types_in guest);
    };
}
