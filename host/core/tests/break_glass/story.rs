//! What people may write about stops and break-glass, in any order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tollgate_core::act::{Freeze, Hold, Override, Review, Scope, Thaw};
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, By, Decided, Draft, Entry, EntrySubject};
use tollgate_core::history::History;

use crate::support::{MemoryLedger, REPO, at, mk_decided};

pub(crate) const LEAD: &str = "lead@example.com";
pub(crate) const OPERATOR: &str = "operator@example.com";
pub(crate) const AUDITOR: &str = "auditor@example.com";
pub(crate) const MACHINE: &str = "machine@example.com";
/// Who writes, some more than one way.
const WRITERS: [&str; 6] = [LEAD, OPERATOR, AUDITOR, MACHINE, "Lead@Example.com", "stranger@example.com"];
pub(crate) const RECIPES: [&str; 2] = ["one", "other"];
pub(crate) const ENVIRONMENTS: [&str; 2] = ["prod", "preprod"];
pub(crate) const GATES: [&str; 2] = ["four-eyes", "freeze"];

/// Whose entry it is, and what makes it theirs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signature {
    Key(&'static str),
    /// A key of a machine.
    Machine(&'static str),
    None(&'static str),
}

impl Signature {
    fn by(self) -> By {
        let (Self::Key(who) | Self::Machine(who) | Self::None(who)) = self;
        let key = (!matches!(self, Self::None(_))).then(|| format!("SHA256:{who}"));
        By { principal: who.to_owned(), key, automation: matches!(self, Self::Machine(_)) }
    }
}

/// `which` counts from the youngest of its kind.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Wait(i64),
    Freeze {
        scope: Scope,
        lasts: Option<i64>,
    },
    /// Of an environment's target; nothing: of none.
    Hold(Option<usize>),
    Thaw(usize),
    Open {
        by: Signature,
        recipe: usize,
        place: usize,
        gates: BTreeSet<&'static str>,
        lasts: i64,
        recover: bool,
    },
    Confirm {
        by: Signature,
        which: usize,
    },
    Review {
        by: Signature,
        which: usize,
        accepted: bool,
    },
    /// A decision was made in which it passed a gate.
    Use(usize),
}

fn any_signature() -> impl Strategy<Value = Signature> {
    let writer = || prop::sample::select(WRITERS.to_vec());
    prop_oneof![
        8 => writer().prop_map(Signature::Key),
        1 => writer().prop_map(Signature::Machine),
        1 => writer().prop_map(Signature::None),
    ]
}

fn any_scope() -> impl Strategy<Value = Scope> {
    let environment = || prop::sample::select(ENVIRONMENTS.to_vec());
    prop_oneof![
        Just(Scope::All),
        environment().prop_map(|name| Scope::Environment(name.to_owned())),
        environment().prop_map(|name| Scope::Target(format!("{name}-apps"))),
        Just(Scope::Component("cart".to_owned())),
    ]
}

pub(crate) fn any_step() -> impl Strategy<Value = Step> {
    let gates = prop::collection::btree_set(prop::sample::select(GATES.to_vec()), 1..3);
    let opening = (any_signature(), 0..2usize, 0..2usize, gates, 20i64..200, prop::bool::weighted(0.2));
    prop_oneof![
        2 => (1i64..60).prop_map(Step::Wait),
        2 => (any_scope(), prop::option::of(10i64..100)).prop_map(|(scope, lasts)| Step::Freeze { scope, lasts }),
        1 => prop::option::weighted(0.8, 0..2usize).prop_map(Step::Hold),
        3 => (0..3usize).prop_map(Step::Thaw),
        4 => opening.prop_map(|(by, recipe, place, gates, lasts, recover)| Step::Open { by, recipe, place, gates, lasts, recover }),
        8 => (any_signature(), 0..3usize).prop_map(|(by, which)| Step::Confirm { by, which }),
        3 => (any_signature(), 0..3usize, any::<bool>()).prop_map(|(by, which, accepted)| Step::Review { by, which, accepted }),
        2 => (0..3usize).prop_map(Step::Use),
    ]
}

/// Entries as they come, and the time.
pub(crate) struct Story {
    pub(crate) now: i64,
    entries: Vec<Entry>,
}

impl Default for Story {
    fn default() -> Self {
        Self { now: 0, entries: MemoryLedger::with_trust().history().entries().to_vec() }
    }
}

impl Story {
    pub(crate) fn history(&self) -> History {
        History::new(self.entries.clone()).unwrap()
    }

    pub(crate) fn step(&mut self, step: &Step) {
        let operator = Signature::Key(OPERATOR);
        let nothing = EntrySubject::default();
        match step {
            Step::Wait(seconds) => self.now += seconds,
            Step::Freeze { scope, lasts } => {
                let until = lasts.map(|seconds| at(self.now + seconds));
                self.write(operator, nothing, Body::Freeze(Freeze { scope: scope.clone(), reason: "stop".to_owned(), until }));
            }
            Step::Hold(place) => {
                let target = place.map(|place| format!("{}-apps", ENVIRONMENTS[place]));
                let hold = Hold { away_from: None, reason: "went back".to_owned() };
                self.write(operator, EntrySubject { target, ..nothing }, Body::Hold(hold));
            }
            Step::Thaw(which) => {
                let lifts = self.newest(*which, |body| matches!(body, Body::Freeze(_) | Body::Hold(_)));
                let lifts = lifts.into_iter().map(|entry| entry.index).collect();
                self.write(operator, nothing, Body::Thaw(Thaw { lifts, reason: "over".to_owned() }));
            }
            Step::Open { by, recipe, place, gates, lasts, recover } => {
                let subject = EntrySubject {
                    recipe: Some(Digest::of(RECIPES[*recipe].as_bytes())),
                    target: Some(format!("{}-apps", ENVIRONMENTS[*place])),
                    ..nothing
                };
                let opened = Override {
                    gates: gates.iter().map(|gate| (*gate).to_owned()).collect(),
                    reason: "down".to_owned(),
                    ticket: None,
                    until: at(self.now + lasts),
                    review_by: at(self.now + 1_000),
                    recover: *recover,
                    confirms: None,
                    restores: None,
                    in_cluster: None,
                };
                self.write(*by, subject, Body::Override(opened));
            }
            Step::Confirm { by, which } => {
                let Some((entry, opened)) = self.opened(*which) else { return };
                self.write(*by, entry.subject, Body::Override(Override { confirms: Some(entry.index), ..opened }));
            }
            Step::Review { by, which, accepted } => {
                let Some((entry, _)) = self.opened(*which) else { return };
                self.write(*by, nothing, Body::Review(Review { of: entry.index, accepted: *accepted, note: String::new() }));
            }
            Step::Use(which) => {
                let Some((entry, _)) = self.opened(*which) else { return };
                let decided = Decided { overrides: vec![entry.index], ..mk_decided(DecisionWord::Approved) };
                self.write(operator, entry.subject, Body::Decided(decided));
            }
        }
    }

    fn write(&mut self, by: Signature, subject: EntrySubject, body: Body) {
        let (policy, at, by) = (Some(Digest::of(b"policy 0")), at(self.now), by.by());
        let draft = Draft { at, by, policy, subject, body, blobs: BTreeMap::new(), attached: Vec::new() };
        self.entries.push(draft.at_index(self.entries.len() as u64, REPO));
    }

    fn newest(&self, which: usize, is_it: impl Fn(&Body) -> bool) -> Option<Entry> {
        self.entries.iter().rev().filter(|entry| is_it(&entry.body)).nth(which).cloned()
    }

    fn opened(&self, which: usize) -> Option<(Entry, Override)> {
        let entry = self.newest(which, |body| matches!(body, Body::Override(opened) if opened.confirms.is_none()))?;
        let Body::Override(opened) = entry.body.clone() else { return None };
        Some((entry, opened))
    }
}
