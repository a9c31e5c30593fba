//! tollgate and the script with the same components, in turns.

use std::time::Duration;

use serde::Serialize;

use super::clock::{Clock, Ran};
use super::estate::Estate;
use super::script::Script;
use crate::bench::BenchError;
use crate::bench::measure::Cost;
use crate::bench::place::Place;

/// How many components there are, and how many of them are changed before each run.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Workload {
    pub(super) components: usize,
    pub(super) changed: usize,
}

/// What came of one workload.
#[derive(Debug, Serialize)]
pub(super) struct Contest {
    pub(super) workload: Workload,
    pub(super) plan: Asked,
    /// Nothing where nothing is changed.
    pub(super) apply: Option<Asked>,
}

/// Medians of what one thing cost.
#[derive(Debug, Serialize)]
pub(super) struct Asked {
    pub(super) tollgate: Told,
    /// The script, for the components that were changed.
    pub(super) changed: Option<Duration>,
    /// The script, for all components; nothing where that is the same.
    pub(super) all: Option<Duration>,
}

/// What tollgate took, and what of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Told {
    pub(super) wall: Duration,
    /// While Terraform ran.
    pub(super) terraform: Duration,
    /// How often Terraform was run.
    pub(super) calls: usize,
    /// While git ran.
    pub(super) git: Duration,
    /// While neither ran.
    pub(super) own: Duration,
}

/// What one run cost.
#[derive(Default)]
struct Round {
    tollgate: Option<Told>,
    changed: Option<Duration>,
    all: Option<Duration>,
}

impl Contest {
    /// Changes, plans and applies as often.
    pub(super) fn hold(place: &Place, clock: &Clock, workload: Workload, runs: usize) -> Result<Self, BenchError> {
        let estate = Estate::set_up(place, clock, workload.components)?;
        let script = Script::set_up(&estate, clock)?;
        let (mut plans, mut applies) = (Vec::new(), Vec::new());
        for run in 1..=runs {
            if workload.changed == 0 {
                plans.push(untouched(&estate, &script)?);
                continue;
            }
            let changed = workload.choose(&estate.names, run);
            estate.change(&changed, run)?;
            let planned = plan(&estate, &script, &changed)?;
            applies.push(apply(&estate, &script, &changed, planned.changed)?);
            plans.push(planned);
            ["tollgate", "script"].iter().try_for_each(|tool| estate.look(tool, &changed, run))?;
        }
        Ok(Self { workload, plan: Asked::of(&plans), apply: (!applies.is_empty()).then(|| Asked::of(&applies)) })
    }
}

impl Workload {
    /// Others in each run, as far as there are others.
    fn choose(self, names: &[String], run: usize) -> Vec<String> {
        names.iter().cycle().skip(run * self.changed % names.len().max(1)).take(self.changed).cloned().collect()
    }
}

fn untouched(estate: &Estate<'_>, script: &Script<'_>) -> Result<Round, BenchError> {
    let tollgate = Told::of(&estate.run(&["plan", "master"])?);
    estate.said("not planned")?;
    Ok(Round { tollgate: Some(tollgate), changed: None, all: Some(script.plan(&estate.names)?) })
}

fn plan(estate: &Estate<'_>, script: &Script<'_>, changed: &[String]) -> Result<Round, BenchError> {
    let tollgate = Told::of(&estate.run(&["plan", "master"])?);
    let all = (changed.len() < estate.names.len()).then(|| script.plan(&estate.names)).transpose()?;
    Ok(Round { tollgate: Some(tollgate), changed: Some(script.plan(changed)?), all })
}

/// A promotion plans itself, so the script's plan is counted as well.
fn apply(estate: &Estate<'_>, script: &Script<'_>, changed: &[String], planned: Option<Duration>) -> Result<Round, BenchError> {
    let tollgate = Told::of(&estate.run(&["promote", "master"])?);
    let applied = script.apply(changed)? + planned.unwrap_or_default();
    Ok(Round { tollgate: Some(tollgate), changed: Some(applied), all: None })
}

impl Asked {
    fn of(rounds: &[Round]) -> Self {
        let told: Vec<Told> = rounds.iter().filter_map(|round| round.tollgate).collect();
        let of = |part: fn(&Told) -> Duration| middle(told.iter().map(part)).unwrap_or_default();
        let tollgate = Told {
            wall: of(|told| told.wall),
            terraform: of(|told| told.terraform),
            calls: middle(told.iter().map(|told| told.calls)).unwrap_or_default(),
            git: of(|told| told.git),
            own: of(|told| told.own),
        };
        let script = |part: fn(&Round) -> Option<Duration>| middle(rounds.iter().filter_map(part));
        Self { tollgate, changed: script(|round| round.changed), all: script(|round| round.all) }
    }
}

impl Told {
    fn of((cost, ran): &(Cost, Ran)) -> Self {
        Self {
            wall: cost.wall,
            terraform: ran.terraform.length(),
            calls: ran.terraform.count(),
            git: ran.git.length(),
            own: cost.wall.saturating_sub(ran.together()),
        }
    }
}

fn middle<T: Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    sorted.into_iter().nth(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_changes_other_components() {
        let names: Vec<String> = ["a", "b", "c"].map(ToOwned::to_owned).to_vec();
        let choose = |changed, run| Workload { components: 3, changed }.choose(&names, run).join("");
        assert_eq!((1..5).map(|run| choose(1, run)).collect::<String>(), "bcab");
        assert_eq!(choose(3, 7), "abc");
        assert_eq!(choose(2, 1), "ca");
    }

    #[test]
    fn medians_are_taken_of_each_part_by_itself() {
        let mk_round = |wall, own| {
            let time = Duration::from_millis;
            let told = Told { wall: time(wall), terraform: time(1), calls: 4, git: time(2), own: time(own) };
            Round { tollgate: Some(told), changed: Some(time(wall * 2)), all: None }
        };
        let asked = Asked::of(&[mk_round(9, 1), mk_round(1, 3), mk_round(5, 2)]);
        assert_eq!((asked.tollgate.wall.as_millis(), asked.tollgate.own.as_millis(), asked.tollgate.calls), (5, 2, 4));
        assert_eq!((asked.changed, asked.all), (Some(Duration::from_millis(10)), None));
    }
}
