//! Lengths of time.

use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::text::DurationText;

/// The length in seconds. Its form is checked by the schema; what is left is that it is too long to count.
pub(crate) fn seconds(text: &DurationText, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> u64 {
    length(text, at, problems, 1)
}

/// The same where nothing is a length as well.
pub(crate) fn seconds_or_none(text: &DurationText, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> u64 {
    length(text, at, problems, 0)
}

fn length(text: &DurationText, at: &At<'_>, problems: &mut Vec<ConfigProblem>, least: u64) -> u64 {
    let length = parse(text.as_str()).filter(|length| *length >= least && i64::try_from(*length).is_ok());
    length.unwrap_or_else(|| {
        let problem = at.problem(format!("`{}` is no length of time", text.as_str()));
        let more = if least > 0 { ", more than nothing" } else { "" };
        problems.push(problem.hint(format!("write a number and a unit{more}: `90s`, `30m`, `24h`, `7d`, `1h30m`")));
        0
    })
}

/// The length in seconds; nothing where it is none, or too long to count.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = rest.split_at(end);
        let seconds = match unit.chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(seconds)?)?;
        rest = &unit[1..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_with_units_are_added() {
        for (text, seconds) in [("90s", 90), ("30m", 1_800), ("24h", 86_400), ("7d", 604_800), ("1h30m", 5_400), ("2w", 1_209_600)]
        {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_is_none() {
        for text in ["h", "24", "1.5h", "-1h", "1y", "99999999999999999999s", "99999999999999999w"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = parse(&text);
        }

        #[test]
        fn seconds_are_read_back(seconds: u32) {
            prop_assert_eq!(parse(&format!("{seconds}s")), Some(u64::from(seconds)));
        }
    }
}
