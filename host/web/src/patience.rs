//! How long and how often a server is asked.

use std::time::{Duration, Instant};

/// How long anybody waits for a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the answer to one request.
    pub request: Duration,
    /// For everything about one question, its pages and the waiting between requests included.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { request: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

/// The wait after the first try that failed; each later one may be twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// More tries than these help nobody.
const TRIES: u32 = 5;

/// What is left of the time and the tries for one question.
#[derive(Debug)]
pub struct Patience {
    request: Duration,
    deadline: Instant,
    tried: u32,
}

impl Patience {
    /// All of it, from now on.
    pub fn new(limits: Limits) -> Self {
        Self { request: limits.request, deadline: Instant::now() + limits.total, tried: 0 }
    }

    /// How long the next request may take; nothing when the time is over.
    pub fn request(&self) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        (!left.is_zero()).then(|| left.min(self.request))
    }

    /// Waits before the next try, at least as long as the server asked for. False when there is no next one.
    pub fn wait(&mut self, asked: Option<Duration>) -> bool {
        self.tried += 1;
        let longest = FIRST_WAIT * 2u32.pow(self.tried - 1);
        // Between half and all of it, so that many who failed together don't come back together.
        let wait = longest.mul_f64(0.5 + fastrand::f64() / 2.0).max(asked.unwrap_or_default());
        let is_too_long = Instant::now().checked_add(wait).is_none_or(|then| then >= self.deadline);
        if self.tried >= TRIES || is_too_long {
            return false;
        }
        std::thread::sleep(wait);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_patience(total: Duration) -> Patience {
        Patience::new(Limits { request: Duration::from_secs(10), total })
    }

    #[test]
    fn a_request_has_its_own_time_and_never_more_than_what_is_left() {
        assert_eq!(mk_patience(Duration::from_secs(30)).request(), Some(Duration::from_secs(10)));
        assert!(mk_patience(Duration::from_secs(3)).request() <= Some(Duration::from_secs(3)));
        assert_eq!(mk_patience(Duration::ZERO).request(), None);
    }

    #[test]
    fn there_is_no_next_try_after_the_last_one() {
        let mut patience = mk_patience(Duration::from_secs(3600));
        patience.tried = TRIES - 1;
        assert!(!patience.wait(None));
    }

    #[test]
    fn who_asks_for_more_time_than_there_is_gets_no_next_try() {
        for asked in [Duration::from_secs(60), Duration::MAX] {
            assert!(!mk_patience(Duration::from_secs(30)).wait(Some(asked)));
        }
        assert!(mk_patience(Duration::from_secs(30)).wait(Some(Duration::from_millis(1))));
    }
}
