//! How fast an API server is asked, where its operator has set a bound.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Lets requests go one after the other, evenly: what was not used before is not caught up with.
pub(super) struct Pace(Option<Mutex<Interval>>);

impl Pace {
    /// So many requests a second at most; nothing: all at once.
    pub(super) fn of(rate: Option<NonZeroU32>) -> Self {
        Self(rate.map(|rate| {
            let mut ticks = interval(Duration::from_secs(1) / rate.get());
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            Mutex::new(ticks)
        }))
    }

    /// Waits until the next request may go.
    pub(super) async fn wait(&self) {
        if let Some(ticks) = &self.0 {
            ticks.lock().await.tick().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// How long so many requests wait at least, sent at once.
    fn taken(rate: u32, requests: u32) -> Duration {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let begun = Instant::now();
        runtime.block_on(async {
            let pace = Pace::of(NonZeroU32::new(rate));
            futures::future::join_all((0..requests).map(|_| pace.wait())).await
        });
        begun.elapsed()
    }

    #[test]
    fn no_more_requests_go_than_were_allowed() {
        assert!(taken(100, 11) >= Duration::from_millis(100));
    }

    #[test]
    fn where_nothing_is_said_nothing_waits() {
        let ready = futures::future::FutureExt::now_or_never(Pace::of(None).wait());
        assert_eq!(ready, Some(()));
    }
}
