//! All windows of a target together: whether a promotion may go, and until when that is so.

use jiff::{SignedDuration, Timestamp};

use crate::instants::{Instants, Stretch};
use crate::times::Times;

/// So far ahead changes are looked for, in days. The next one is mostly near, and looking far costs.
const HORIZONS: [i64; 3] = [40, 400, 5 * 366];

/// How far the farthest of them is, for messages.
pub(crate) const FARTHEST: &str = "five years";

/// What a window does while it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// A window that matches the target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windowed<'a> {
    pub(crate) name: &'a str,
    pub(crate) effect: Effect,
    pub(crate) times: &'a Times,
}

/// The windows that match a target. There is at least one.
#[derive(Clone, Debug)]
pub(crate) struct Schedule<'a>(pub(crate) Vec<Windowed<'a>>);

/// Whether a promotion may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    Open {
        /// The first instant at which it is closed; none within the farthest horizon.
        until: Option<Timestamp>,
    },
    Closed(Closed<'a>),
}

/// Why and until when a promotion may not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closed<'a> {
    /// The windows that deny now.
    pub(crate) denying: Vec<&'a str>,
    /// All windows that allow, where none of them does so now.
    pub(crate) not_open: Vec<&'a str>,
    /// The first instant at which it is open; none within the farthest horizon.
    pub(crate) until: Option<Timestamp>,
}

impl<'a> Schedule<'a> {
    /// How it stands at an instant.
    pub(crate) fn standing(&self, now: Timestamp) -> Standing<'a> {
        let denying: Vec<&str> = self.that(Effect::Deny).filter(|window| window.is_at(now)).map(|window| window.name).collect();
        let is_allowed = self.that(Effect::Allow).any(|window| window.is_at(now));
        let not_open: Vec<&str> =
            if is_allowed { Vec::new() } else { self.that(Effect::Allow).map(|window| window.name).collect() };
        if denying.is_empty() && not_open.is_empty() {
            Standing::Open { until: self.open_until(now) }
        } else {
            Standing::Closed(Closed { denying, not_open, until: self.opens_at(now) })
        }
    }

    /// The first instant from now on at which it is closed. None: it stays open for years.
    pub(crate) fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.look(now, |open, end| {
            let Some(stretch) = open.at(now) else { return Some(now) };
            // What reaches the horizon may go on behind it.
            Some(stretch.end).filter(|closes| *closes < end)
        })
    }

    /// The first instant from now on at which it is open. None: it stays closed for years.
    pub(crate) fn opens_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.look(now, |open, _| open.at_or_after(now).map(|stretch| stretch.start.max(now)))
    }

    /// Asks about the open instants up to nearer, then up to farther horizons.
    fn look(&self, now: Timestamp, ask: impl Fn(&Instants, Timestamp) -> Option<Timestamp>) -> Option<Timestamp> {
        HORIZONS.into_iter().find_map(|days| {
            let end = now.saturating_add(SignedDuration::from_hours(days * 24)).unwrap_or(Timestamp::MAX);
            ask(&self.open(now, end), end)
        })
    }

    /// The instants between two others at which it is open.
    fn open(&self, from: Timestamp, to: Timestamp) -> Instants {
        let all = Instants::of([Stretch { start: from, end: to }]);
        let of = |effect| Instants::of(self.that(effect).flat_map(|window| window.times.around(from, to)));
        let has_allowing = self.that(Effect::Allow).next().is_some();
        // What is not allowed is taken away: whatever lies outside of the two goes with it.
        let allowed = if has_allowing { all.without(&all.without(&of(Effect::Allow))) } else { all };
        allowed.without(&of(Effect::Deny))
    }

    fn that(&self, effect: Effect) -> impl Iterator<Item = &Windowed<'a>> {
        self.0.iter().filter(move |window| window.effect == effect)
    }
}

impl Windowed<'_> {
    fn is_at(&self, now: Timestamp) -> bool {
        self.times.around(now, now).iter().any(|stretch| stretch.start <= now && now < stretch.end)
    }
}

#[cfg(test)]
mod tests;
