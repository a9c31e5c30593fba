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
use super::inventory::{Inventory, OWNER, PART_OF};
use super::kinds::Kinds;
use super::live::{self, Live};
use super::mark::Mark;
use super::order::{self, Id};
use super::outcome::{Outcome, Unasked, in_the_way};
use super::owned::Owned;
use super::permissions;
use super::scaling;
use super::server::{AT_ONCE, MANAGER, Server};
use super::staying;
use super::stored::{self, Stored};
use super::surveyor::{Surplus, Surveyor, uid};
use super::wanted::{self, Wanted};
use crate::compare::action;

/// A recipe beside what is in the cluster.
pub(super) struct Survey {
    pub(super) plan: Plan,
    pub(super) stored: Stored,
    pub(super) wanted: Vec<Wanted>,
    /// Places in `wanted`, in the order in which they are applied.
    pub(super) layers: Vec<Vec<usize>>,
    /// What the recipe no longer has, and is still there.
    pub(super) surplus: Vec<Surplus>,
    /// Of what is as the recipe has it.
    pub(super) marks: BTreeMap<ObjectKey, Mark>,
}

/// What has been found out about single objects.
#[derive(Default)]
struct Found {
    actions: Vec<Action>,
    unchanged: u32,
    conflicts: Vec<Conflict>,
    marks: BTreeMap<ObjectKey, Mark>,
}

impl Found {
    fn add(&mut self, object: &ObjectKey, outcome: Outcome) {
        match outcome {
            Outcome::Do(actions) => self.actions.extend(actions),
            Outcome::InTheWay(conflicts) => self.conflicts.extend(conflicts),
            Outcome::Unchanged(mark) => {
                self.unchanged = self.unchanged.saturating_add(1);
                self.marks.extend(mark.map(|mark| (object.clone(), mark)));
            }
        }
    }
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
        let gone = gone(&wanted, &stored.inventory, &kinds);
        let paths = wanted.iter().filter_map(|wanted| wanted.path.clone()).chain(gone.iter().map(|(_, path)| path.clone()));
        let asked = match live::at(self.server, &paths.collect(), &self.place.set_id()).await {
            Err(error) => Err(error.into()),
            Ok(live) => match self.ask_all(&mut wanted, &live, &stored.inventory, &mut found).await {
                Ok(()) => Ok(live),
                Err(error) => Err(error),
            },
        };
        let live = match asked {
            Err(Unasked::Server(error)) => return Err(self.refused(error, &wanted, &kinds).await),
            Err(Unasked::NotCanonical(source)) => return Err(self.not_canonical(source)),
            Ok(live) => live,
        };
        let surplus = self.surplus(&wanted, gone, &live, &mut found)?;
        match self.undeleted(&surplus).await {
            Err(error) => return Err(self.refused(error, &wanted, &kinds).await),
            Ok(conflicts) => found.conflicts.extend(conflicts),
        }
        found.actions.sort_by(|a, b| a.object.cmp(&b.object));
        let Found { actions, unchanged, conflicts, marks } = found;
        let plan = Plan { actions, unchanged, conflicts, ..Plan::empty(self.target, recipe) };
        Ok(Survey { plan, stored, wanted, layers, surplus, marks })
    }

    fn layers(&self, wanted: &[Wanted], conflicts: &mut Vec<Conflict>) -> Vec<Vec<usize>> {
        let objects: Vec<_> = wanted.iter().map(|wanted| (wanted.key.identity.clone(), &wanted.body)).collect();
        order::layers(&objects).unwrap_or_else(|error| {
            conflicts.push(Conflict { at: order::DEPENDS_ON.to_owned(), message: error.to_string() });
            Vec::new()
        })
    }

    /// Finds out about every object. What a server says of one is kept no longer than until it is judged.
    async fn ask_all(&self, wanted: &mut [Wanted], live: &Live, inventory: &Inventory, found: &mut Found) -> Result<(), Unasked> {
        let scaled = scaling::scaled(self.server, wanted).await?;
        wanted.iter_mut().for_each(|wanted| scaling::leave(wanted, look(live, wanted), &scaled));
        let mut brought = wanted::namespaces(wanted);
        // It is made with the inventory.
        brought.insert(&self.place.namespace);
        let members: BTreeSet<Id> = inventory.members.iter().map(|member| Id::of(&member.identity)).collect();
        let none = BTreeMap::new();
        let marks = if self.believes_marks { &inventory.marks } else { &none };
        let one = async |wanted: &Wanted| {
            let live = look(live, wanted);
            let is_member = members.contains(&Id::of(&wanted.key.identity));
            let outcome = match live.and_then(|live| self.stranger(live, is_member)) {
                Some(message) => Ok(in_the_way(&wanted.key.identity, message)),
                None if live.is_some() && staying::is_left_alone(&wanted.body) => Ok(Outcome::Unchanged(None)),
                None => self.outcome(wanted, live, marks, &brought).await,
            };
            (wanted.key.clone(), outcome)
        };
        let mut outcomes = stream::iter(wanted.iter()).map(one).buffered(AT_ONCE).boxed_local();
        while let Some((object, outcome)) = outcomes.next().await {
            found.add(&object, outcome?);
        }
        Ok(())
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
    fn surplus(
        &self,
        wanted: &[Wanted],
        gone: Vec<(ObjectKey, String)>,
        live: &Live,
        found: &mut Found,
    ) -> Result<Vec<Surplus>, ApplyError> {
        let mut surplus = Vec::new();
        for (key, path) in gone {
            let Some(object) = live.get(&path) else { continue };
            let needs = order::named(object);
            if staying::is_kept(object) {
                let released = self.let_go(&key, object, found)?;
                surplus.extend(released.map(|uid| Surplus { key, path, uid, is_kept: true, needs }));
                continue;
            }
            if let Some(message) = self.undeletable(&key, object, wanted) {
                found.conflicts.push(Conflict { at: key.identity.to_string(), message });
                continue;
            }
            let owned = Owned::part_by(MANAGER, object);
            let action = action(&key, Some(&owned), None, self.key).map_err(|source| self.not_canonical(source))?;
            let uid = uid(object).unwrap_or_default();
            found.actions.push(Action { live_uid: Some(uid.clone()), ..action });
            surplus.push(Surplus { key, path, uid, is_kept: false, needs });
        }
        Ok(surplus)
    }

    /// An object that stays behind: what marks it as the target's goes. The uid of it; nothing where somebody has let it go already, or has it now.
    fn let_go(&self, key: &ObjectKey, object: &Value, found: &mut Found) -> Result<Option<String>, ApplyError> {
        if !staying::is_of(object, &self.place.set_id()) {
            return Ok(None);
        }
        let (before, after) = staying::release(object);
        let uid = uid(object).unwrap_or_default();
        let action = action(key, Some(&before), Some(&after), self.key).map_err(|source| self.not_canonical(source))?;
        found.actions.push(Action { live_uid: Some(uid.clone()), ..action });
        Ok(Some(uid))
    }

    /// What the server would not delete, in its own words: a policy or a webhook says no.
    async fn undeleted(&self, surplus: &[Surplus]) -> Result<Vec<Conflict>, ServerError> {
        let one = async |surplus: &Surplus| {
            let refused = self.server.would_not_delete(&surplus.path, &surplus.uid).await?;
            let message = refused.map(|message| format!("would not be deleted by the API server: {message}"));
            Ok::<_, ServerError>(message.map(|message| Conflict { at: surplus.key.identity.to_string(), message }))
        };
        let asked: Vec<Option<Conflict>> = stream::iter(surplus.iter().filter(|surplus| !surplus.is_kept))
            .map(one)
            .buffered(AT_ONCE)
            .boxed_local()
            .try_collect()
            .await?;
        Ok(asked.into_iter().flatten().collect())
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

/// The members of an inventory that the recipe does not have, with their paths. What is of a kind that is gone is gone with it.
fn gone(wanted: &[Wanted], inventory: &Inventory, kinds: &Kinds) -> Vec<(ObjectKey, String)> {
    let kept: BTreeSet<Id> = wanted.iter().map(|wanted| Id::of(&wanted.key.identity)).collect();
    let gone = inventory.members.iter().filter(|member| !kept.contains(&Id::of(&member.identity)));
    gone.filter_map(|member| Some((member.clone(), kinds.of_any_version(&member.identity)?.object(&member.identity)))).collect()
}

/// The live object that a recipe's is to become.
fn look<'a>(live: &'a Live, wanted: &Wanted) -> Option<&'a Value> {
    live.get(wanted.path.as_ref()?).filter(|live| !stored::is_placeholder(live))
}

/// The live objects of an inventory, as they were applied: without what others set.
pub(super) async fn live(server: &Server, inventory: &Inventory, set: &str) -> Result<BTreeMap<ObjectKey, Value>, ServerError> {
    let kinds = Kinds::discover(server.client()).await?;
    let members = gone(&[], inventory, &kinds);
    let found = live::at(server, &members.iter().map(|(_, path)| path.clone()).collect(), set).await?;
    let ours = |(key, path): (ObjectKey, String)| Some((key, Owned::part_by(MANAGER, found.get(&path)?)));
    Ok(members.into_iter().filter_map(ours).collect())
}
