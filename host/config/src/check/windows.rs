//! `windows`: stop and go by calendar.
//!
//! What needs no calendar is checked here. Zones and recurrences are the plugin's to read: its complaints about its settings
//! come with the lines of this file, because the settings know where they stand.

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};
use tollgate_core::pipeline::{GateMatch, Glob};

use super::matches::{Field, matches_of};
use super::names::Names;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::gate::Match;
use crate::raw::text::WindowMoment;
use crate::raw::window::{Span, Window, WindowMatch};

/// What the windows come to.
pub(crate) struct Windows {
    /// Of the plugin.
    pub(crate) settings: Value,
    /// The targets that any of them is for; none: all.
    pub(crate) targets: Vec<Glob>,
}

/// Checks the windows; nothing where there are none.
pub(crate) fn windows(raw: &[Window], field: &Field<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<Windows> {
    let mut names = Names::default();
    let mut matches = Vec::new();
    for (index, window) in raw.iter().enumerate() {
        let at = at.element(index);
        names.give(window.name.as_str(), "a window", &at.member("name"), problems);
        check_times(window, &at, problems);
        let written = window.matches.as_ref().map(as_of_a_gate);
        matches.push(matches_of("window", written.as_ref(), field, &at.member("match"), problems));
    }
    // Texts and lists of them always have JSON.
    let settings = json!({"windows": serde_json::to_value(raw).unwrap_or_default()});
    (!raw.is_empty()).then(|| Windows { settings, targets: targets(&matches, field) })
}

fn as_of_a_gate(raw: &WindowMatch) -> Match {
    let WindowMatch { environment, target, role } = raw.clone();
    Match { environment, target, role, component: None, change: None }
}

/// The targets of all windows together; none where that is every target.
fn targets(matches: &[GateMatch], field: &Field<'_>) -> Vec<Glob> {
    let is_for = |target: &&tollgate_core::pipeline::Target| matches.iter().any(|window| window.target(target));
    let all = field.targets().count();
    let names: Vec<Glob> = field.targets().filter(is_for).filter_map(|target| Glob::new(&target.name).ok()).collect();
    if names.len() == all { Vec::new() } else { names }
}

fn check_times(window: &Window, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    match (&window.deny, &window.allow) {
        (Some(_), Some(_)) => {
            let problem = at.member("allow").key_problem("a window has either `deny` or `allow`");
            problems.push(problem.hint("make two windows of it"));
        }
        (None, None) => {
            let problem = at.problem(format!("window `{}` does not say when", window.name.as_str()));
            problems.push(problem.hint("add `deny` or `allow`"));
        }
        (Some(span), None) => check_span(span, &at.member("deny"), problems),
        (None, Some(span)) => check_span(span, &at.member("allow"), problems),
    }
}

fn check_span(span: &Span, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let moments = [("from", &span.from), ("to", &span.to), ("start", &span.start)];
    let before = problems.len();
    for (key, moment) in moments.into_iter().filter_map(|(key, moment)| Some((key, moment.as_ref()?))) {
        if !exists(moment) {
            problems.push(at.member(key).problem(format!("`{}` is not on the calendar", moment.as_str())));
        }
    }
    let (Some(from), Some(to)) = (&span.from, &span.to) else { return };
    // With a rule these are times of day, and one that is before the other is on the next day.
    if span.rrule.is_none() && problems.len() == before && first(from) > last(to) {
        let message = format!("the window ends at `{}`, before it starts at `{}`", to.as_str(), from.as_str());
        problems.push(at.member("to").problem(message));
    }
}

fn exists(moment: &WindowMoment) -> bool {
    let text = moment.as_str();
    match (text.contains('-'), text.contains('T')) {
        (true, true) => text.parse::<DateTime>().is_ok(),
        (true, false) => text.parse::<Date>().is_ok(),
        (false, _) => text.starts_with("24:00") || text.parse::<jiff::civil::Time>().is_ok(),
    }
}

/// The first instant of a day, or a local time itself; nothing for a time of day.
fn first(moment: &WindowMoment) -> Option<DateTime> {
    let text = moment.as_str();
    if text.contains('T') { text.parse().ok() } else { text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)) }
}

/// The last second of a day, or a local time itself.
fn last(moment: &WindowMoment) -> Option<DateTime> {
    let text = moment.as_str();
    if text.contains('T') { text.parse().ok() } else { text.parse::<Date>().ok().map(|day| day.at(23, 59, 59, 0)) }
}
