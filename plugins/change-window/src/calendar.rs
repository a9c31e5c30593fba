//! The windows, read and understood.

use jiff::Timestamp;
use tollgate_sdk::promotion::{Role, Target};

use crate::schedule::{Effect, Schedule, Windowed};
use crate::settings::Match;
use crate::times::Times;
use crate::zone::Zone;

/// All windows.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) windows: Vec<Window>,
}

/// Stop or go by calendar, for some targets.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) name: String,
    pub(crate) effect: Effect,
    pub(crate) times: Times,
    pub(crate) zone: Zone,
    pub(crate) matching: Match,
}

impl Calendar {
    /// The windows for a target, where there are any.
    pub(crate) fn of(&self, target: &Target) -> Option<Schedule<'_>> {
        let windows: Vec<Windowed<'_>> =
            self.windows.iter().filter(|window| window.matching.fits(target)).map(Window::view).collect();
        if windows.is_empty() { None } else { Some(Schedule(windows)) }
    }

    /// An instant for people, in the zone of a window.
    pub(crate) fn show(&self, instant: Timestamp, window: &str) -> String {
        let zone = self.windows.iter().find(|one| one.name == window).map(|window| &window.zone);
        zone.map_or_else(|| instant.to_string(), |zone| zone.show(instant))
    }
}

impl Window {
    fn view(&self) -> Windowed<'_> {
        Windowed { name: &self.name, effect: self.effect, times: &self.times }
    }
}

impl Match {
    fn fits(&self, target: &Target) -> bool {
        let role = match target.role {
            Role::Ops => "ops",
            Role::Apps => "apps",
        };
        [(&self.environment, target.environment.as_str()), (&self.target, &target.name), (&self.role, role)].into_iter().all(
            |(globs, name)| {
                let globs = globs.places();
                globs.is_empty() || globs.iter().any(|(_, glob)| fast_glob::glob_match(glob, name))
            },
        )
    }
}
