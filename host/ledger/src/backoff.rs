//! How long to wait before trying again: exponential, with full jitter, so that racers spread out.

use std::time::Duration;

/// How often an append is tried. Twenty writers who race all day long need far fewer.
pub(crate) const TRIES: u32 = 80;

const FIRST: Duration = Duration::from_millis(30);
const LONGEST: Duration = Duration::from_secs(3);

/// A random pause before try `attempt` (from 1), up to the bound of that try.
pub(crate) fn pause(attempt: u32) -> Duration {
    bound(attempt).mul_f64(fastrand::f64())
}

fn bound(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    FIRST.saturating_mul(1 << doublings).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_until_the_longest() {
        let bounds: Vec<u128> = (1..=9).map(|attempt| bound(attempt).as_millis()).collect();
        assert_eq!(bounds, [30, 60, 120, 240, 480, 960, 1920, 3000, 3000]);
        assert_eq!(bound(u32::MAX), LONGEST);
    }

    #[test]
    fn no_pause_is_longer_than_its_bound() {
        assert!((0..1000).all(|attempt| pause(attempt) <= bound(attempt)));
    }
}
