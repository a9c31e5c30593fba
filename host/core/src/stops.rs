//! What people have stopped: freezes, and the holds that rollbacks set.

use std::collections::BTreeSet;

use crate::act::Scope;
use crate::deciding::Stop;
use crate::entry::{Body, Entry};
use crate::gist::Gist;
use crate::pipeline::Target;
use crate::promotion::Promotion;
use crate::time::Timestamp;

impl Scope {
    /// Whether it stops a recipe of these components on a target.
    pub fn covers(&self, target: &Target, components: &BTreeSet<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Environment(name) => *name == target.environment,
            Self::Target(name) => *name == target.name,
            Self::Component(name) => components.contains(name.as_str()),
        }
    }
}

impl Stop {
    /// Whether it came after a decision and keeps it from being applied. The hold of a rollback does not stop the rollback. A
    /// component may be in any recipe, so its freeze stops every decision that did not see it.
    fn stops(&self, scope: &Scope, promotion: &Promotion<'_>) -> bool {
        let covers = match scope {
            Scope::All | Scope::Component(_) => true,
            Scope::Environment(name) => *name == promotion.decided.environment,
            Scope::Target(name) => name == promotion.target(),
        };
        covers && self.entry > promotion.decision.index && !(self.is_hold && promotion.decided.is_rollback)
    }
}

impl Gist {
    /// The freeze or hold that was set after a promotion was decided and keeps it from being applied now.
    pub fn stopped_since(&self, promotion: &Promotion<'_>, now: Timestamp) -> Option<Stop> {
        self.stops(now).into_iter().find(|(scope, stop)| stop.stops(scope, promotion)).map(|(_, stop)| stop)
    }

    /// Every freeze and hold that stands at a time, in ledger order, with its scope.
    pub fn stops(&self, now: Timestamp) -> Vec<(Scope, Stop)> {
        self.stop_entries().filter_map(stop).filter(|(_, stop)| stop.until.is_none_or(|until| now < until)).collect()
    }

    /// The entry of the youngest freeze or hold that stands and may stop something on a target.
    pub(crate) fn last_stop(&self, target: &Target, now: Timestamp) -> Option<u64> {
        let none = BTreeSet::new();
        let may_stop = |scope: &Scope| matches!(scope, Scope::Component(_)) || scope.covers(target, &none);
        self.stops(now).into_iter().filter(|(scope, _)| may_stop(scope)).map(|(_, stop)| stop.entry).max()
    }

    /// The freezes and holds that stand between a recipe of these components and a target.
    pub fn stops_before(&self, target: &Target, components: &BTreeSet<&str>, now: Timestamp) -> Vec<Stop> {
        let covering = self.stops(now).into_iter().filter(|(scope, _)| scope.covers(target, components));
        covering.map(|(_, stop)| stop).collect()
    }
}

fn stop(entry: &Entry) -> Option<(Scope, Stop)> {
    let (scope, is_hold, reason, until) = match &entry.body {
        Body::Freeze(freeze) => (freeze.scope.clone(), false, &freeze.reason, freeze.until),
        // A hold without a target, which nobody writes, holds everything.
        Body::Hold(hold) => (entry.subject.target.clone().map_or(Scope::All, Scope::Target), true, &hold.reason, None),
        _ => return None,
    };
    let (by, since) = (entry.by.principal.clone(), entry.at);
    Some((scope.clone(), Stop { is_hold, scope: scope.to_string(), reason: reason.clone(), by, since, until, entry: entry.index }))
}
