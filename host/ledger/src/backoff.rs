//! How long to wait before trying again: exponential, with full jitter, so that racers spread out.

use std::time::Duration;

/// How often an append is tried. Twenty writers who race all day long need far fewer.
pub(crate) const TRIES: u32 = 80;

const FIRST: Duration = Duration::from_millis(30);
const LONGEST: Duration = Duration::from_secs(3);
/// Where a try itself takes long (a slow remote, a busy machine), racers must spread out over that many times as long:
/// otherwise all of them are on their way at once, and whoever lost often loses again.
const SPREAD: u32 = 20;

/// A random pause before try `attempt` (from 1), up to the bound of that try. `took` is how long the try before it took.
pub(crate) fn pause(attempt: u32, took: Duration) -> Duration {
    bound(attempt, took).mul_f64(fastrand::f64())
}

fn bound(attempt: u32, took: Duration) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    FIRST.max(took).saturating_mul(1 << doublings).min(LONGEST.max(took.saturating_mul(SPREAD)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_until_the_longest() {
        let bounds: Vec<u128> = (1..=9).map(|attempt| bound(attempt, Duration::ZERO).as_millis()).collect();
        assert_eq!(bounds, [30, 60, 120, 240, 480, 960, 1920, 3000, 3000]);
        assert_eq!(bound(u32::MAX, Duration::ZERO), LONGEST);
    }

    #[test]
    fn slow_tries_are_spread_over_many_times_as_long() {
        let took = Duration::from_secs(1);
        let bounds: Vec<u64> = (1..=7).map(|attempt| bound(attempt, took).as_secs()).collect();
        assert_eq!(bounds, [1, 2, 4, 8, 16, 20, 20]);
        assert_eq!(bound(u32::MAX, Duration::MAX), Duration::MAX);
    }

    #[test]
    fn no_pause_is_longer_than_its_bound() {
        assert!((0..1000).all(|attempt| pause(attempt, Duration::ZERO) <= bound(attempt, Duration::ZERO)));
    }
}
