//! Writers that are killed at any moment.

use std::thread::sleep;
use std::time::Duration;

use crate::place::{Acknowledged, Place, count, proposed};
use crate::writer::{Job, acknowledged};

/// The longest that a writer lives, in milliseconds: a few appends.
const LONGEST_LIFE: u64 = 900;

/// Two writers at a time, on a machine each; both are killed. The next ones go on with what was left behind.
pub(crate) fn killed_writers() {
    let place = Place::new();
    let mut random = fastrand::Rng::with_seed(u64::from(count("TOLLGATE_SEED", 7)));
    let mut said: Vec<Acknowledged> = Vec::new();
    let crashes = count("TOLLGATE_CRASHES", 8);
    for round in 0..crashes {
        let writers = ["one", "two"].map(|machine| Job::new(&place, machine, &format!("{machine}-{round}"), u64::MAX).start());
        sleep(Duration::from_millis(random.u64(..LONGEST_LIFE)));
        for mut writer in writers {
            // On Unix this is SIGKILL. Git processes that it started live on or break off, as they would.
            writer.kill().unwrap();
            said.extend(acknowledged(&writer.wait_with_output().unwrap().stdout));
        }
        place.holds(&said);
    }
    for machine in ["one", "two"] {
        let output = Job::new(&place, machine, &format!("{machine}-last"), 3).start().wait_with_output().unwrap();
        assert!(output.status.success(), "machine {machine} can't go on");
        said.extend(acknowledged(&output.stdout));
    }
    let history = place.holds(&said);
    // A writer that dies between push and answer leaves an entry that nobody was told of; at most one each time.
    let untold = proposed(&history) - said.len() as u64;
    assert!(untold <= u64::from(2 * crashes), "{untold} entries that nobody wrote");
    assert!(said.len() > 6, "nothing was acknowledged before the writers were killed, so nothing was tested");
}
