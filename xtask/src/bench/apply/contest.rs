//! All tools with the same objects, in turns: fresh, unchanged, and with some changed.

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate_servers::Cluster;

use super::deployed::Deployed;
use super::site::Site;
use super::tools::{Program, Tool};
use crate::bench::BenchError;
use crate::bench::measure::{self, Cost};
use crate::bench::objects::Objects;
use crate::bench::place::Place;

/// How many objects are changed.
const CHANGED: usize = 10;

/// What came of the contest.
#[derive(Debug, Serialize)]
pub(super) struct Contest {
    pub(super) objects: usize,
    pub(super) changed: usize,
    pub(super) runs: usize,
    pub(super) results: Vec<Measured>,
}

/// What one tool cost.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    pub(super) name: &'static str,
    pub(super) fresh: Asked,
    pub(super) unchanged: Asked,
    pub(super) some_changed: Asked,
}

/// What applying cost, and how often the API server was asked for it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    pub(super) cost: Cost,
    /// Requests by verb. A few are the server's own.
    pub(super) requests: BTreeMap<String, u64>,
}

/// The costs of one round.
struct Round {
    fresh: Asked,
    unchanged: Asked,
    some_changed: Asked,
}

impl Contest {
    /// Lets each tool apply as often, in a namespace of its own each time.
    pub(super) fn hold(place: &Place, cluster: &Cluster, tools: &[Tool], objects: usize, runs: usize) -> Result<Self, BenchError> {
        let mut rounds: Vec<Vec<Round>> = tools.iter().map(|_| Vec::new()).collect();
        for run in 0..runs.max(1) {
            for (tool, rounds) in tools.iter().zip(&mut rounds) {
                let site = Site::make(place, cluster, &format!("{}-{run}", tool.word()))?;
                rounds.push(round(tool, &site, objects)?);
                site.clear()?;
            }
        }
        let results = tools.iter().zip(&rounds).map(|(tool, rounds)| Measured::of(tool.name(), rounds)).collect();
        Ok(Self { objects, changed: CHANGED.min(objects), runs, results })
    }
}

impl Measured {
    fn of(name: &'static str, rounds: &[Round]) -> Self {
        let median = |of: fn(&Round) -> &Asked| Asked {
            cost: measure::median(&rounds.iter().map(|round| of(round).cost).collect::<Vec<_>>()),
            // They are the same in every round.
            requests: rounds.last().map(|round| of(round).requests.clone()).unwrap_or_default(),
        };
        let (fresh, unchanged) = (median(|round| &round.fresh), median(|round| &round.unchanged));
        Self { name, fresh, unchanged, some_changed: median(|round| &round.some_changed) }
    }
}

fn round(tool: &Tool, site: &Site<'_>, count: usize) -> Result<Round, BenchError> {
    let applier = Applier::set_up(tool, site, count)?;
    let (objects, name) = (applier.objects(), tool.name());
    let fresh = applier.apply(site)?;
    site.look(name, objects, None)?;
    let unchanged = applier.apply(site)?;
    let owner = "other@example.com";
    objects.change(CHANGED, owner)?;
    applier.deliver("another owner")?;
    let some_changed = applier.apply(site)?;
    site.look(name, objects, Some((owner, CHANGED.min(count))))?;
    Ok(Round { fresh, unchanged, some_changed })
}

/// A tool that is ready to apply.
enum Applier<'a> {
    Tollgate(Deployed),
    Program(&'a Program, camino::Utf8PathBuf, Objects),
}

impl<'a> Applier<'a> {
    fn set_up(tool: &'a Tool, site: &Site<'_>, count: usize) -> Result<Self, BenchError> {
        match tool {
            Tool::Tollgate => Ok(Self::Tollgate(Deployed::set_up(site, |directory| Objects::write(directory, count))?)),
            Tool::Program(program) => {
                let directory = program.objects(site)?;
                let objects = Objects::write(&directory, count)?;
                Ok(Self::Program(program, directory, objects))
            }
        }
    }

    const fn objects(&self) -> &Objects {
        match self {
            Self::Tollgate(deployed) => &deployed.objects,
            Self::Program(_, _, objects) => objects,
        }
    }

    /// Brings what was changed to where it is read from. Nobody measures that.
    fn deliver(&self, message: &str) -> Result<(), BenchError> {
        match self {
            Self::Tollgate(deployed) => deployed.deliver(message),
            Self::Program(..) => Ok(()),
        }
    }

    fn apply(&self, site: &Site<'_>) -> Result<Asked, BenchError> {
        let before = site.requests()?;
        let cost = match self {
            Self::Tollgate(deployed) => deployed.run(&["promote", "master"])?,
            Self::Program(program, directory, _) => program.run(site, directory)?,
        };
        let mut requests = site.requests()?;
        requests.iter_mut().for_each(|(verb, count)| *count -= before.get(verb).copied().unwrap_or_default().min(*count));
        requests.retain(|_, count| *count > 0);
        Ok(Asked { cost, requests })
    }
}
