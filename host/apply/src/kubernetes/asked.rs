//! What applying one object would do: proven, remembered, or asked as a dry run.

use std::collections::{BTreeMap, BTreeSet};

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
use super::outcome::{Outcome, Unasked, in_the_way};
use super::owned::Owned;
use super::recreate;
use super::server::{Answer, MANAGER, Mode};
use super::stored;
use super::surveyor::{Surveyor, uid};
use super::wanted::Wanted;
use crate::compare::{action, changed};

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
        if mark.is_some() && live.and_then(|live| wanted.mark(live)).as_ref() == mark {
            return Ok(Outcome::Unchanged(mark.cloned()));
        }
        let body = Digest::of_canonical(&wanted.body)?;
        let version = live.and_then(stored::version);
        if let Some(outcome) = self.answers.get(path, body, version.as_deref()) {
            return Ok(outcome);
        }
        // Once its namespace is there it can be asked about, and has to be: that answer is none to keep.
        let Some(outcome) = self.ask(wanted, path, live, brought).await? else {
            return Ok(Outcome::Do(vec![self.create(wanted)?]));
        };
        self.answers.keep(path, body, version, outcome.clone());
        Ok(outcome)
    }

    /// What the server says; nothing where it can't be asked before the object's namespace is there.
    async fn ask(
        &self,
        wanted: &Wanted,
        path: &str,
        live: Option<&Value>,
        brought: &BTreeSet<&str>,
    ) -> Result<Option<Outcome>, Unasked> {
        let outcome = match self.server.apply(path, &wanted.body, Mode::DryRun).await? {
            Answer::Refused(status) if status.code == 404 && is_brought(&wanted.key.identity, brought) => return Ok(None),
            Answer::Refused(status) if ServerError::of_status(&status).is_forbidden() => {
                return Err(ServerError::of_status(&status).into());
            }
            Answer::Object(planned) => self.planned(wanted, live, &planned, &[])?,
            Answer::Refused(status) => match live.filter(|_| recreate::is_wished(wanted) && recreate::is_immutable(&status)) {
                Some(live) => self.recreate(wanted, path, live).await?,
                None => in_the_way(&wanted.key.identity, recreate::told(&status)),
            },
            Answer::Conflicts(fields) if force::is_allowed(self.force, &wanted.key.identity, &fields) => {
                self.ask_forced(wanted, path, live, fields).await?
            }
            Answer::Conflicts(fields) => contested(&wanted.key.identity, fields),
        };
        Ok(Some(outcome))
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
            None => Outcome::Unchanged(wanted.mark(live)),
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
