//! How long it takes until what ran before runs again.

use serde::Serialize;
use tollgate_servers::Cluster;

use super::deployed::Deployed;
use super::site::Site;
use crate::bench::BenchError;
use crate::bench::measure::{self, Cost};
use crate::bench::objects::Objects;
use crate::bench::place::Place;

/// How many Deployments go back.
const DEPLOYMENTS: usize = 12;

/// The cost of a rollback, from the start of the process to its end, by which all are patched and it is written down.
#[derive(Debug, Serialize)]
pub(super) struct RollbackCosts {
    pub(super) deployments: usize,
    pub(super) runs: usize,
    pub(super) rollback: Cost,
}

impl RollbackCosts {
    /// Brings out a new version of all, and rolls it back, as often.
    pub(super) fn measure(place: &Place, cluster: &Cluster, runs: usize) -> Result<Self, BenchError> {
        let site = Site::make(place, cluster, "rollback")?;
        let deployed = Deployed::set_up(&site, |directory| Objects::write_deployments(directory, DEPLOYMENTS))?;
        deployed.run(&["promote", "master"])?;
        let mut costs = Vec::new();
        for run in 0..runs.max(1) {
            let owner = format!("owner-{run}@example.com");
            deployed.objects.change(DEPLOYMENTS, &owner)?;
            deployed.deliver(&owner)?;
            deployed.run(&["promote", "master"])?;
            site.look("tollgate promote", &deployed.objects, Some((&owner, DEPLOYMENTS)))?;
            costs.push(deployed.run(&["rollback", "shop", "--reason", "the bench"])?);
            site.look("tollgate rollback", &deployed.objects, Some((&owner, 0)))?;
        }
        site.clear()?;
        Ok(Self { deployments: DEPLOYMENTS, runs, rollback: measure::median(&costs) })
    }
}
