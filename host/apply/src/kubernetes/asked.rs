//! What applying one object would do: proven, remembered, or asked as a dry run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tollgate_core::canonical::NotCanonical;
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::plan::{Action, Conflict};
use tollgate_core::render::ObjectKey;

use super::by_server;
use super::definition;
use super::failure::{Conflicting, ServerError};
use super::force;
use super::mark::Mark;
use super::order::is_definition;
use super::owned::Owned;
use super::recreate;
use super::server::{Answer, MANAGER, Mode};
use super::stored;
use super::survey::{Surveyor, uid};
use super::wanted::Wanted;
use crate::compare::{action, changed};

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
    fn get(&self, path: &str, body: Digest, version: Option<&str>) -> Option<Outcome> {
        let by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        let known = by_path.get(path)?;
        let is_it = known.body == body && known.version.as_deref() == version && known.at.elapsed() < FRESH;
        is_it.then(|| known.outcome.clone())
    }

    fn keep(&self, path: &str, remembered: Remembered) {
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

impl Surveyor<'_> {
    /// What applying an object would do. Nothing is asked where its mark proves that it is as it shall be, or where the same was
    /// asked a moment ago of the same live object. Namespaces that are brought may be missing yet.
    pub(super) async fn outcome(
        &self,
        wanted: &Wanted,
        live: Option<&Value>,
        marks: &BTreeMap<ObjectKey, Mark>,
        brought: &BTreeSet<&str>,
    ) -> Result<Outcome, Unasked> {
        let Some(path) = &wanted.path else { return Ok(Outcome::Do(vec![self.create(wanted)?])) };
        let mark = marks.get(&wanted.key);
        if mark.is_some() && live.and_then(|live| Mark::of(wanted, live)).as_ref() == mark {
            return Ok(Outcome::Unchanged(mark.cloned()));
        }
        let body = Digest::of_canonical(&wanted.body)?;
        let version = live.and_then(stored::version);
        if let Some(outcome) = self.answers.get(path, body, version.as_deref()) {
            return Ok(outcome);
        }
        let outcome = self.ask(wanted, path, live, brought).await?;
        self.answers.keep(path, Remembered { body, version, at: Instant::now(), outcome: outcome.clone() });
        Ok(outcome)
    }

    async fn ask(&self, wanted: &Wanted, path: &str, live: Option<&Value>, brought: &BTreeSet<&str>) -> Result<Outcome, Unasked> {
        match self.server.apply(path, &wanted.body, Mode::DryRun).await? {
            Answer::Object(planned) => self.planned(wanted, live, &planned, &[]),
            // Its namespace comes with it.
            Answer::Refused(status) if status.code == 404 && is_brought(&wanted.key.identity, brought) => {
                Ok(Outcome::Do(vec![self.create(wanted)?]))
            }
            Answer::Refused(status) if ServerError::of_status(&status).is_forbidden() => {
                Err(ServerError::of_status(&status).into())
            }
            Answer::Refused(status) => match live.filter(|_| recreate::is_wished(wanted) && recreate::is_immutable(&status)) {
                Some(live) => self.recreate(wanted, live).await,
                None => Ok(in_the_way(&wanted.key.identity, recreate::told(&status))),
            },
            Answer::Conflicts(fields) if force::is_allowed(self.force, &wanted.key.identity, &fields) => {
                self.ask_forced(wanted, path, live, fields).await
            }
            Answer::Conflicts(fields) => Ok(contested(&wanted.key.identity, fields)),
        }
    }

    /// The same, taking over fields of others that may be taken over.
    async fn ask_forced(
        &self,
        wanted: &Wanted,
        path: &str,
        live: Option<&Value>,
        fields: Vec<Conflicting>,
    ) -> Result<Outcome, Unasked> {
        match self.server.apply(path, &wanted.body, Mode::DryRunForced).await? {
            Answer::Object(planned) => self.planned(wanted, live, &planned, &fields),
            Answer::Refused(status) => Ok(in_the_way(&wanted.key.identity, recreate::told(&status))),
            Answer::Conflicts(fields) => Ok(contested(&wanted.key.identity, fields)),
        }
    }

    /// What of it is tollgate's to do. Fields that are taken from others are named with who had them.
    fn planned(&self, wanted: &Wanted, live: Option<&Value>, planned: &Value, fields: &[Conflicting]) -> Result<Outcome, Unasked> {
        let by_server = by_server::by_server(wanted, live.is_none(), planned);
        let Some(live) = live else { return Ok(Outcome::Do(vec![Action { by_server, ..self.create(wanted)? }])) };
        let losses = if is_definition(&wanted.key.identity) { definition::losses(live, &wanted.body) } else { Vec::new() };
        if !losses.is_empty() {
            let way = format!("`{}: accepted` among its annotations says that this is meant", definition::ACCEPT);
            let message = format!("would take from objects that are there: {}; {way}", losses.join("; "));
            return Ok(in_the_way(&wanted.key.identity, message));
        }
        Ok(match self.change(wanted, live, planned)? {
            Some(action) => Outcome::Do(vec![Action { takes: fields.iter().map(force::taken).collect(), by_server, ..action }]),
            None => Outcome::Unchanged(Mark::of(wanted, live)),
        })
    }

    pub(super) fn create(&self, wanted: &Wanted) -> Result<Action, NotCanonical> {
        action(&wanted.key, None, Some(&wanted.body), self.key)
    }

    /// What would be other than it is, of what tollgate sets or has set; nothing where all of it stays.
    fn change(&self, wanted: &Wanted, live: &Value, planned: &Value) -> Result<Option<Action>, NotCanonical> {
        let (before, after) = (Owned::by(MANAGER, live), Owned::by(MANAGER, planned));
        let all = before.clone().union(&after);
        let parts = (all.project(live).unwrap_or_default(), all.project(planned).unwrap_or_default());
        if parts.0 == parts.1 && before == after {
            return Ok(None);
        }
        let action = changed(&wanted.key, (&parts.0, &parts.1), &wanted.body, self.key)?;
        Ok(Some(Action { live_uid: uid(live), ..action }))
    }
}

fn is_brought(identity: &ObjectIdentity, brought: &BTreeSet<&str>) -> bool {
    identity.namespace.as_deref().is_some_and(|namespace| brought.contains(namespace))
}

pub(super) fn in_the_way(identity: &ObjectIdentity, message: String) -> Outcome {
    Outcome::InTheWay(vec![Conflict { at: identity.to_string(), message }])
}

fn contested(identity: &ObjectIdentity, fields: Vec<Conflicting>) -> Outcome {
    let conflict = |field: Conflicting| Conflict {
        at: format!("{identity} {}", field.field),
        message: format!(
            "is set by somebody else ({}); leave it to them, or take it from them: `forceConflicts` of the target",
            field.message
        ),
    };
    Outcome::InTheWay(fields.into_iter().map(conflict).collect())
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
            answers.keep("/a", Remembered { body, version, at, outcome: Outcome::Unchanged(None) });
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
