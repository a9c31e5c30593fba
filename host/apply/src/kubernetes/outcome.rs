//! What applying one object would do, and for how long an answer counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tollgate_core::canonical::NotCanonical;
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::plan::{Action, Conflict};

use super::failure::ServerError;
use super::mark::Mark;

/// How long it counts what the server said of an object that is still the same.
const FRESH: Duration = Duration::from_secs(60);

/// What applying one object would do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Nothing, and what proves it the next time.
    Unchanged(Option<Mark>),
    Do(Vec<Action>),
    InTheWay(Vec<Conflict>),
}

/// What the server said, for the short while between a plan and its apply.
#[derive(Debug, Default)]
pub(super) struct Answers {
    by_path: Mutex<BTreeMap<String, Remembered>>,
}

/// One answer, and all that it was about.
#[derive(Debug)]
struct Remembered {
    body: Digest,
    /// Of the live object; nothing: there was none.
    version: Option<String>,
    at: Instant,
    outcome: Outcome,
}

impl Answers {
    pub(super) fn get(&self, path: &str, body: Digest, version: Option<&str>) -> Option<Outcome> {
        let by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        let known = by_path.get(path)?;
        let is_it = known.body == body && known.version.as_deref() == version && known.at.elapsed() < FRESH;
        is_it.then(|| known.outcome.clone())
    }

    pub(super) fn keep(&self, path: &str, body: Digest, version: Option<String>, outcome: Outcome) {
        self.keep_since(Instant::now(), path, body, version, outcome);
    }

    fn keep_since(&self, at: Instant, path: &str, body: Digest, version: Option<String>, outcome: Outcome) {
        let remembered = Remembered { body, version, at, outcome };
        self.by_path.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), remembered);
    }
}

/// Why it can't be said what applying an object would do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unasked {
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// One thing that stands in the way of an object.
pub(super) fn in_the_way(identity: &ObjectIdentity, message: String) -> Outcome {
    Outcome::InTheWay(vec![Conflict { at: identity.to_string(), message }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_the_same_body_and_the_same_live_object_alone() {
        let answers = Answers::default();
        let (body, other) = (Digest::of(b"body"), Digest::of(b"other"));
        let remember = |at: Instant| {
            let version = Some("7".to_owned());
            answers.keep_since(at, "/a", body, version, Outcome::Unchanged(None));
        };
        remember(Instant::now());
        assert_eq!(answers.get("/a", body, Some("7")), Some(Outcome::Unchanged(None)));
        assert_eq!(answers.get("/a", body, Some("8")), None);
        assert_eq!(answers.get("/a", body, None), None);
        assert_eq!(answers.get("/a", other, Some("7")), None);
        assert_eq!(answers.get("/b", body, Some("7")), None);
        let Some(long_ago) = Instant::now().checked_sub(FRESH) else { return };
        remember(long_ago);
        assert_eq!(answers.get("/a", body, Some("7")), None);
    }
}
