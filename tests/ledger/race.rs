//! no-lost-entry: what the ledger's remote acknowledged is there for ever, once, in order.
//!
//! Real processes and the real git program, over bare paths, HTTP and SSH. The processes that write are this same program again, told so
//! by an environment variable. How much is done comes from the environment too, so that a soak can do more:
//! `TOLLGATE_RACERS`, `TOLLGATE_RACE_ENTRIES`, `TOLLGATE_CRASHES`, `TOLLGATE_MACHINES`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a writer reports what was acknowledged on its standard output")]

mod crash;
mod forgery;
mod machine;
mod place;
mod racers;
mod transports;
mod writer;

use libtest_mimic::{Arguments, Trial};

fn main() {
    if let Some(job) = writer::Job::from_environment() {
        return writer::work(&job);
    }
    let trials = vec![
        trial("racing_processes_lose_nothing", racers::racing_processes_lose_nothing),
        trial("racing_over_http_loses_nothing", racers::racing_over_http_loses_nothing),
        trial("racing_over_ssh_loses_nothing", racers::racing_over_ssh_loses_nothing),
        trial("processes_that_share_a_cache_lose_nothing", racers::processes_that_share_a_cache_lose_nothing),
        trial("a_writer_that_is_killed_loses_nothing_and_leaves_nothing_in_the_way", crash::killed_writers),
        trial("any_sequence_of_appends_crashes_and_races_keeps_what_was_acknowledged", machine::any_sequence),
        trial("a_branch_that_somebody_forced_is_refused", forgery::a_forced_branch),
        trial("a_ledger_lives_in_a_clone_beside_its_users_work", forgery::in_a_clone),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
