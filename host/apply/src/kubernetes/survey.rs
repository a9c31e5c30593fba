//! What is in a cluster, and what applying a recipe would do there. Reads, and asks the server what it would do; changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tollgate_core::canonical::NotCanonical;
use tollgate_core::digest::Digest;
use tollgate_core::plan::{Action, Conflict, NoDigest, Plan};
use tollgate_core::ports::ApplyError;
use tollgate_core::render::{ObjectKey, Rendered};

use super::failure::ServerError;
use super::inventory::{Inventory, OWNER, PART_OF, Place};
use super::kinds::Kinds;
use super::order::{self, Id};
use super::owned::Owned;
use super::permissions;
use super::scaling;
use super::server::{AT_ONCE, Answer, MANAGER, Mode, Server};
use super::stored::{self, Stored};
use super::wanted::{self, Wanted};
use crate::compare::{action, changed};
use crate::key::PlanKey;

/// A recipe beside what is in the cluster.
pub(super) struct Survey {
    pub(super) plan: Plan,
    pub(super) stored: Stored,
    pub(super) wanted: Vec<Wanted>,
    /// Places in `wanted`, in the order in which they are applied.
    pub(super) layers: Vec<Vec<usize>>,
    /// What the recipe no longer has, and is still there.
    pub(super) surplus: Vec<Surplus>,
}

/// A live object that is to be deleted.
#[derive(Clone, Debug)]
pub(super) struct Surplus {
    pub(super) key: ObjectKey,
    pub(super) path: String,
    pub(super) uid: String,
}

/// Whose recipe is compared with what.
pub(super) struct Surveyor<'a> {
    pub(super) server: &'a Server,
    pub(super) target: &'a str,
    pub(super) place: &'a Place,
    pub(super) key: Option<&'a PlanKey>,
    /// Whether what is there already and nobody's becomes the target's.
    pub(super) adopts: bool,
}

/// What the server says of one object.
struct Asked {
    live: Option<Value>,
    answer: Answered,
}

enum Answered {
    Would(Answer),
    /// It can't be asked before another object is there.
    Later,
}

/// What has been found out about single objects.
#[derive(Default)]
struct Found {
    actions: Vec<Action>,
    unchanged: u32,
    conflicts: Vec<Conflict>,
}

impl Surveyor<'_> {
    /// Compares.
    ///
    /// # Errors
    /// When the server can't be asked.
    pub(super) async fn survey(&self, recipe: Digest, rendered: &Rendered) -> Result<Survey, ApplyError> {
        let kinds = Kinds::discover(self.server.client()).await.map_err(|error| self.failed(error))?;
        let (mut wanted, conflicts) = wanted::wanted(rendered, &kinds, self.place);
        let stored = match stored::read(self.server, self.place).await {
            Err(error) => return Err(self.refused(error, &wanted, &kinds).await),
            Ok(stored) => stored.map_err(|reason| self.broken(&reason))?,
        };
        let mut found = Found { conflicts, ..Found::default() };
        found.conflicts.extend(empties(&wanted, &stored.inventory));
        let layers = self.layers(&wanted, &mut found.conflicts);
        let members: BTreeSet<Id> = stored.inventory.members.iter().map(|member| Id::of(&member.identity)).collect();
        let asked = match self.ask_all(&mut wanted).await {
            Err(error) => return Err(self.refused(error, &wanted, &kinds).await),
            Ok(asked) => asked,
        };
        for (wanted, asked) in wanted.iter().zip(asked) {
            self.judge(wanted, asked, &members, &mut found)?;
        }
        let surplus = self.surplus(&wanted, &stored.inventory, &kinds, &mut found).await?;
        found.actions.sort_by(|a, b| a.object.cmp(&b.object));
        let Found { actions, unchanged, conflicts } = found;
        let plan = Plan { target: self.target.to_owned(), recipe, actions, unchanged, conflicts };
        Ok(Survey { plan, stored, wanted, layers, surplus })
    }

    fn layers(&self, wanted: &[Wanted], conflicts: &mut Vec<Conflict>) -> Vec<Vec<usize>> {
        let objects: Vec<_> = wanted.iter().map(|wanted| (wanted.key.identity.clone(), &wanted.body)).collect();
        order::layers(&objects).unwrap_or_else(|error| {
            conflicts.push(Conflict { at: order::DEPENDS_ON.to_owned(), message: error.to_string() });
            Vec::new()
        })
    }

    async fn ask_all(&self, wanted: &mut [Wanted]) -> Result<Vec<Asked>, ServerError> {
        let scaled = scaling::scaled(self.server, wanted).await?;
        let live: Vec<Option<Value>> =
            stream::iter(wanted.iter().map(|wanted| self.look(wanted))).buffered(AT_ONCE).try_collect().await?;
        for (wanted, live) in wanted.iter_mut().zip(&live) {
            scaling::leave(wanted, live.as_ref(), &scaled);
        }
        let mut brought = wanted::namespaces(wanted);
        // It is made with the inventory.
        brought.insert(&self.place.namespace);
        let both = wanted.iter().zip(live).map(|(wanted, live)| self.ask(wanted, live, &brought));
        stream::iter(both).buffered(AT_ONCE).try_collect().await
    }

    async fn look(&self, wanted: &Wanted) -> Result<Option<Value>, ServerError> {
        let Some(path) = &wanted.path else { return Ok(None) };
        Ok(self.server.get(path).await?.filter(|live| !stored::is_placeholder(live)))
    }

    async fn ask(&self, wanted: &Wanted, live: Option<Value>, brought: &BTreeSet<&str>) -> Result<Asked, ServerError> {
        let Some(path) = &wanted.path else { return Ok(Asked { live: None, answer: Answered::Later }) };
        let answer = match self.server.apply(path, &wanted.body, Mode::DryRun).await? {
            // Its namespace comes with it.
            Answer::Refused(status) if status.code == 404 && is_brought(wanted, brought) => Answered::Later,
            Answer::Refused(status) if ServerError::of_status(&status).is_forbidden() => {
                return Err(ServerError::of_status(&status));
            }
            answer => Answered::Would(answer),
        };
        Ok(Asked { live, answer })
    }

    fn judge(&self, wanted: &Wanted, asked: Asked, members: &BTreeSet<Id>, found: &mut Found) -> Result<(), ApplyError> {
        let Wanted { key: object, body, .. } = wanted;
        let mut conflict = |at: String, message: String| found.conflicts.push(Conflict { at, message });
        if let Some(message) = asked.live.as_ref().and_then(|live| self.stranger(live, members.contains(&Id::of(&object.identity))))
        {
            conflict(object.identity.to_string(), message);
            return Ok(());
        }
        let planned = match asked.answer {
            Answered::Would(Answer::Object(planned)) => Some(planned),
            Answered::Later => None,
            Answered::Would(Answer::Refused(status)) => {
                conflict(object.identity.to_string(), format!("is refused by the API server: {}", status.message));
                return Ok(());
            }
            Answered::Would(Answer::Conflicts(fields)) => {
                for field in fields {
                    let message = format!("is set by somebody else ({}); leave it to them, or take it from them", field.message);
                    conflict(format!("{} {}", object.identity, field.field), message);
                }
                return Ok(());
            }
        };
        let done = match (&asked.live, &planned) {
            (Some(live), Some(planned)) => self.change(wanted, live, planned)?,
            _ => Some(action(object, None, Some(body), self.key).map_err(|source| self.not_canonical(source))?),
        };
        match done {
            Some(action) => found.actions.push(action),
            None => found.unchanged = found.unchanged.saturating_add(1),
        }
        Ok(())
    }

    /// What would be other than it is, of what tollgate sets or has set; nothing where all of it stays.
    fn change(&self, wanted: &Wanted, live: &Value, planned: &Value) -> Result<Option<Action>, ApplyError> {
        let (before, after) = (Owned::by(MANAGER, live), Owned::by(MANAGER, planned));
        let all = before.clone().union(&after);
        let parts = (all.project(live).unwrap_or_default(), all.project(planned).unwrap_or_default());
        if parts.0 == parts.1 && before == after {
            return Ok(None);
        }
        let action =
            changed(&wanted.key, (&parts.0, &parts.1), &wanted.body, self.key).map_err(|source| self.not_canonical(source))?;
        Ok(Some(Action { live_uid: uid(live), ..action }))
    }

    /// Why a live object can't be taken for ours.
    fn stranger(&self, live: &Value, is_member: bool) -> Option<String> {
        let own = self.place.set_id();
        let text = |map: &str, key: &str| live.pointer(map).and_then(|map| map.get(key)).and_then(Value::as_str);
        let owners = [text("/metadata/labels", PART_OF), text("/metadata/annotations", OWNER)];
        match owners.into_iter().flatten().find(|owner| *owner != own) {
            Some(other) => Some(format!("belongs to the inventory `{other}`; remove it from one of both")),
            None if is_member || owners.iter().flatten().next().is_some() => None,
            None if self.adopts => None,
            None => Some("is there already, and tollgate did not make it; `adopt: true` of the target takes it over".to_owned()),
        }
    }

    /// What the inventory has, the recipe has not, and is still there.
    async fn surplus(
        &self,
        wanted: &[Wanted],
        inventory: &Inventory,
        kinds: &Kinds,
        found: &mut Found,
    ) -> Result<Vec<Surplus>, ApplyError> {
        let kept: BTreeSet<Id> = wanted.iter().map(|wanted| Id::of(&wanted.key.identity)).collect();
        let gone = inventory.members.iter().filter(|member| !kept.contains(&Id::of(&member.identity)));
        let look = |member: ObjectKey| async move {
            let Some(kind) = kinds.of_any_version(&member.identity) else { return Ok(None) };
            let path = kind.object(&member.identity);
            Ok(self.server.get(&path).await?.map(|object| (member, path, object)))
        };
        let live: Vec<Option<(ObjectKey, String, Value)>> =
            stream::iter(gone.cloned().map(look)).buffered(AT_ONCE).try_collect().await.map_err(|error| self.failed(error))?;
        let mut surplus = Vec::new();
        for (key, path, object) in live.into_iter().flatten() {
            if let Some(message) = self.undeletable(&key, &object, wanted) {
                found.conflicts.push(Conflict { at: key.identity.to_string(), message });
                continue;
            }
            let owned = Owned::part_by(MANAGER, &object);
            let action = action(&key, Some(&owned), None, self.key).map_err(|source| self.not_canonical(source))?;
            let uid = uid(&object).unwrap_or_default();
            found.actions.push(Action { live_uid: Some(uid.clone()), ..action });
            surplus.push(Surplus { key, path, uid });
        }
        Ok(surplus)
    }

    /// Why an object that the recipe no longer has can't be deleted.
    fn undeletable(&self, key: &ObjectKey, object: &Value, wanted: &[Wanted]) -> Option<String> {
        let own = self.place.set_id();
        let owner = object.pointer("/metadata/labels").and_then(|labels| labels.get(PART_OF)).and_then(Value::as_str);
        if owner != Some(own.as_str()) {
            return Some(format!(
                "would be deleted, but its label `{PART_OF}` is not that of this target's set; put it back, or delete it by hand"
            ));
        }
        let identity = &key.identity;
        if identity.kind != "Namespace" || identity.api_version != "v1" {
            return None;
        }
        if identity.name == self.place.namespace {
            return Some("would be deleted, and the target's inventory is in it".to_owned());
        }
        let inside = wanted.iter().find(|wanted| wanted.key.identity.namespace.as_deref() == Some(identity.name.as_str()))?;
        Some(format!("would be deleted, and {} is in it", inside.key.identity))
    }

    /// What went wrong; where somebody may not ask, all that they may not.
    async fn refused(&self, error: ServerError, wanted: &[Wanted], kinds: &Kinds) -> ApplyError {
        if !error.is_forbidden() {
            return self.failed(error);
        }
        match permissions::missing(self.server, wanted, kinds, self.place).await {
            Ok(missing) if !missing.is_empty() => self.failed(ServerError::Forbidden { missing, first: error.to_string() }),
            _ => self.failed(error),
        }
    }

    pub(super) fn failed(&self, error: ServerError) -> ApplyError {
        ApplyError::Cluster { target: self.target.to_owned(), source: Box::new(error) }
    }

    pub(super) fn broken(&self, reason: &str) -> ApplyError {
        let Place { namespace, name } = self.place;
        ApplyError::Broken {
            target: self.target.to_owned(),
            reason: format!("ConfigMap `{namespace}/{name}` is its inventory, and {reason}"),
        }
    }

    fn not_canonical(&self, source: NotCanonical) -> ApplyError {
        NoDigest::NotCanonical { target: self.target.to_owned(), source }.into()
    }
}

/// A recipe without objects for a target that has some is taken for a mistake: a path that moved, a filter that matches nothing.
fn empties(wanted: &[Wanted], inventory: &Inventory) -> Option<Conflict> {
    let count = inventory.members.len();
    let message = format!("has {count} objects, and the recipe has none for it; remove the last of them by hand if that is meant");
    (wanted.is_empty() && count > 0).then(|| Conflict { at: "the target".to_owned(), message })
}

fn is_brought(wanted: &Wanted, brought: &BTreeSet<&str>) -> bool {
    wanted.key.identity.namespace.as_deref().is_some_and(|namespace| brought.contains(namespace))
}

pub(super) fn uid(object: &Value) -> Option<String> {
    object.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned)
}

/// The live objects of an inventory, as they were applied: without what others set.
pub(super) async fn live(server: &Server, inventory: &Inventory) -> Result<BTreeMap<ObjectKey, Value>, ServerError> {
    let kinds = Kinds::discover(server.client()).await?;
    let look = |member: ObjectKey| {
        let path = kinds.of_any_version(&member.identity).map(|kind| kind.object(&member.identity));
        async move {
            let Some(path) = path else { return Ok::<_, ServerError>(None) };
            Ok(server.get(&path).await?.map(|object| (member, object)))
        }
    };
    let found: Vec<Option<(ObjectKey, Value)>> =
        stream::iter(inventory.members.iter().cloned().map(look)).buffered(AT_ONCE).try_collect().await?;
    let ours = |(key, object): (ObjectKey, Value)| (key, Owned::part_by(MANAGER, &object));
    Ok(found.into_iter().flatten().map(ours).collect())
}
