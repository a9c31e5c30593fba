//! Forges over HTTP: what GitHub and GitLab say of proposals and reviews.
//!
//! [`Github`] and [`Gitlab`] implement core's ports [`ReadForge`] and [`WriteForge`]. They say which head a review is of only
//! where the forge does; whether that head is what was merged is for git to tell, not for them. A list that can't be read to
//! its end is an error, never a shorter list.

mod api;
mod credential;
mod github;
mod gitlab;
mod latest;
mod web;

use tollgate_core::forge::{ForgeKind, ForgeSpec};
use tollgate_core::ports::{ReadForge, WriteForge};

pub use tollgate_web::Limits;

pub use credential::Credential;
pub use github::Github;
pub use gitlab::Gitlab;

/// Who reads what a forge knows.
pub fn reader(spec: &ForgeSpec, credential: Credential, limits: Limits) -> Box<dyn ReadForge> {
    match spec.kind {
        ForgeKind::Github => Box::new(Github::new(&spec.api, &spec.repository, credential, limits)),
        ForgeKind::Gitlab => Box::new(Gitlab::new(&spec.api, &spec.repository, credential, limits)),
    }
}

/// Who writes what people see there.
pub fn writer(spec: &ForgeSpec, credential: Credential, limits: Limits) -> Box<dyn WriteForge> {
    match spec.kind {
        ForgeKind::Github => Box::new(Github::new(&spec.api, &spec.repository, credential, limits)),
        ForgeKind::Gitlab => Box::new(Gitlab::new(&spec.api, &spec.repository, credential, limits)),
    }
}

/// Whether a text is the full id of a commit, in lower case as git writes it. What is none never reaches git.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Enough of an id to tell people.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_named_in_full() {
        assert!(is_commit(&"0a".repeat(20)) && is_commit(&"0a".repeat(32)));
        for other in ["", "master", &"0a".repeat(6), &"0A".repeat(20), &"0g".repeat(20), "--upload-pack=x"] {
            assert!(!is_commit(other), "{other}");
        }
    }
}
