//! What follows for overrides from looking through all entries, each question by itself.

use std::collections::BTreeSet;

use tollgate_core::act::{Override, Scope};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Entry};
use tollgate_core::overrides::OverrideTerms;
use tollgate_core::people::People;
use tollgate_core::pipeline::Target;
use tollgate_core::time::Timestamp;

pub(crate) struct Naive<'a> {
    pub(crate) entries: &'a [Entry],
    pub(crate) people: &'a People,
    pub(crate) terms: &'a OverrideTerms,
}

/// An override that was used: its entry, who signed it, and who looked at it last, with what they said.
pub(crate) type Owed = (u64, BTreeSet<String>, Option<(String, bool)>);

impl Naive<'_> {
    /// Gate, entry and kind of every pass; and whether a younger stop held one back.
    pub(crate) fn passes(&self, recipe: &str, target: &Target, now: Timestamp) -> (BTreeSet<(&str, u64, bool)>, bool) {
        let mut passes = BTreeSet::new();
        let mut held_back = false;
        for (entry, opened) in self.opened() {
            let subject = &entry.subject;
            let is_here = subject.recipe == Some(Digest::of(recipe.as_bytes())) && subject.target.as_ref() == Some(&target.name);
            let age = u64::try_from(now.as_second() - entry.at.as_second()).unwrap();
            let is_over = opened.until <= now || age >= self.terms.max_duration;
            // A recovery restores a policy, and moves nothing.
            if opened.recover || !is_here || is_over || self.signers(entry, opened).len() < self.needed(opened) {
                continue;
            }
            if self.entries.iter().any(|stop| stop.index > entry.index && self.stands(stop, target, now)) {
                held_back = true;
                continue;
            }
            passes.extend(opened.gates.iter().map(|gate| (gate.as_str(), entry.index, opened.recover)));
        }
        (passes, held_back)
    }

    /// The overrides by which something was passed.
    pub(crate) fn used(&self) -> Vec<Owed> {
        let is_used = |index: u64| {
            self.entries.iter().any(|entry| matches!(&entry.body, Body::Decided(decided) if decided.overrides.contains(&index)))
        };
        let used = self.opened().filter(|(entry, _)| is_used(entry.index));
        used.map(|(entry, opened)| {
            let signers = self.signers(entry, opened);
            let review = self.entries.iter().rev().find_map(|other| match &other.body {
                Body::Review(review) if review.of == entry.index => {
                    self.human(other).filter(|who| !signers.contains(who)).map(|who| (who, review.accepted))
                }
                _ => None,
            });
            (entry.index, signers, review)
        })
        .collect()
    }

    fn opened(&self) -> impl Iterator<Item = (&Entry, &Override)> {
        self.entries.iter().filter_map(|entry| match &entry.body {
            Body::Override(opened) if opened.confirms.is_none() => Some((entry, opened)),
            _ => None,
        })
    }

    fn needed(&self, opened: &Override) -> usize {
        let least = if opened.recover { 2 } else { 1 };
        usize::try_from(self.terms.approvals).unwrap().max(least)
    }

    fn signers(&self, entry: &Entry, opened: &Override) -> BTreeSet<String> {
        let is_of = |who: &String, names: &[String]| {
            let is_member = |team: &String| self.people.teams.get(team).is_some_and(|members| members.contains(who));
            names.iter().any(|name| name == who || is_member(name))
        };
        let may_sign = |who: &String| {
            let (by, recover_by) = (is_of(who, &self.terms.by), is_of(who, &self.terms.recover_by));
            if opened.recover { recover_by && !by } else { by }
        };
        let signs = |other: &&Entry| match &other.body {
            Body::Override(one) => other.index == entry.index || one.confirms == Some(entry.index),
            _ => false,
        };
        self.entries.iter().filter(signs).filter_map(|other| self.human(other)).filter(may_sign).collect()
    }

    /// The person who signed an entry with a key.
    fn human(&self, entry: &Entry) -> Option<String> {
        let who = entry.by.principal.trim().to_lowercase();
        let is_human = entry.by.key.is_some() && !entry.by.automation && !self.people.automation.contains(&who);
        is_human.then_some(who)
    }

    fn stands(&self, stop: &Entry, target: &Target, now: Timestamp) -> bool {
        let is_lifted =
            self.entries.iter().any(|other| matches!(&other.body, Body::Thaw(thaw) if thaw.lifts.contains(&stop.index)));
        let reaches = match &stop.body {
            Body::Hold(_) => stop.subject.target.as_ref().is_none_or(|name| *name == target.name),
            Body::Freeze(freeze) => {
                let names_it = match &freeze.scope {
                    Scope::All | Scope::Component(_) => true,
                    Scope::Environment(name) => *name == target.environment,
                    Scope::Target(name) => *name == target.name,
                };
                names_it && freeze.until.is_none_or(|until| until > now)
            }
            _ => false,
        };
        reaches && !is_lifted
    }
}
