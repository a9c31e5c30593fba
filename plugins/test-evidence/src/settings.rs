//! What the operator can set.

use tollgate_sdk::{Duration, settings};

/// What has to be proven, and by whom.
#[settings]
pub(crate) struct Settings {
    /// The statements that there have to be, all of them.
    pub(crate) require: Vec<Requirement>,
}

/// A statement that there has to be.
#[settings]
pub(crate) struct Requirement {
    /// The type of its predicate.
    #[setting(default = "https://in-toto.io/attestation/test-result/v0.1", not_empty)]
    pub(crate) predicate_type: String,
    /// Where in the statement its result stands, as a JSON pointer (RFC 6901).
    #[setting(default = "/predicate/result", check = is_pointer)]
    pub(crate) field: String,
    /// The results that are good, as texts.
    #[setting(default = ["PASSED"], not_empty)]
    pub(crate) equals: Vec<String>,
    /// Teams or mail addresses of those whose statements count, people or machines.
    #[setting(not_empty)]
    pub(crate) from: Vec<String>,
    /// How old it may be; without, as old as it is.
    pub(crate) max_age: Option<Duration>,
    /// What it is about.
    pub(crate) r#for: About,
}

/// What statements are about.
#[settings]
pub(crate) enum About {
    /// Each own image of the recipe.
    #[default]
    Images,
    /// The recipe as a whole.
    Recipe,
}

fn is_pointer(text: &str) -> Result<(), String> {
    if text.starts_with('/') { Ok(()) } else { Err(format!("`{text}` is no JSON pointer to a member: it must start with `/`")) }
}
