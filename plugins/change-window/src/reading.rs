//! From settings to a calendar, with all that is wrong at its place.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use tollgate_sdk::setting::Problems;
use tollgate_sdk::{SettingsError, is_glob};

use crate::calendar::{Calendar, Window};
use crate::instants::Stretch;
use crate::moment::{self, Moment};
use crate::recurrence;
use crate::schedule::Effect;
use crate::settings::{self, Match, Settings, Span};
use crate::times::{Edges, End, Recurring, Times};
use crate::zone::Zone;

/// A rule that does not occur in so many years is taken for a slip of the pen.
const YEARS_WITHOUT: i16 = 40;

/// What is wrong with a span: the member below it, or none where one is missing, and why.
struct Wrong(&'static str, String);

impl tollgate_sdk::Settings for Settings {
    fn schema() -> String {
        include_str!("settings.schema.json").to_owned()
    }

    fn problems(&self) -> Vec<SettingsError> {
        read(self).err().unwrap_or_default()
    }
}

/// Reads settings.
///
/// # Errors
/// All that is wrong with them.
pub(crate) fn read(settings: &Settings) -> Result<Calendar, Vec<SettingsError>> {
    let mut problems = Problems::default();
    let mut names = BTreeSet::new();
    let mut windows = Vec::new();
    for (index, window) in settings.windows.iter().enumerate() {
        let pointer = format!("/windows/{index}");
        problems.not_empty(window.name.is_empty(), &format!("{pointer}/name"));
        if !names.insert(&window.name) {
            problems.add(&format!("{pointer}/name"), format!("there is another window `{}`; give each its own name", window.name));
        }
        check_match(&window.matching, &format!("{pointer}/match"), &mut problems);
        windows.extend(read_window(window, &pointer, &mut problems));
    }
    let problems = problems.into_vec();
    if problems.is_empty() { Ok(Calendar { windows }) } else { Err(problems) }
}

fn read_window(window: &settings::Window, pointer: &str, problems: &mut Problems) -> Option<Window> {
    let (span, effect, edges, word) = match (&window.allow, &window.deny) {
        (Some(span), None) => (span, Effect::Allow, Edges::Narrow, "allow"),
        (None, Some(span)) => (span, Effect::Deny, Edges::Wide, "deny"),
        (Some(_), Some(_)) => {
            problems.add(&format!("{pointer}/deny"), "a window has either `allow` or `deny`; make two of it");
            return None;
        }
        (None, None) => {
            problems.add(pointer, "a window has `allow` or `deny`, which says when");
            return None;
        }
    };
    let read = read_zone(span).and_then(|zone| read_times(span, &zone, edges).map(|times| (zone, times)));
    match read {
        Ok((zone, times)) => Some(Window { name: window.name.clone(), effect, times, zone, matching: window.matching.clone() }),
        Err(Wrong("", message)) => {
            problems.add(&format!("{pointer}/{word}"), message);
            None
        }
        Err(Wrong(member, message)) => {
            problems.add(&format!("{pointer}/{word}/{member}"), message);
            None
        }
    }
}

fn check_match(matching: &Match, pointer: &str, problems: &mut Problems) {
    for (name, globs) in [("environment", &matching.environment), ("target", &matching.target)] {
        for (place, glob) in globs.places() {
            if !is_glob(glob) {
                problems.add(&format!("{pointer}/{name}{place}"), format!("`{glob}` must be a glob, such as `prod*`"));
            }
        }
    }
    for (place, role) in matching.role.places() {
        if !matches!(role, "ops" | "apps") {
            problems.add(&format!("{pointer}/role{place}"), format!("`{role}` must be `ops` or `apps`"));
        }
    }
}

fn read_zone(span: &Span) -> Result<Zone, Wrong> {
    let missing = || Wrong("", "`timeZone` is missing; name one of the tz database, such as `Europe/Oslo`".to_owned());
    let name = span.time_zone.as_ref().ok_or_else(missing)?;
    Zone::of(name).map_err(|message| Wrong("timeZone", message))
}

fn read_times(span: &Span, zone: &Zone, edges: Edges) -> Result<Times, Wrong> {
    match &span.rrule {
        Some(rule) => read_recurring(span, rule, zone, edges).map(Times::Recurring),
        None => read_once(span, zone, edges).map(Times::Once),
    }
}

fn read_once(span: &Span, zone: &Zone, edges: Edges) -> Result<Stretch, Wrong> {
    if span.start.is_some() {
        return Err(Wrong("start", "`start` is the first day of an `rrule`; without one, write `from`".to_owned()));
    }
    let missing = || Wrong("", "`from` is missing: a day or a local time; or an `rrule`".to_owned());
    let from = match read_moment("from", span.from.as_deref())?.ok_or_else(missing)? {
        Moment::Day(day) => day.to_datetime(Time::midnight()),
        Moment::Local(local) => local,
        Moment::Time(_) | Moment::Midnight => return Err(needs_rule("from")),
    };
    let end = match read_end(span)? {
        // The day is included, so it ends where the next one starts.
        Ended::To(Moment::Day(day)) => zone.instant(next(day, "to")?, edges.end()),
        Ended::To(Moment::Local(local)) => zone.instant(local, edges.end()),
        Ended::To(Moment::Time(_) | Moment::Midnight) => return Err(needs_rule("to")),
        Ended::After(length) => End::After(length).instant(zone, from.date(), from.time(), edges.end()),
    };
    let start = zone.instant(from, edges.start());
    let (Some(start), Some(end)) = (start, end) else { return Err(Wrong("from", "is beyond the end of time".to_owned())) };
    let stretch = Stretch { start, end };
    if stretch.is_empty() { Err(Wrong("to", "the window must end after it starts".to_owned())) } else { Ok(stretch) }
}

fn read_recurring(span: &Span, rule: &str, zone: &Zone, edges: Edges) -> Result<Recurring, Wrong> {
    let (start, at) = read_first(span)?;
    let end = match read_end(span)? {
        Ended::To(Moment::Midnight) => End::At(1, Time::midnight()),
        Ended::To(Moment::Time(time)) if time == at => {
            return Err(Wrong("to", "the window is empty; for a whole day write `duration: 1d`".to_owned()));
        }
        Ended::To(Moment::Time(time)) => End::At(i64::from(time < at), time),
        Ended::To(Moment::Day(_) | Moment::Local(_)) => {
            return Err(Wrong("to", "with `rrule`, `to` is a time of day; when the rule ends is said by its `UNTIL`".to_owned()));
        }
        Ended::After(length) => End::After(length),
    };
    let rule = recurrence::read(rule, start).map_err(|message| Wrong("rrule", message))?;
    if !rule.occurs_within(YEARS_WITHOUT) {
        return Err(Wrong("rrule", format!("no day fits in {YEARS_WITHOUT} years")));
    }
    Ok(Recurring { rule, zone: zone.clone(), at, end, edges })
}

/// The first day of a rule, and the time of day.
fn read_first(span: &Span) -> Result<(Option<Date>, Time), Wrong> {
    let start = match read_moment("start", span.start.as_deref())? {
        None => None,
        Some(Moment::Day(day)) => Some((day, None)),
        Some(Moment::Local(local)) => Some((local.date(), Some(local.time()))),
        Some(Moment::Time(_) | Moment::Midnight) => {
            return Err(Wrong(
                "start",
                "must be the first day, `2026-01-13`, or the first local time, `2026-01-13T18:00`".to_owned(),
            ));
        }
    };
    let from = match read_moment("from", span.from.as_deref())? {
        None => None,
        Some(Moment::Time(time)) => Some(time),
        Some(_) => {
            return Err(Wrong("from", "with `rrule`, `from` is a time of day, `09:00`; the first day goes to `start`".to_owned()));
        }
    };
    match (start, from) {
        (Some((_, Some(_))), Some(_)) => Err(Wrong("from", "`start` has a time of day already; keep one".to_owned())),
        (Some((day, at)), from) => Ok((Some(day), at.or(from).unwrap_or(Time::midnight()))),
        (None, from) => Ok((None, from.unwrap_or(Time::midnight()))),
    }
}

/// How the end is said.
enum Ended {
    To(Moment),
    After(moment::Length),
}

fn read_end(span: &Span) -> Result<Ended, Wrong> {
    match (read_moment("to", span.to.as_deref())?, &span.duration) {
        (Some(to), None) => Ok(Ended::To(to)),
        (None, Some(text)) => moment::read_length(text).map(Ended::After).map_err(|message| Wrong("duration", message)),
        (Some(_), Some(_)) => Err(Wrong("duration", "`to` says already where it ends; keep one".to_owned())),
        (None, None) => Err(Wrong("", "`to` or `duration` is missing, which says where it ends".to_owned())),
    }
}

fn read_moment(member: &'static str, text: Option<&str>) -> Result<Option<Moment>, Wrong> {
    text.map(moment::read).transpose().map_err(|message| Wrong(member, message))
}

fn needs_rule(member: &'static str) -> Wrong {
    Wrong(member, "a time of day alone recurs: give a day too, or an `rrule`".to_owned())
}

fn next(day: Date, member: &'static str) -> Result<DateTime, Wrong> {
    let tomorrow = day.tomorrow().map_err(|error| Wrong(member, error.to_string()))?;
    Ok(tomorrow.to_datetime(Time::midnight()))
}

#[cfg(test)]
mod tests;
