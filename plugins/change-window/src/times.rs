//! When a window is: once, or again and again.

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp, ToSpan as _};

use crate::instants::Stretch;
use crate::moment::Length;
use crate::recurrence::Recurrence;
use crate::zone::{Showing, Zone};

/// When a window is.
#[derive(Clone, Debug)]
pub(crate) enum Times {
    Once(Stretch),
    Recurring(Recurring),
}

/// Again and again, each time on a day of the rule.
#[derive(Clone, Debug)]
pub(crate) struct Recurring {
    pub(crate) rule: Recurrence,
    pub(crate) zone: Zone,
    /// When it starts on such a day.
    pub(crate) at: Time,
    pub(crate) end: End,
    pub(crate) edges: Edges,
}

/// Where a stretch ends, by the day on which it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At a time of day, so many days later.
    At(i64, Time),
    After(Length),
}

/// What happens to a window whose edges clocks show twice. Either way fewer promotions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edges {
    /// As long as it can be: what denies.
    Wide,
    /// As short as it can be: what allows.
    Narrow,
}

impl Edges {
    pub(crate) fn start(self) -> Showing {
        if self == Self::Wide { Showing::First } else { Showing::Last }
    }

    pub(crate) fn end(self) -> Showing {
        if self == Self::Wide { Showing::Last } else { Showing::First }
    }
}

impl Times {
    /// Whatever of it is between two instants, and perhaps what is a little before and after.
    pub(crate) fn around(&self, from: Timestamp, to: Timestamp) -> Vec<Stretch> {
        match self {
            Self::Once(stretch) => vec![*stretch],
            Self::Recurring(recurring) => recurring.around(from, to),
        }
    }
}

impl Recurring {
    fn around(&self, from: Timestamp, to: Timestamp) -> Vec<Stretch> {
        // What has started before may reach in. A day more, as clocks may have skipped one.
        let back = (self.end.days() + 2).days();
        let first = self.zone.day(from).saturating_sub(back);
        let last = self.zone.day(to).saturating_add(1.day());
        self.rule.days(first, last).filter_map(|day| self.stretch(day)).collect()
    }

    /// What starts on this day, unless the rule has ended.
    fn stretch(&self, day: Date) -> Option<Stretch> {
        let local = day.to_datetime(self.at);
        let start = self.zone.instant(local, self.edges.start())?;
        if self.rule.has_ended(local, start) {
            return None;
        }
        let end = self.end.instant(&self.zone, day, self.at, self.edges.end())?;
        Some(Stretch { start, end })
    }
}

impl End {
    /// When what starts at a time of a day ends. Nothing at the end of time.
    pub(crate) fn instant(self, zone: &Zone, day: Date, at: Time, showing: Showing) -> Option<Timestamp> {
        match self {
            Self::At(days, time) => zone.instant(later(day, days)?.to_datetime(time), showing),
            Self::After(length) => {
                let same_time = zone.instant(later(day, length.days)?.to_datetime(at), showing)?;
                same_time.checked_add(length.exact).ok()
            }
        }
    }

    /// So many days later than its start it ends at the latest, but for a day of one hour more.
    fn days(self) -> i64 {
        match self {
            Self::At(days, _) => days + 1,
            Self::After(length) => length.days + length.exact.as_hours() / 24 + 1,
        }
    }
}

fn later(day: Date, days: i64) -> Option<Date> {
    day.checked_add(Span::new().try_days(days).ok()?).ok()
}
