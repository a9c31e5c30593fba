//! `public`: what everybody can reach or read. The facts are those of the providers' documentation.

mod aws;
mod azure;
mod google;

use tollgate_sdk::Finding;

use crate::fact;
use crate::resource::Resource;
use crate::rules::PUBLIC;

const REACHABLE: &str = "can be reached from everywhere";
const READABLE: &str = "can be read by everybody";

/// Judges a resource of any of the clouds.
pub(crate) fn judge(resource: &Resource<'_>) -> Vec<Finding> {
    let facts = [&aws::FACTS[..], &azure::FACTS, &google::FACTS];
    let mut findings: Vec<Finding> = facts.into_iter().flat_map(|facts| fact::judge(&PUBLIC, facts, resource)).collect();
    findings.extend(aws::judge_cluster(resource));
    findings.extend(azure::judge_cluster(resource));
    findings.extend(google::judge_grant(resource));
    findings
}

#[cfg(test)]
mod tests;
