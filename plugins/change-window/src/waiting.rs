//! What a promotion waits for, in words.

use tollgate_sdk::promotion::{Target, Wait};

use crate::calendar::Calendar;
use crate::schedule::{Closed, FARTHEST};

/// The wait of what is closed now. Only time can give it.
pub(crate) fn of(closed: &Closed<'_>, calendar: &Calendar, target: &Target) -> Wait {
    let reasons: Vec<String> =
        [denies(&closed.denying, target), is_not_open(&closed.not_open, target)].into_iter().flatten().collect();
    let first = closed.denying.iter().chain(&closed.not_open).next().copied().unwrap_or_default();
    let opens = closed.until.map_or_else(
        || format!("nothing opens within {FARTHEST}"),
        |until| format!("the next opening is at {}", calendar.show(until, first)),
    );
    let until = closed.until.and_then(|until| u64::try_from(until.as_second()).ok());
    Wait { reason: format!("{}; {opens}", reasons.join(", and ")), from: Vec::new(), until }
}

fn denies(windows: &[&str], target: &Target) -> Option<String> {
    match windows {
        [] => None,
        [one] => Some(format!("window `{one}` denies promotions to `{}`", target.name)),
        several => Some(format!("windows {} deny promotions to `{}`", names(several), target.name)),
    }
}

fn is_not_open(windows: &[&str], target: &Target) -> Option<String> {
    match windows {
        [] => None,
        [one] => Some(format!("window `{one}`, which allows promotions to `{}`, is not open", target.name)),
        several => Some(format!("none of the windows {}, which allow promotions to `{}`, is open", names(several), target.name)),
    }
}

fn names(windows: &[&str]) -> String {
    let names: Vec<String> = windows.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
