use proptest::prelude::*;

use super::*;

const LEASE: Duration = Duration::from_secs(60);

const fn times() -> LeaseTimes {
    LeaseTimes::new(LEASE)
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn mk_record(holder: &str) -> LeaseRecord {
    let promotion = PromotionId::of_decision(17);
    LeaseRecord { target: "prod-apps".to_owned(), promotion, attempt: None, holder: holder.to_owned(), sequence: 0 }
}

fn mk_seen(id: &str) -> SeenLease {
    SeenLease { id: id.to_owned(), record: Some(mk_record("host:1")) }
}

fn mk_held(began: Duration) -> HeldLease {
    HeldLease::acquired(times(), mk_record("host:1"), "a".to_owned(), began)
}

#[test]
fn a_lease_that_nobody_has_is_free() {
    assert_eq!(Observer::new(times()).observe(s(0), None), Claim::Free);
}

#[test]
fn who_sees_a_lease_for_the_first_time_waits_whatever_the_clock_says() {
    let mut observer = Observer::new(times());
    assert_eq!(observer.observe(s(1_000_000), Some(&mk_seen("a"))), Claim::Held { unchanged: s(0) });
}

#[test]
fn a_lease_that_stands_still_is_taken_over_after_its_time_and_the_margin() {
    let mut observer = Observer::new(times());
    observer.observe(s(10), Some(&mk_seen("a")));
    assert_eq!(observer.observe(s(84), Some(&mk_seen("a"))), Claim::Held { unchanged: s(74) });
    assert_eq!(observer.observe(s(85), Some(&mk_seen("a"))), Claim::Stale { from: "a".to_owned() });
}

#[test]
fn every_change_starts_the_time_anew_even_when_it_was_free_in_between() {
    let mut observer = Observer::new(times());
    observer.observe(s(0), Some(&mk_seen("a")));
    assert_eq!(observer.observe(s(100), Some(&mk_seen("b"))), Claim::Held { unchanged: s(0) });
    observer.observe(s(150), None);
    assert_eq!(observer.observe(s(190), Some(&mk_seen("b"))), Claim::Held { unchanged: s(0) });
}

#[test]
fn a_lease_that_can_not_be_read_is_held_and_can_be_taken_over() {
    let (mut observer, unreadable) = (Observer::new(times()), SeenLease { id: "a".to_owned(), record: None });
    assert!(matches!(observer.observe(s(0), Some(&unreadable)), Claim::Held { .. }));
    assert!(matches!(observer.observe(s(75), Some(&unreadable)), Claim::Stale { .. }));
}

#[test]
fn a_holder_stops_at_two_thirds_and_goes_on_when_it_was_renewed() {
    let mut held = mk_held(s(100));
    assert_eq!(held.due(), s(120));
    assert!(!held.must_stop(s(139)) && held.must_stop(s(140)));
    let next = held.next();
    held.renew(next, "b".to_owned(), s(139));
    assert!(!held.must_stop(s(178)) && held.must_stop(s(179)));
    assert_eq!((held.id(), held.next().sequence), ("b", 2));
}

#[test]
fn what_is_lost_stays_lost() {
    let mut held = mk_held(s(0));
    held.lose();
    let next = held.next();
    held.renew(next, "b".to_owned(), s(1));
    assert!(held.must_stop(s(1)) && held.is_lost());
    assert_eq!(held.id(), "a");
}

#[test]
fn renewals_tell_the_attempt_once_it_has_its_number() {
    let mut held = mk_held(s(0));
    let under_way = held.next();
    held.begin_attempt(3);
    held.renew(under_way, "b".to_owned(), s(1));
    assert_eq!(held.next().attempt, Some(3));
}

#[test]
fn a_record_is_read_back_as_it_was_written() {
    let record = LeaseRecord { attempt: Some(2), ..mk_record("host:1") };
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(text, r#"{"target":"prod-apps","promotion":"P-17","attempt":2,"holder":"host:1","sequence":0}"#);
    assert_eq!(serde_json::from_str::<LeaseRecord>(&text).unwrap(), record);
}

/// The remote: one state, moved by compare-and-swap.
#[derive(Default)]
struct Remote {
    state: Option<String>,
    made: u64,
}

impl Remote {
    fn swap(&mut self, old: Option<&str>) -> Option<String> {
        (self.state.as_deref() == old).then(|| {
            self.made += 1;
            self.state = Some(self.made.to_string());
            self.made.to_string()
        })
    }

    fn seen(&self) -> Option<SeenLease> {
        self.state.as_ref().map(|id| SeenLease { id: id.clone(), record: None })
    }
}

/// One of two who want the target, with a clock that began at some time and runs at its own speed.
struct Party {
    observer: Observer,
    held: Option<HeldLease>,
    began: u64,
    /// In percent of the true speed.
    speed: u64,
}

impl Party {
    /// Its own clock at a true time, in milliseconds.
    fn clock(&self, now: u64) -> Duration {
        Duration::from_millis((self.began + now) * self.speed / 100)
    }

    fn believes(&self, now: u64) -> bool {
        self.held.as_ref().is_some_and(|held| !held.must_stop(self.clock(now)))
    }

    /// Looks, and then acquires, takes over or renews. The remote does what it is asked somewhere between the question and
    /// the answer, `delay` after the party's clock was read.
    fn act(&mut self, remote: &mut Remote, asked: u64, delay: u64) {
        let began = self.clock(asked);
        if let Some(held) = &mut self.held {
            match remote.swap(Some(held.id())) {
                Some(id) => held.renew(held.next(), id, began),
                None => held.lose(),
            }
            if held.is_lost() {
                self.held = None;
                self.observer = Observer::new(times());
            }
            return;
        }
        let seen = remote.seen();
        let from = match self.observer.observe(self.clock(asked + delay), seen.as_ref()) {
            Claim::Free => None,
            Claim::Stale { from } => Some(from),
            Claim::Held { .. } => return,
        };
        // The clock is read again before the remote is asked to swap.
        let began = self.clock(asked + delay);
        if let Some(id) = remote.swap(from.as_deref()) {
            self.held = Some(HeldLease::acquired(times(), mk_record("host:1"), id, began));
        }
    }
}

#[derive(Clone, Debug)]
struct Turn {
    who: usize,
    /// Milliseconds until the party asks, which may be a long pause, and until the remote has answered.
    pause: u64,
    delay: u64,
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let pause = prop_oneof![8 => 0u64..5_000, 2 => 5_000u64..60_000, 1 => 60_000u64..400_000];
    (0usize..2, pause, 0u64..3_000).prop_map(|(who, pause, delay)| Turn { who, pause, delay })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Two parties whose clocks began at any time and run up to a tenth too fast or too slow, with pauses and delays: at no
    /// moment do both believe that they may begin to write.
    #[test]
    fn no_two_holders_believe_at_once_that_they_may_write(
        turns in prop::collection::vec(any_turn(), 1..80),
        began in [0u64..1_000_000, 0u64..1_000_000],
        speed in [90u64..=110, 90u64..=110],
    ) {
        let mut parties: Vec<Party> = (0..2)
            .map(|who| Party { observer: Observer::new(times()), held: None, began: began[who], speed: speed[who] })
            .collect();
        let (mut remote, mut now) = (Remote::default(), 0);
        for turn in turns {
            now += turn.pause;
            parties[turn.who].act(&mut remote, now, turn.delay);
            now += turn.delay;
            prop_assert!(!(parties[0].believes(now) && parties[1].believes(now)), "both believe at {now}");
        }
    }

    /// Whoever slept past its lease finds itself out before it looks at anything but its own clock.
    #[test]
    fn a_paused_holder_that_wakes_up_finds_itself_out(began in 0u64..1_000_000, pause in 75_000u64..10_000_000) {
        let held = mk_held(Duration::from_millis(began));
        prop_assert!(held.must_stop(Duration::from_millis(began + pause)));
    }

    /// Some holder always comes: whoever keeps looking takes over a lease whose holder is gone.
    #[test]
    fn who_keeps_looking_takes_over_in_the_end(step in 1u64..30) {
        let mut observer = Observer::new(times());
        let mut claims = (0..=200 / step + 1).map(|count| observer.observe(s(count * step), Some(&mk_seen("a"))));
        let is_stale = |claim| matches!(claim, Claim::Stale { .. });
        prop_assert!(claims.any(is_stale), "nobody ever takes over");
    }
}
