//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 9] = [
    &UNKNOWN,
    &NOT_APPROVED,
    &DIFFERS,
    &EXTRA,
    &FORGED_OWNER,
    &BYPASSED_OWNER,
    &IMAGE_NOT_APPROVED,
    &IMAGE_WITHOUT_DIGEST,
    &DELETED,
];

/// That a change is authorised before it is made, and that nothing else is.
const CONTROLS: &[&str] = &["NIST-800-53-CM-5", "SOC2-CC8.1", "DORA-RTS-17"];

pub(crate) static UNKNOWN: Rule = Rule {
    id: "unknown",
    title: "It is known what was approved",
    help: include_str!("../rules/unknown.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static NOT_APPROVED: Rule = Rule {
    id: "not-approved",
    title: "Object is in an approved recipe",
    help: include_str!("../rules/not-approved.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static DIFFERS: Rule = Rule {
    id: "differs",
    title: "Object is as its approved recipe has it",
    help: include_str!("../rules/differs.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static EXTRA: Rule = Rule {
    id: "extra",
    title: "Object has no field that its approved recipe does not have",
    help: include_str!("../rules/extra.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static FORGED_OWNER: Rule = Rule {
    id: "forged-owner",
    title: "Object is made by the controller that it names as its owner",
    help: include_str!("../rules/forged-owner.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: CONTROLS,
};

pub(crate) static BYPASSED_OWNER: Rule = Rule {
    id: "bypassed-owner",
    title: "Object of a controller is changed by that controller alone",
    help: include_str!("../rules/bypassed-owner.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: CONTROLS,
};

pub(crate) static IMAGE_NOT_APPROVED: Rule = Rule {
    id: "image-not-approved",
    title: "Image is one of an approved recipe",
    help: include_str!("../rules/image-not-approved.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: CONTROLS,
};

pub(crate) static IMAGE_WITHOUT_DIGEST: Rule = Rule {
    id: "image-without-digest",
    title: "Image is named by its digest",
    help: include_str!("../rules/image-without-digest.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static DELETED: Rule = Rule {
    id: "deleted",
    title: "Object that should run is not deleted by hand",
    help: include_str!("../rules/deleted.md"),
    level: Level::Warn,
    severity: Severity::Medium,
    controls: CONTROLS,
};
