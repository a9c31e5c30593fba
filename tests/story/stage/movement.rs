//! What moves: promotions, also two at once and those whose worker dies, the last step, and the way back.

use std::process::Child;
use std::time::Duration;

use tollgate_tests::Answer;

use super::{Happened, Stage};
use crate::step::{Moment, Person, Place, What};

impl Stage {
    pub(super) fn promote(&self, what: What, more: &[&str]) -> Answer {
        self.cli(None, &[]).args(self.promotion(what)).args(more).run()
    }

    /// `promote REF … -o json`.
    fn promotion(&self, what: What) -> Vec<String> {
        let newest = || self.tags.last().unwrap().0.clone();
        let (reference, to) = match what {
            What::Master => ("master".to_owned(), None),
            What::Branch => (self.branch_name(), None),
            What::NewestTag => (newest(), None),
            What::OldTag(number) => (self.tags[number % self.tags.len()].0.clone(), None),
            What::MasterToProd => ("master".to_owned(), Some(Place::Prod)),
            What::TagToPreprod => (newest(), Some(Place::Preprod)),
        };
        let to = to.into_iter().flat_map(|place| ["--to".to_owned(), place.target()]);
        ["promote".to_owned(), reference].into_iter().chain(to).chain(["-o", "json"].map(ToOwned::to_owned)).collect()
    }

    pub(super) fn race(&self, one: What, other: What) -> Happened {
        std::thread::scope(|scope| {
            let racers = [one, other].map(|what| scope.spawn(move || self.promote(what, &["--wait=10s"])));
            Happened::of(racers.map(|racer| racer.join().unwrap()))
        })
    }

    pub(super) fn kill(&self, what: What, moment: Moment) -> Happened {
        let place = if what == What::Master { Place::Preprod } else { Place::Prod };
        let held = (moment == Moment::AtTheTarget).then(|| self.hold(place));
        let arguments = self.promotion(what);
        let cli = self.cli(None, &[]).args(arguments).arg("--wait=6s");
        let mut child = cli.into_command().spawn().unwrap();
        match moment {
            Moment::After(milliseconds) => std::thread::sleep(Duration::from_millis(milliseconds)),
            Moment::AtTheTarget => self.wait_until_it_is_there(&mut child, place),
        }
        let is_killed = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        drop(held);
        Happened { answers: Vec::new(), is_killed }
    }

    /// Holds the target as a reader does: whoever has the lease stands right before it writes.
    fn hold(&self, place: Place) -> std::fs::File {
        let directory = self.signed.shop.target(place.environment()).path().to_owned();
        let file = std::fs::File::options().create(true).truncate(false).write(true).open(directory.join(".lock")).unwrap();
        file.lock_shared().unwrap();
        file
    }

    /// Until the lease tells the number of an attempt, or the worker has ended.
    fn wait_until_it_is_there(&self, child: &mut Child, place: Place) {
        let world = &self.signed.shop.world;
        let remote = self.signed.shop.deployment.remote();
        let lease = format!("refs/tollgate/leases/{}:lease.json", place.target());
        let attempt = || {
            let shown = world.git_command(&remote, &["show", &lease]).output().unwrap();
            serde_json::from_slice::<serde_json::Value>(&shown.stdout).unwrap_or_default()["attempt"].clone()
        };
        let before = attempt();
        while child.try_wait().unwrap().is_none() && (attempt().is_null() || attempt() == before) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The last step of what waits for it, or its end. Where nothing waits, of what was decided last.
    pub(super) fn last_step(&self, command: &[&str], more: &[&str]) -> Happened {
        let waits = self.chronicle.waiting();
        let promotion = waits.unwrap_or_else(|| self.newest(Place::Preprod));
        let arguments = [command, &[promotion.as_str(), "-o", "json"], more].concat();
        Happened::of([self.cli(None, &arguments).run()])
    }

    pub(super) fn rollback(&self, place: Place) -> Happened {
        let target = place.target();
        let arguments = ["rollback", &target, "--reason", "errors", "--wait=6s", "-o", "json"];
        Happened::of([self.by(Person::Lead, &arguments)])
    }
}
