//! Many who ask at the same time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::AskError;

/// How the questions come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pace {
    /// So many, each as soon as somebody is free to ask it.
    Count(usize),
    /// As many as are answered in this time, each as soon as somebody is free to ask it.
    Saturating(Duration),
    /// So many a second for this time, each when its time has come, whether or not those before it were answered.
    Even { rate: f64, time: Duration },
}

/// How long each answer took, and how long it took altogether. Where nobody was free to ask a question when it was due, its time
/// counts from then on; else from when it was asked: that a thread which sleeps wakes late is no server's doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answers {
    pub(super) latencies: Vec<Duration>,
    /// What was said instead of an answer.
    pub(super) unanswered: Vec<String>,
    pub(super) whole: Duration,
}

impl Pace {
    /// When the question of this number is due; nothing where it is not asked.
    fn due(self, number: usize, begun: Instant) -> Option<Instant> {
        match self {
            Self::Count(count) => (number < count).then(Instant::now),
            Self::Saturating(time) => (begun.elapsed() < time).then(Instant::now),
            Self::Even { rate, time } => {
                #[expect(clippy::cast_precision_loss, reason = "nobody asks so often")]
                let after = Duration::from_secs_f64(number as f64 / rate);
                (after < time).then(|| begun + after)
            }
        }
    }
}

/// Lets so many ask, each on a thread of its own. Each is made by `asker`, and is told the number of the question.
pub(super) fn run<A: FnMut(usize) -> Result<(), String>>(askers: usize, pace: Pace, asker: impl Fn() -> A + Sync) -> Answers {
    let next = AtomicUsize::new(0);
    let (latencies, failures) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..askers {
            scope.spawn(|| {
                let mut ask = asker();
                let (mut own, mut failed) = (Vec::new(), Vec::new());
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(due) = pace.due(number, begun) else { break };
                    let begun = wait_for(due);
                    match ask(number) {
                        Ok(()) => own.push(begun.elapsed()),
                        Err(said) => failed.push(said),
                    }
                }
                extend(&latencies, own);
                extend(&failures, failed);
            });
        }
    });
    let whole = begun.elapsed();
    Answers { latencies: inner(latencies), unanswered: inner(failures), whole }
}

/// Sleeps until then. Since when the question counts as asked.
fn wait_for(due: Instant) -> Instant {
    let early = due.saturating_duration_since(Instant::now());
    if early.is_zero() {
        return due;
    }
    std::thread::sleep(early);
    Instant::now()
}

fn extend<T>(all: &Mutex<Vec<T>>, own: Vec<T>) {
    all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(own);
}

fn inner<T>(all: Mutex<Vec<T>>) -> Vec<T> {
    all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Answers {
    /// The same, where every question was answered.
    pub(super) fn all(self) -> Result<Self, AskError> {
        match self.unanswered.first() {
            Some(first) => Err(AskError::Unanswered { count: self.unanswered.len(), first: first.clone() }),
            None => Ok(self),
        }
    }

    /// The latency that so many of a thousand answers keep to.
    pub(super) fn permille(&self, permille: usize) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * permille).div_ceil(1_000).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_is_asked_once() {
        let asked = Mutex::new(Vec::new());
        let asker = || {
            |number| {
                asked.lock().unwrap().push(number);
                Ok(())
            }
        };
        let answers = run(4, Pace::Count(100), asker).all().unwrap();
        let mut asked = asked.into_inner().unwrap();
        asked.sort_unstable();
        assert_eq!(asked, (0..100).collect::<Vec<_>>());
        assert_eq!(answers.latencies.len(), 100);
    }

    #[test]
    fn questions_that_come_evenly_are_as_many_as_their_rate_says() {
        let pace = Pace::Even { rate: 500.0, time: Duration::from_millis(100) };
        assert_eq!(run(8, pace, || |_| Ok(())).latencies.len(), 50);
    }

    #[test]
    fn who_waits_for_a_slow_answer_before_it_waits_longer() {
        // One asker, so that each question but the first is asked after it was due.
        let pace = Pace::Even { rate: 1_000.0, time: Duration::from_millis(5) };
        let slow = || {
            |_| {
                std::thread::sleep(Duration::from_millis(20));
                Ok(())
            }
        };
        let answers = run(1, pace, slow);
        assert!(answers.permille(1_000) >= Duration::from_millis(20 * 5 - 5), "{answers:?}");
    }

    #[test]
    fn a_question_counts_from_when_it_was_due_or_asked_whichever_was_up_to_the_server() {
        let overdue = Instant::now().checked_sub(Duration::from_millis(5)).unwrap();
        assert_eq!(wait_for(overdue), overdue);
        let due = Instant::now() + Duration::from_millis(5);
        assert!(wait_for(due) >= due);
    }

    #[test]
    fn an_answer_that_failed_is_no_figure() {
        let answers = run(2, Pace::Count(4), || |number| if number == 2 { Err("no".to_owned()) } else { Ok(()) });
        assert_eq!(answers.latencies.len(), 3);
        assert_eq!(answers.all().unwrap_err().to_string(), "1 questions were not answered; the first of them: no");
    }

    #[test]
    fn permilles_are_latencies_that_occurred() {
        let latencies = (1..=1_000).rev().map(Duration::from_millis).collect();
        let answers = Answers { latencies, ..Answers::default() };
        assert_eq!([500, 990, 1_000].map(|permille| answers.permille(permille).as_millis()), [500, 990, 1_000]);
        assert_eq!(Answers::default().permille(500), Duration::ZERO);
    }
}
