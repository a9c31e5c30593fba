//! Instants, for people.

use jiff::Timestamp;

/// Seconds since the Unix epoch as RFC 3339 has them, in UTC. What is beyond the calendar stays a number.
pub(crate) fn show(seconds: u64) -> String {
    let instant = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    instant.map_or_else(|| seconds.to_string(), |instant| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_a_date_and_what_is_none_as_a_number() {
        assert_eq!(show(1_800_000_000), "2027-01-15T08:00:00Z");
        assert_eq!(show(u64::MAX), u64::MAX.to_string());
    }
}
