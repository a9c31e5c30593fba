//! Append, lease and fence as a model whose every state is looked at: workers that race, pause for any time, and die.
//!
//! What a holder and an observer believe is asked of `tollgate_core::lease` itself. A pause is nothing but a worker that does
//! not act while the clock goes on. Reading and writing at the remote are steps of their own, so that anything may happen in
//! between.

#![expect(clippy::print_stdout, reason = "whoever runs it wants to know how much was looked at")]

mod world;

use stateright::{Checker, Model as _};
use world::World;

/// Looks at all states, prints how many there are, and fails where a property does not hold.
fn check(name: &str, model: World) {
    let checker = model.checker().threads(2).spawn_bfs().join();
    println!(
        "{name}: {} different states, {} in all, depth {}",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth()
    );
    assert!(checker.is_done());
    checker.assert_properties();
}

#[test]
fn two_workers_in_every_order_with_every_pause_and_crash() {
    check("two workers", World { workers: 2, ticks: 9, crashes: 2, ..World::default() });
}

#[test]
fn three_workers_in_every_order_with_every_pause_and_a_crash() {
    check("three workers", World { workers: 3, ticks: 4, crashes: 1, ..World::default() });
}

/// The property that breaks when a part is taken out of the model, so that it is known to be looked at.
fn breaks(model: World, property: &'static str) {
    let checker = model.checker().threads(2).spawn_bfs().join();
    assert!(checker.discovery(property).is_some(), "`{property}` holds without the part that makes it hold");
}

#[test]
fn without_the_fence_a_paused_worker_writes_late() {
    breaks(World { is_fenced: false, ..World::default() }, "one-at-a-time");
}

#[test]
fn without_their_own_clock_two_holders_believe_in_their_lease() {
    breaks(World { holders_stop: false, ..World::default() }, "one holder believes in its lease");
}

#[test]
fn without_compare_and_swap_entries_are_lost() {
    breaks(World { swaps_compare: false, ..World::default() }, "no-lost-entry");
}
