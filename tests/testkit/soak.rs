//! How much is tried.

/// A number of rounds, times `TOLLGATE_SOAK` where that is set.
pub fn soak(rounds: u32) -> u32 {
    let factor = std::env::var("TOLLGATE_SOAK").ok().map(|factor| factor.parse().unwrap());
    rounds * factor.unwrap_or(1)
}
