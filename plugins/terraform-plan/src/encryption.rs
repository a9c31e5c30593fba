//! `unencrypted`: data that is kept or sent as it is. The facts are those of the providers' documentation.

mod aws;
mod azure;
mod google;

use tollgate_sdk::Finding;

use crate::fact;
use crate::resource::Resource;
use crate::rules::UNENCRYPTED;

const KEEPS: &str = "keeps its data unencrypted";
const SENDS: &str = "takes connections that are not encrypted";
const OLD_TLS: &str = "takes connections by an outdated version of TLS";

/// Judges a resource of any of the clouds.
pub(crate) fn judge(resource: &Resource<'_>) -> Vec<Finding> {
    let facts = [&aws::FACTS[..], &azure::FACTS, &google::FACTS];
    facts.into_iter().flat_map(|facts| fact::judge(&UNENCRYPTED, facts, resource)).collect()
}

#[cfg(test)]
mod tests;
