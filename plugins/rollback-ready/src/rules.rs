//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// What asks for it.
const CONTROLS: &[&str] = &["PCI-DSS-6.5.1", "DORA-RTS-17"];

/// All of them.
pub(crate) static ALL: [&Rule; 2] = [&NO_WAY_BACK, &MISSING_IMAGE];

pub(crate) static NO_WAY_BACK: Rule = Rule {
    id: "no-way-back",
    title: "There is a recipe to go back to",
    help: include_str!("../rules/no-way-back.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static MISSING_IMAGE: Rule = Rule {
    id: "missing-image",
    title: "All images of the recipe to go back to can be had",
    help: include_str!("../rules/missing-image.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};
