//! The same question again and again, on several threads at once.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::BenchError;
use crate::judges::{Judge, Judges, Question};

/// A live instance keeps what each call allocated, so a round must fit into its memory.
const CALLS: u32 = 500;
const ROUNDS: usize = 15;

/// Microseconds a document, each way to judge by the best of its rounds. The ways take turns, so that a busy moment of
/// the machine hits them alike.
pub(crate) fn measure(judges: &Judges, question: &Question, threads: usize) -> Result<Value, BenchError> {
    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        let live = (0..threads).map(|_| judges.live(question)).collect::<Result<Vec<_>, _>>()?;
        let ways = [of_each(threads, || judges.fresh(question)), live, of_each(threads, || judges.native(question))];
        for (best, way) in best.iter_mut().zip(ways) {
            *best = (*best).min(round(way));
        }
    }
    let [fresh, live, native] = best.map(|time| time.as_secs_f64() * 1e6 / (f64::from(CALLS) * threads as f64));
    Ok(json!({"threads": threads, "fresh": fresh, "live": live, "native": native}))
}

fn of_each<'a>(threads: usize, judge: impl Fn() -> Judge<'a>) -> Vec<Judge<'a>> {
    (0..threads).map(|_| judge()).collect()
}

/// Each judge on a thread of its own; the time from the start of the first to the end of the last.
fn round(judges: Vec<Judge<'_>>) -> Duration {
    let barrier = Barrier::new(judges.len());
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let threads: Vec<_> = judges.into_iter().map(|judge| scope.spawn(|| calls(judge, &barrier))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let first = times.iter().map(|(start, _)| *start).min();
    let last = times.iter().map(|(_, end)| *end).max();
    first.zip(last).map_or(Duration::MAX, |(first, last)| last - first)
}

/// When the calls began, and when they ended.
fn calls(mut judge: Judge<'_>, barrier: &Barrier) -> (Instant, Instant) {
    barrier.wait();
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(judge());
    }
    (start, Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_judge_is_asked_as_often() {
        let count = AtomicU32::new(0);
        let judges = of_each(2, || Box::new(|| count.fetch_add(1, Ordering::Relaxed) as usize));
        assert!(round(judges) > Duration::ZERO);
        assert_eq!(count.load(Ordering::Relaxed), 2 * CALLS);
    }
}
