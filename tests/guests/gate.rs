//! What the promotion gates among the guests have in common.

wit_bindgen::generate!({ world: "promotion", path: "../../../wit", pub_export_macro: true });

pub use exports::tollgate::gate::deciding::{Answer, Finding, Guest, Judgement, Needs, Request, Subject, SubjectOfRequest, Wait};
pub use tollgate::gate::types::{Description, Level, PluginError, Rule, SettingsError, Severity};

/// A description with the one rule `rule`, of level `deny`.
pub fn honest_description() -> Description {
    Description {
        name: "gate".to_owned(),
        version: "0.1.0".to_owned(),
        rules: vec![Rule {
            id: "rule".to_owned(),
            title: "A rule".to_owned(),
            help: "Only for tests.".to_owned(),
            level: Level::Deny,
            severity: Severity::High,
            controls: Vec::new(),
        }],
        settings_schema: b"{}".to_vec(),
    }
}

/// A finding by the one rule.
pub fn honest_finding(subject: Subject, message: impl Into<String>) -> Finding {
    Finding { rule: "rule".to_owned(), message: message.into(), subject, remediation: None, level: None }
}
