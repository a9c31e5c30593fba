//! What a plan costs that changes nothing.

use serde::Serialize;
use tollgate_servers::Cluster;

use super::deployed::Deployed;
use super::site::Site;
use crate::bench::BenchError;
use crate::bench::measure::{self, Cost};
use crate::bench::objects::Objects;
use crate::bench::place::Place;

/// The cost of planning so many objects.
#[derive(Debug, Serialize)]
pub(super) struct PlanCosts {
    pub(super) objects: usize,
    pub(super) runs: usize,
    pub(super) plan: Cost,
}

impl PlanCosts {
    /// Applies the objects, and plans them again.
    pub(super) fn measure(place: &Place, cluster: &Cluster, objects: usize, runs: usize) -> Result<Self, BenchError> {
        let site = Site::make(place, cluster, &format!("plan-{objects}"))?;
        let deployed = Deployed::set_up(&site, |directory| Objects::write(directory, objects))?;
        deployed.run(&["promote", "master"])?;
        site.look("tollgate promote", &deployed.objects, None)?;
        let costs = (0..runs.max(1)).map(|_| deployed.run(&["plan", "master"])).collect::<Result<Vec<_>, _>>()?;
        site.clear()?;
        Ok(Self { objects, runs, plan: measure::median(&costs) })
    }
}
