//! How much is done at once: questions that are judged, questions that wait for it, and the bytes of all of them.
//!
//! What is more than that is told so at once, so that nobody waits for an answer that can't come in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::limits::Limits;

/// Memory is counted in pieces of this many bytes.
const PIECE: usize = 1_024;

/// Why a question is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shed {
    /// Too many wait already.
    Full,
    /// Its turn did not come in time.
    Late,
    /// It was begun, and there was no answer in time.
    Slow,
    /// There is no room for it.
    Memory,
    /// The work itself broke off.
    Broken,
}

impl Shed {
    /// The word for metrics.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Full => "queue-full",
            Self::Late => "queue-timeout",
            Self::Slow => "deadline",
            Self::Memory => "memory",
            Self::Broken => "broken",
        }
    }

    /// What whoever asked is told.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Full => "tollgate has too many questions to answer and did not take this one; try again",
            Self::Late => "tollgate has too many questions to answer and did not come to this one in time; try again",
            Self::Slow => "tollgate could not judge this in time; try again, or give the webhook a longer `timeoutSeconds`",
            Self::Memory => "tollgate has no memory left for this question; try again",
            Self::Broken => "tollgate broke off while it judged this; its log says more",
        }
    }
}

/// The bounds of one server.
pub(crate) struct Bounds {
    workers: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    waiting: AtomicUsize,
    queue: usize,
    body: usize,
}

/// One who waits, until it does no more.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Bounds {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            workers: Arc::new(Semaphore::new(limits.workers)),
            memory: Arc::new(Semaphore::new(limits.memory / PIECE)),
            waiting: AtomicUsize::new(0),
            queue: limits.queue,
            body: limits.body,
        }
    }

    /// How many questions wait to be judged.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Room for a body: of the length that it says, or of the longest that is taken. It is kept until the permit is dropped.
    pub(crate) async fn room(&self, length: Option<usize>, deadline: Instant) -> Result<OwnedSemaphorePermit, Shed> {
        let pieces = length.unwrap_or(self.body).min(self.body).div_ceil(PIECE).max(1);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let room = timeout_at(deadline, Arc::clone(&self.memory).acquire_many_owned(pieces)).await;
        room.ok().and_then(Result::ok).ok_or(Shed::Memory)
    }

    /// Does work when its turn comes, where it keeps no other task waiting. Work that was begun is not stopped by its deadline: it
    /// keeps its place until it ends, so that no more is done at once than was allowed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Shed> {
        let turn = self.turn(deadline).await?;
        // On the thread that asks, which gives its other tasks away first: to hand work to a thread that sleeps, and its answer
        // back, takes longer than most work.
        let begun = tokio::spawn(async move {
            let done = tokio::task::block_in_place(work);
            drop(turn);
            done
        });
        match timeout_at(deadline, begun).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err(Shed::Broken),
            Err(_) => Err(Shed::Slow),
        }
    }

    async fn turn(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Shed> {
        if let Ok(turn) = Arc::clone(&self.workers).try_acquire_owned() {
            return Ok(turn);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.queue {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Shed::Full);
        }
        let _waiting = Waiting(&self.waiting);
        let turn = timeout_at(deadline, Arc::clone(&self.workers).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(Shed::Late)
    }
}

/// How long a question may take: what the cluster waits, less what the way back takes.
pub(crate) fn time_to_answer(query: Option<&str>) -> Duration {
    const DEFAULT: Duration = Duration::from_secs(10);
    const LONGEST: Duration = Duration::from_secs(30);
    let said = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("timeout="));
    let asked = said.and_then(seconds).unwrap_or(DEFAULT).min(LONGEST);
    let margin = (asked / 10).clamp(Duration::from_millis(100), Duration::from_millis(500));
    asked.saturating_sub(margin)
}

/// `10s`, `500ms`, `1m30s`: as Go writes lengths of time, in which API servers say them.
fn seconds(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit_end = rest[end..].find(|character: char| character.is_ascii_digit()).map_or(rest.len(), |at| end + at);
        let unit = match &rest[end..unit_end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        total += Duration::try_from_secs_f64(number * unit).ok()?;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn mk_bounds(workers: usize, queue: usize) -> Arc<Bounds> {
        Arc::new(Bounds::new(&Limits { workers, queue, body: 4 * PIECE, memory: 8 * PIECE, ..Limits::default() }))
    }

    fn in_runtime<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(30)
    }

    /// Takes the one worker until the sender is dropped.
    async fn occupy(bounds: &Arc<Bounds>) -> mpsc::Sender<()> {
        let (release, wait) = mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let own = Arc::clone(bounds);
        tokio::spawn(async move {
            let work = move || {
                let _ = begun.send(());
                let _ = wait.recv();
            };
            own.run(later(), work).await
        });
        has_begun.await.unwrap();
        release
    }

    #[test]
    fn work_is_done_when_a_worker_is_free() {
        assert_eq!(in_runtime(mk_bounds(1, 0).run(later(), || 7)), Ok(7));
    }

    #[test]
    fn who_finds_the_queue_full_is_told_at_once_and_who_waits_too_long_later() {
        in_runtime(async {
            let bounds = mk_bounds(1, 1);
            let release = occupy(&bounds).await;
            let own = Arc::clone(&bounds);
            let waits = tokio::spawn(async move { own.run(later(), || 1).await });
            while bounds.waiting() == 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(bounds.run(later(), || 2).await, Err(Shed::Full));
            drop(release);
            assert_eq!(waits.await.unwrap(), Ok(1));
            let _release = occupy(&bounds).await;
            assert_eq!(bounds.run(soon(), || 3).await, Err(Shed::Late));
            assert_eq!(bounds.waiting(), 0);
        });
    }

    #[test]
    fn work_past_its_deadline_keeps_its_place_until_it_ends() {
        in_runtime(async {
            let bounds = mk_bounds(1, 1);
            let (release, wait) = mpsc::channel::<()>();
            assert_eq!(bounds.run(soon(), move || wait.recv().is_ok()).await, Err(Shed::Slow));
            assert_eq!(bounds.run(soon(), || ()).await, Err(Shed::Late));
            drop(release);
            assert_eq!(bounds.run(later(), || 1).await, Ok(1));
        });
    }

    #[test]
    fn work_that_panics_is_told_and_leaves_its_place() {
        in_runtime(async {
            let bounds = mk_bounds(1, 1);
            assert_eq!(bounds.run::<()>(later(), || panic!("on purpose")).await, Err(Shed::Broken));
            assert_eq!(bounds.run(later(), || 1).await, Ok(1));
        });
    }

    #[test]
    fn bodies_have_room_until_it_is_used_up() {
        in_runtime(async {
            let bounds = mk_bounds(1, 1);
            let unsaid = bounds.room(None, soon()).await.unwrap();
            let longest = bounds.room(Some(usize::MAX), soon()).await.unwrap();
            assert_eq!(bounds.room(Some(1), soon()).await.map(drop), Err(Shed::Memory));
            drop((unsaid, longest));
            assert!(bounds.room(Some(1), soon()).await.is_ok());
        });
    }

    #[test]
    fn an_answer_is_due_before_the_cluster_stops_waiting() {
        for (query, milliseconds) in [
            (None, 9_500),
            (Some("timeout=10s"), 9_500),
            (Some("timeout=1s"), 900),
            (Some("x=1&timeout=500ms"), 400),
            (Some("timeout=1m30s"), 29_500),
            (Some("timeout=soon"), 9_500),
            (Some("timeout=50ms"), 0),
        ] {
            assert_eq!(time_to_answer(query), Duration::from_millis(milliseconds), "{query:?}");
        }
    }
}
