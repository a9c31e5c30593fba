//! The ledger's remote, a target, and the workers: every step that one of them can take.

use std::time::Duration;

use stateright::{Model, Property};
use tollgate_core::entry::PromotionId;
use tollgate_core::lease::{Claim, HeldLease, LeaseRecord, LeaseTimes, Observer, SeenLease};

/// One tick is a second. The lease is three: a holder stops after two, another takes over after four.
const TIMES: LeaseTimes = LeaseTimes::new(Duration::from_secs(3));

/// What may happen, and which parts are there.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) workers: usize,
    /// How long the clock runs.
    pub(crate) ticks: u64,
    /// How many workers may die.
    pub(crate) crashes: u8,
    /// Whether the target refuses attempts that are not the highest.
    pub(crate) is_fenced: bool,
    /// Whether holders ask their own clock before they write.
    pub(crate) holders_stop: bool,
    /// Whether the ledger takes a push only on top of what the pusher saw.
    pub(crate) swaps_compare: bool,
}

impl Default for World {
    fn default() -> Self {
        Self { workers: 2, ticks: 6, crashes: 1, is_fenced: true, holders_stop: true, swaps_compare: true }
    }
}

/// An entry of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    Running { attempt: u8, worker: usize },
    Outcome { attempt: u8, worker: usize },
}

/// Everything at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    now: u64,
    ledger: Vec<Entry>,
    /// The state of the lease, and how many there were.
    lease: Option<u8>,
    leases: u8,
    /// The highest attempt that the target knows, what was written there, and who has its lock.
    fence: u8,
    writes: Vec<u8>,
    lock: Option<usize>,
    workers: Vec<Worker>,
    crashes: u8,
}

/// A worker with one promotion to apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Worker {
    stage: Stage,
    observer: Option<Observer>,
    held: Option<HeldLease>,
    attempt: Option<u8>,
    /// What the remote acknowledged, with its place.
    acknowledged: Vec<(usize, Entry)>,
    is_overtaken: bool,
    took_over: bool,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    #[default]
    Waits,
    /// It saw a lease that it may have, at a time.
    Claims {
        from: Option<u8>,
        began: u64,
    },
    /// It looks at the ledger, and then pushes on top of what it saw.
    Begins {
        seen: Option<usize>,
    },
    /// The ledger acknowledged the attempt.
    Asks,
    /// It may begin to write.
    Applies,
    /// It has the target's lock, and the target has its attempt.
    Writes,
    Ends {
        seen: Option<usize>,
    },
    Releases,
    Gone,
    Dead,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Tick,
    Go(usize),
    Renew(usize),
    Die(usize),
}

const fn s(tick: u64) -> Duration {
    Duration::from_secs(tick)
}

fn seen(lease: u8) -> SeenLease {
    SeenLease { id: lease.to_string(), record: None }
}

impl Entry {
    const fn attempt(self) -> u8 {
        match self {
            Self::Running { attempt, .. } | Self::Outcome { attempt, .. } => attempt,
        }
    }
}

impl State {
    /// How many attempts of this number began.
    fn begun(&self, number: u8) -> usize {
        self.ledger.iter().filter(|entry| matches!(entry, Entry::Running { attempt, .. } if *attempt == number)).count()
    }

    fn swap(&mut self, old: Option<u8>, take: bool) -> bool {
        let is_won = self.lease == old;
        if is_won {
            self.leases += u8::from(take);
            self.lease = take.then_some(self.leases);
        }
        is_won
    }

    fn holds(&self, who: usize) -> Option<u8> {
        self.workers[who].held.as_ref().filter(|held| !held.is_lost()).and_then(|held| held.id().parse().ok())
    }

    /// Whether a worker thinks that it may begin to write.
    fn believes(&self, who: usize, world: &World) -> bool {
        let Worker { stage, held, .. } = &self.workers[who];
        let is_alive = !matches!(stage, Stage::Dead | Stage::Gone);
        is_alive && held.as_ref().is_some_and(|held| !must_stop(held, self.now, world))
    }

    fn append(&mut self, who: usize, seen: usize, entry: Entry, world: &World) -> bool {
        if self.ledger.len() != seen && world.swaps_compare {
            return false;
        }
        self.ledger.truncate(seen);
        self.ledger.push(entry);
        self.workers[who].acknowledged.push((seen, entry));
        true
    }

    fn go(&mut self, who: usize, world: &World) {
        self.workers[who].stage = match self.workers[who].stage {
            Stage::Waits => self.look(who),
            Stage::Claims { from, began } => self.claim(who, from, began),
            Stage::Begins { seen: None } => Stage::Begins { seen: Some(self.ledger.len()) },
            Stage::Begins { seen: Some(seen) } => self.begin(who, seen, world),
            Stage::Asks if self.believes(who, world) => Stage::Applies,
            Stage::Asks => Stage::Ends { seen: None },
            Stage::Applies => self.take_target(who, world),
            Stage::Writes => {
                self.writes.extend(self.workers[who].attempt);
                self.lock = None;
                Stage::Ends { seen: None }
            }
            Stage::Ends { seen: None } => Stage::Ends { seen: Some(self.ledger.len()) },
            Stage::Ends { seen: Some(seen) } => self.end(who, seen, world),
            Stage::Releases => {
                let held = self.holds(who);
                let _ = held.is_some() && self.swap(held, false);
                self.workers[who].held = None;
                Stage::Gone
            }
            done @ (Stage::Gone | Stage::Dead) => done,
        };
    }

    fn look(&mut self, who: usize) -> Stage {
        let (now, lease) = (self.now, self.lease);
        let observer = self.workers[who].observer.get_or_insert_with(|| Observer::new(TIMES));
        match observer.observe(s(now), lease.map(seen).as_ref()) {
            Claim::Free => Stage::Claims { from: None, began: now },
            Claim::Stale { .. } => Stage::Claims { from: lease, began: now },
            Claim::Held { .. } => Stage::Waits,
        }
    }

    fn claim(&mut self, who: usize, from: Option<u8>, began: u64) -> Stage {
        if !self.swap(from, true) {
            return Stage::Waits;
        }
        let (target, promotion, holder) = (String::new(), PromotionId::of_decision(0), who.to_string());
        let record = LeaseRecord { target, promotion, attempt: None, holder, sequence: 0 };
        let worker = &mut self.workers[who];
        worker.held = Some(HeldLease::acquired(TIMES, record, self.leases.to_string(), s(began)));
        (worker.observer, worker.took_over) = (None, from.is_some());
        Stage::Begins { seen: None }
    }

    fn begin(&mut self, who: usize, seen: usize, world: &World) -> Stage {
        let attempt = self.ledger.iter().take(seen).map(|entry| entry.attempt()).max().unwrap_or(0) + 1;
        if !self.append(who, seen, Entry::Running { attempt, worker: who }, world) {
            return Stage::Begins { seen: None };
        }
        self.workers[who].attempt = Some(attempt);
        Stage::Asks
    }

    fn take_target(&mut self, who: usize, world: &World) -> Stage {
        let attempt = self.workers[who].attempt.unwrap_or_default();
        if self.lock.is_some() {
            return Stage::Applies;
        }
        if self.fence >= attempt && world.is_fenced {
            self.workers[who].is_overtaken = true;
            return Stage::Ends { seen: None };
        }
        self.fence = self.fence.max(attempt);
        self.lock = Some(who);
        Stage::Writes
    }

    fn end(&mut self, who: usize, seen: usize, world: &World) -> Stage {
        let outcome = Entry::Outcome { attempt: self.workers[who].attempt.unwrap_or_default(), worker: who };
        if self.append(who, seen, outcome, world) { Stage::Releases } else { Stage::Ends { seen: None } }
    }

    fn renew(&mut self, who: usize) {
        let old = self.holds(who);
        let is_won = self.swap(old, true);
        let (id, now) = (self.leases.to_string(), s(self.now));
        if let Some(held) = &mut self.workers[who].held {
            if is_won { held.renew(held.next(), id, now) } else { held.lose() }
        }
    }

    fn die(&mut self, who: usize) {
        self.crashes += 1;
        self.workers[who].stage = Stage::Dead;
        // The system frees the lock of a process that died.
        self.lock = self.lock.filter(|owner| *owner != who);
    }
}

fn must_stop(held: &HeldLease, now: u64, world: &World) -> bool {
    if world.holders_stop { held.must_stop(s(now)) } else { held.is_lost() }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State { workers: vec![Worker::default(); self.workers], ..State::default() }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        steps.extend((state.now < self.ticks).then_some(Step::Tick));
        for (who, worker) in state.workers.iter().enumerate() {
            if matches!(worker.stage, Stage::Gone | Stage::Dead) {
                continue;
            }
            steps.push(Step::Go(who));
            let is_due = worker.held.as_ref().is_some_and(|held| held.due() <= s(state.now));
            steps.extend((is_due && state.holds(who).is_some()).then_some(Step::Renew(who)));
            steps.extend((state.crashes < self.crashes).then_some(Step::Die(who)));
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Tick => state.now += 1,
            Step::Go(who) => state.go(who, self),
            Step::Renew(who) => state.renew(who),
            Step::Die(who) => state.die(who),
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one-at-a-time", |_, state: &State| state.writes.is_sorted_by(|before, after| before < after)),
            Property::always("nothing is written without an acknowledged attempt", |_, state: &State| {
                state.writes.iter().all(|attempt| state.begun(*attempt) > 0)
            }),
            Property::always("one holder believes in its lease", |world: &Self, state: &State| {
                (0..state.workers.len()).filter(|who| state.believes(*who, world)).count() < 2
            }),
            Property::always("no-lost-entry", |_, state: &State| {
                let is_there = |(place, entry): &(usize, Entry)| state.ledger.get(*place) == Some(entry);
                state.workers.iter().all(|worker| worker.acknowledged.iter().all(is_there))
            }),
            Property::always("every entry is there once, and every attempt has its own number", |_, state: &State| {
                let times = |entry: &Entry| state.ledger.iter().filter(|other| *other == entry).count();
                state.ledger.iter().all(|entry| times(entry) == 1 && state.begun(entry.attempt()) < 2)
            }),
            Property::sometimes("somebody takes over and writes", |_, state: &State| {
                let wrote = |worker: &Worker| worker.attempt.is_some_and(|attempt| state.writes.contains(&attempt));
                state.workers.iter().any(|worker| worker.took_over && wrote(worker))
            }),
            Property::sometimes("a worker that slept is refused by the target", |_, state: &State| {
                state.workers.iter().any(|worker| worker.is_overtaken)
            }),
            Property::sometimes("a worker that slept stops by its own clock", |_, state: &State| {
                let stopped = |worker: &Worker| matches!(worker.stage, Stage::Ends { .. }) && !worker.is_overtaken;
                state.writes.is_empty() && state.workers.iter().any(stopped)
            }),
            Property::sometimes("all write, one after the other", |world: &Self, state: &State| {
                state.writes.len() == world.workers
            }),
        ]
    }
}
