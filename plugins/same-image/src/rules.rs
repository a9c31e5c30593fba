//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 9] = [
    &REBUILT,
    &UNPROVEN_IMAGE,
    &UNPROVEN_RECIPE,
    &PROOF_ENDED,
    &HAND_CHANGED,
    &UNPROMOTABLE,
    &NOT_BUILT,
    &WRONG_BRANCH,
    &NOT_A_COMMIT,
];

pub(crate) static REBUILT: Rule = Rule {
    id: "rebuilt",
    title: "Image is the one that was built and tested under this name",
    help: include_str!("../rules/rebuilt.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: &[],
};

pub(crate) static UNPROVEN_IMAGE: Rule = Rule {
    id: "unproven-image",
    title: "Image has succeeded on the targets before",
    help: include_str!("../rules/unproven-image.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static UNPROVEN_RECIPE: Rule = Rule {
    id: "unproven-recipe",
    title: "Recipe has succeeded on the targets before",
    help: include_str!("../rules/unproven-recipe.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static PROOF_ENDED: Rule = Rule {
    id: "proof-ended",
    title: "What is promoted was not rolled back and did not fail",
    help: include_str!("../rules/proof-ended.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static HAND_CHANGED: Rule = Rule {
    id: "hand-changed",
    title: "Manifests are the ones that were tested",
    help: include_str!("../rules/hand-changed.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static UNPROMOTABLE: Rule = Rule {
    id: "unpromotable",
    title: "What is promoted has run in a promotable environment",
    help: include_str!("../rules/unpromotable.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static NOT_BUILT: Rule = Rule {
    id: "not-built",
    title: "Own image has a record of its build",
    help: include_str!("../rules/not-built.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: &[],
};

pub(crate) static WRONG_BRANCH: Rule = Rule {
    id: "wrong-branch",
    title: "Own image was built from the branch that it must come from",
    help: include_str!("../rules/wrong-branch.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static NOT_A_COMMIT: Rule = Rule {
    id: "not-a-commit",
    title: "Own image is tagged with the commit that it was built from",
    help: include_str!("../rules/not-a-commit.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};
