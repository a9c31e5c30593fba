//! Writes the objects of one layer.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::plan::{Action, Plan, Verb};
use tollgate_core::render::ObjectKey;

use super::failure::{Conflicting, ServerError};
use super::force;
use super::mark::Mark;
use super::server::{AT_ONCE, Answer, Mode};
use super::stored;
use super::surveyor::{Surplus, Surveyor};
use super::wait::{self, Deadline};
use super::wanted::Wanted;

/// How long an object may take to be gone that is made again, in seconds, where nothing is waited for otherwise.
const GONE: u64 = 60;

/// How often fields are taken over from an object that changes meanwhile.
const TRIES: usize = 5;

/// The live objects that are deleted and made again, by the objects that they become.
pub(super) fn made_again(plan: &Plan) -> BTreeMap<&ObjectKey, &str> {
    let is_made = |action: &&Action| plan.actions.iter().any(|other| other.verb == Verb::Create && other.object == action.object);
    let deleted = plan.actions.iter().filter(|action| action.verb == Verb::Delete).filter(is_made);
    deleted.filter_map(|action| Some((&action.object, action.live_uid.as_deref()?))).collect()
}

/// The marks of objects that may have one.
pub(super) type Marks = Vec<(ObjectKey, Mark)>;

/// Writes what a plan is about.
pub(super) struct Writer<'a> {
    pub(super) surveyor: &'a Surveyor<'a>,
    /// The live objects that are deleted and made again.
    pub(super) made_again: BTreeMap<&'a ObjectKey, &'a str>,
    /// How long objects may take to be gone, in seconds.
    pub(super) wait: u64,
}

impl Writer<'_> {
    /// Writes objects, several at a time. The inner error says which ones the server did not take, and why.
    pub(super) async fn write(&self, layer: &[&Wanted]) -> Result<Result<Marks, Vec<String>>, ServerError> {
        let one = async |wanted: &Wanted| match &wanted.path {
            Some(path) => self.put(wanted, path, self.made_again.get(&wanted.key).copied()).await,
            None => Ok(Err(format!("{} has no kind in the cluster yet", wanted.key.identity))),
        };
        let written: Vec<Result<Option<Mark>, String>> =
            stream::iter(layer.iter().copied()).map(one).buffered(AT_ONCE).boxed_local().try_collect().await?;
        let refused: Vec<String> = written.iter().filter_map(|written| written.as_ref().err().cloned()).collect();
        if !refused.is_empty() {
            return Ok(Err(refused));
        }
        let marks = layer.iter().zip(written).filter_map(|(wanted, written)| Some((wanted.key.clone(), written.ok()??)));
        Ok(Ok(marks.collect()))
    }

    /// Writes one object. The inner error says why the server did not take it.
    async fn put(&self, wanted: &Wanted, path: &str, old: Option<&str>) -> Result<Result<Option<Mark>, String>, ServerError> {
        if let Some(uid) = old
            && let Some(left) = self.clear(wanted, path, uid).await?
        {
            return Ok(Err(left));
        }
        let answer = match self.surveyor.server.apply(path, &wanted.body, Mode::Write).await? {
            Answer::Conflicts(fields) if force::is_allowed(self.surveyor.force, &wanted.key.identity, &fields) => {
                self.take(wanted, path).await?
            }
            answer => answer,
        };
        Ok(match answer {
            Answer::Object(object) => Ok(wanted.mark(&object)),
            Answer::Refused(status) => Err(format!("{} was refused: {}", wanted.key.identity, status.message)),
            Answer::Conflicts(fields) => Err(contested(&wanted.key.identity, &fields)),
        })
    }

    /// Deletes what is made again, and waits until it is gone; what is left says why.
    async fn clear(&self, wanted: &Wanted, path: &str, uid: &str) -> Result<Option<String>, ServerError> {
        let server = self.surveyor.server;
        server.delete(path, uid).await?;
        let (key, path, uid) = (wanted.key.clone(), path.to_owned(), uid.to_owned());
        let old = Surplus { key, path, uid, is_kept: false, needs: Vec::new() };
        let left = wait::until_gone(server, &[&old], Deadline::in_seconds(self.wait.max(GONE))).await?;
        Ok(left.into_iter().next())
    }

    /// Takes fields over that may be taken. What others set a moment later is not among them: what is written is the very object of
    /// which it was found who has what.
    async fn take(&self, wanted: &Wanted, path: &str) -> Result<Answer, ServerError> {
        let server = self.surveyor.server;
        let mut tries = 0;
        loop {
            tries += 1;
            let Some(version) = server.get(path).await?.as_ref().and_then(stored::version) else {
                return server.apply(path, &wanted.body, Mode::Write).await;
            };
            let body = of_version(wanted, version);
            let answer = match server.apply(path, &body, Mode::DryRun).await? {
                Answer::Conflicts(fields) if force::is_allowed(self.surveyor.force, &wanted.key.identity, &fields) => {
                    server.apply(path, &body, Mode::WriteForced).await?
                }
                Answer::Object(_) => server.apply(path, &body, Mode::Write).await?,
                answer => answer,
            };
            match answer {
                // Somebody has written it since.
                Answer::Refused(status) if status.code == 409 && tries < TRIES => {}
                answer => return Ok(answer),
            }
        }
    }
}

fn of_version(wanted: &Wanted, version: String) -> Value {
    let mut body = wanted.body.clone();
    body["metadata"]["resourceVersion"] = version.into();
    body
}

fn contested(identity: &ObjectIdentity, fields: &[Conflicting]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("{} ({})", field.field, field.message)).collect();
    format!("{identity} was set by somebody else meanwhile: {}", fields.join(", "))
}
