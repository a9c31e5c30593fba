//! Recipes that succeeded: each once for each target, for ever.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::part::Take;
use crate::digest::Digest;
use crate::entry::{Body, Decided, Entry, Outcome, OutcomeState, PromotionId};
use crate::proven::{ProvenRecipe, RecipeAt};
use crate::time::Timestamp;

/// Name of the blob that holds a decision's recipe.
const RECIPE_BLOB: &str = "recipe";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Provings {
    /// Of targets and environments.
    names: Vec<String>,
    /// In the order in which they succeeded first.
    rows: Vec<Row>,
    /// What each target runs, by the number of its name.
    runs: BTreeMap<u32, Digest>,
    /// Where the row of a target and a recipe is. Made when it is needed.
    #[serde(skip)]
    places: HashMap<(u32, Digest), usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    target: u32,
    environment: u32,
    promotable: bool,
    standing: bool,
    recipe: Digest,
    /// Of the success since which it stands.
    decision: u64,
    /// Nothing where it is the one that every decision gives.
    id: Option<PromotionId>,
    blob: Blob,
    #[serde(with = "super::instant")]
    since: Timestamp,
}

/// Where a recipe is, which is nearly always under its own id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Blob {
    OfItsId,
    Other(Digest),
    None,
}

impl Take for Provings {
    /// Takes the end of a promotion.
    fn take(&mut self, outcome: &Entry, ended: Option<&Entry>) {
        let (Body::Outcome(Outcome { state, .. }), Some(decision)) = (&outcome.body, ended) else { return };
        let Body::Decided(decided) = &decision.body else { return };
        let state = *state;
        // A part of a recipe proves nothing.
        if state == OutcomeState::Succeeded && !decided.deferred.is_empty() {
            return;
        }
        let Some(recipe) = decision.subject.recipe else { return };
        let target = self.name(decision.subject.target.as_deref().unwrap_or_default());
        let mut was_there = false;
        if state == OutcomeState::Succeeded {
            let before = self.runs.insert(target, recipe);
            was_there = before == Some(recipe);
            // Going back ends the proof of what was left.
            if let Some(before) = before.filter(|_| decided.is_rollback && !was_there) {
                self.end(target, before);
            }
        }
        match (state, self.place(target, recipe)) {
            // What another recipe had taken the place of stands anew.
            (OutcomeState::Succeeded, Some(place)) if self.rows[place].standing && was_there => {}
            (OutcomeState::Succeeded, Some(place)) => self.rows[place].stands_anew(outcome, decision),
            (OutcomeState::Succeeded, None) => self.add(target, recipe, outcome, decision, decided),
            (OutcomeState::Failed, Some(place)) => self.rows[place].standing = false,
            _ => {}
        }
    }
}

impl Provings {
    fn add(&mut self, target: u32, recipe: Digest, outcome: &Entry, decision: &Entry, decided: &Decided) {
        let mut row = Row {
            target,
            environment: self.name(&decided.environment),
            promotable: decided.promotable,
            standing: true,
            recipe,
            decision: 0,
            id: None,
            blob: Blob::None,
            since: outcome.at,
        };
        row.stands_anew(outcome, decision);
        self.places.insert((target, recipe), self.rows.len());
        self.rows.push(row);
    }

    fn end(&mut self, target: u32, recipe: Digest) {
        if let Some(place) = self.place(target, recipe) {
            self.rows[place].standing = false;
        }
    }

    fn name(&mut self, name: &str) -> u32 {
        let known = self.names.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn place(&mut self, target: u32, recipe: Digest) -> Option<usize> {
        if self.places.len() != self.rows.len() {
            let place = |(place, row): (usize, &Row)| ((row.target, row.recipe), place);
            self.places = self.rows.iter().enumerate().map(place).collect();
        }
        self.places.get(&(target, recipe)).copied()
    }

    fn named(&self, name: u32) -> &str {
        usize::try_from(name).ok().and_then(|name| self.names.get(name)).map_or("", String::as_str)
    }

    fn proven(&self, row: &Row) -> ProvenRecipe {
        ProvenRecipe {
            target: self.named(row.target).to_owned(),
            environment: self.named(row.environment).to_owned(),
            promotable: row.promotable,
            recipe: row.recipe,
            promotion: row.id.clone().unwrap_or_else(|| PromotionId::of_decision(row.decision)),
            since: row.since,
            standing: row.standing,
        }
    }

    /// All, with the places of their recipes.
    pub(super) fn all(&self) -> impl Iterator<Item = (ProvenRecipe, RecipeAt)> {
        self.rows.iter().map(|row| (self.proven(row), RecipeAt { entry: row.decision, blob: row.blob() }))
    }

    /// The recipes that are healthy on a target.
    pub(super) fn standing_on(&self, target: &str) -> impl Iterator<Item = Digest> {
        self.rows.iter().filter(move |row| row.standing && self.named(row.target) == target).map(|row| row.recipe)
    }

    pub(super) fn find(&self, target: &str, recipe: Digest) -> Option<ProvenRecipe> {
        let row = self.rows.iter().find(|row| row.recipe == recipe && self.named(row.target) == target);
        row.map(|row| self.proven(row))
    }
}

impl Row {
    fn stands_anew(&mut self, outcome: &Entry, decision: &Entry) {
        let id = decision.subject.promotion.clone();
        (self.standing, self.since, self.decision) = (true, outcome.at, decision.index);
        self.id = id.filter(|id| *id != PromotionId::of_decision(decision.index));
        self.blob = match decision.blobs.get(RECIPE_BLOB) {
            Some(blob) if *blob == self.recipe => Blob::OfItsId,
            Some(blob) => Blob::Other(*blob),
            None => Blob::None,
        };
    }

    const fn blob(&self) -> Option<Digest> {
        match self.blob {
            Blob::OfItsId => Some(self.recipe),
            Blob::Other(digest) => Some(digest),
            Blob::None => None,
        }
    }
}
