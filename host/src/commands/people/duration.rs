//! Lengths of time on the command line.

use jiff::SignedDuration;
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

/// The time that lies this long after another.
pub(crate) fn after(now: Timestamp, text: &str) -> Result<Timestamp, Failure> {
    let wrong = || {
        let failure = Failure::of_message(ExitCode::Usage, format!("`{text}` is no length of time that can be counted from now"));
        failure.with_hint("write hours, minutes and seconds, more than nothing: `90s`, `30m`, `4h`, `1h30m`")
    };
    let length: SignedDuration = text.parse().map_err(|_| wrong())?;
    if !length.is_positive() {
        return Err(wrong());
    }
    now.checked_add(length).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_minutes_count_from_now() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for (text, seconds) in [("90s", 90), ("4h", 14_400), ("1h30m", 5_400)] {
            assert_eq!(after(now, text).unwrap().as_second() - now.as_second(), seconds, "{text}");
        }
        for text in ["", "4", "-4h", "0s", "soon", "999999999999h"] {
            assert!(after(now, text).is_err(), "{text}");
        }
    }
}
