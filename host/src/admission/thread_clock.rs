//! What a thread has computed, which is less than the time that went by where it waits for its turn.

use std::time::Duration;

#[cfg(target_os = "linux")]
use rustix::time::{ClockId, clock_gettime};

/// The clock of a thread, for other threads to look at.
#[derive(Clone, Debug)]
pub(super) struct ThreadClock {
    /// Where the system tells how long the thread has run; nothing where it does not.
    file: Option<String>,
    at_first: Duration,
}

impl ThreadClock {
    /// That of the thread that calls.
    pub(super) fn own() -> Self {
        thread_local!(static FILE: Option<String> = file_of_own());
        Self { file: FILE.with(Clone::clone), at_first: computed_by_own() }
    }

    /// One that never tells.
    #[cfg(test)]
    pub(super) const fn unknown() -> Self {
        Self { file: None, at_first: Duration::ZERO }
    }

    /// How long the thread has computed since.
    pub(super) fn computed(&self) -> Option<Duration> {
        let told = fs_err::read_to_string(self.file.as_ref()?).ok()?;
        let nanoseconds = told.split(' ').next()?.parse().ok()?;
        Some(Duration::from_nanos(nanoseconds).saturating_sub(self.at_first))
    }
}

#[cfg(target_os = "linux")]
fn computed_by_own() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
const fn computed_by_own() -> Duration {
    Duration::ZERO
}

/// The kernel's statistics of its scheduler, whose first number is the time on a processor, in nanoseconds.
fn file_of_own() -> Option<String> {
    let own = fs_err::read_link("/proc/thread-self").ok()?;
    Some(format!("/proc/{}/schedstat", own.to_str()?))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// Computes for so long, as another thread sees it.
    fn compute(time: Duration) -> Option<Duration> {
        let (clock, begun) = (ThreadClock::own(), computed_by_own());
        while computed_by_own().saturating_sub(begun) < time {
            std::hint::black_box(Instant::now());
        }
        // The kernel adds up when the thread gives way.
        std::thread::yield_now();
        std::thread::scope(|scope| scope.spawn(|| clock.computed()).join().unwrap())
    }

    #[test]
    fn another_thread_sees_how_long_one_has_computed() {
        let seen = compute(Duration::from_millis(60)).unwrap();
        assert!(seen >= Duration::from_millis(40), "{seen:?}");
    }

    #[test]
    fn who_waits_computes_nothing() {
        let clock = ThreadClock::own();
        std::thread::sleep(Duration::from_millis(60));
        let seen = std::thread::scope(|scope| scope.spawn(|| clock.computed()).join().unwrap()).unwrap();
        assert!(seen < Duration::from_millis(30), "{seen:?}");
    }
}
