//! one-at-a-time (9): the numbers of attempts rise at each target, and none begins while another may still write.

use std::collections::BTreeMap;

use super::Look;
use crate::chronicle::Entry;

/// What is known of the attempts at each target.
#[derive(Default)]
pub(super) struct Attempts {
    targets: BTreeMap<String, OfTarget>,
}

#[derive(Default)]
struct OfTarget {
    highest: u64,
    open: Vec<u64>,
    /// Those that had not ended when the next one began.
    taken_over: Vec<u64>,
    /// The highest that ended.
    ended: u64,
}

impl Attempts {
    pub(super) fn check(&mut self, look: &Look<'_>) {
        for entry in look.stage.chronicle.entries().iter().skip(look.stage.chronicle.entries().len() - look.new.len()) {
            let (Some(target), Some(attempt)) = (entry.target(), entry.attempt()) else { continue };
            let of_target = self.targets.entry(target.to_owned()).or_default();
            match entry.kind() {
                "running" => of_target.begin(attempt, entry),
                "outcome" => of_target.end(attempt, entry),
                _ => {}
            }
        }
        for (place, standing) in look.now {
            let written = standing.write().and_then(|write| write["attempt"].as_u64()).unwrap_or_default();
            let before = look.before.get(place).and_then(|before| before.write()?["attempt"].as_u64()).unwrap_or_default();
            assert!(written >= before, "one-at-a-time: attempt {written} wrote to {place:?} after attempt {before}");
            let highest = self.targets.get(&place.target()).map_or(0, |of_target| of_target.highest);
            assert!(written <= highest, "one-at-a-time: {place:?} was written by attempt {written}, which never began");
        }
    }
}

impl OfTarget {
    fn begin(&mut self, attempt: u64, entry: &Entry) {
        assert!(attempt > self.highest, "one-at-a-time: an attempt after {} is {}", self.highest, entry.text());
        self.taken_over.append(&mut self.open);
        self.open.push(attempt);
        self.highest = attempt;
    }

    fn end(&mut self, attempt: u64, entry: &Entry) {
        assert!(attempt > self.ended, "one-at-a-time: an attempt before {} ends late: {}", self.ended, entry.text());
        self.ended = attempt;
        self.open.retain(|open| *open != attempt);
        if self.taken_over.contains(&attempt) && entry.ended("succeeded") {
            let message = entry.body()["message"].as_str().unwrap();
            assert!(message.contains("never reported"), "one-at-a-time: while it wrote, another began: {}", entry.text());
        }
    }
}
