//! What Google Cloud shows to everybody.

use tollgate_sdk::{Finding, Level};

use super::{REACHABLE, READABLE};
use crate::attribute::Attribute;
use crate::fact::{Fact, Wrong};
use crate::resource::Resource;
use crate::rules::PUBLIC;

const EVERYBODY: [&str; 2] = ["allUsers", "allAuthenticatedUsers"];
const REMOVE: &str = "Name the accounts and groups that need it";

/// What is never for everybody to see. Functions and services that answer to the world are not among it.
const KEPT: [&str; 11] = [
    "storage_bucket",
    "project",
    "folder",
    "organization",
    "bigquery_dataset",
    "bigquery_table",
    "kms_key_ring",
    "kms_crypto_key",
    "pubsub_topic",
    "pubsub_subscription",
    "secret_manager_secret",
];

pub(super) static FACTS: [Fact; 2] = [
    Fact::new(
        &[
            "google_storage_bucket_access_control",
            "google_storage_default_object_access_control",
            "google_storage_object_access_control",
        ],
        (&[], "entity"),
        Wrong::Word(&EVERYBODY),
        READABLE,
        REMOVE,
    ),
    Fact::new(
        &["google_sql_database_instance"],
        (&["settings", "ip_configuration", "authorized_networks"], "value"),
        Wrong::World,
        REACHABLE,
        "Name the networks that need it, or connect by the proxy",
    ),
];

/// Judges who is given a role on something, and whether the nodes of a cluster are in the public network.
pub(super) fn judge_grant(resource: &Resource<'_>) -> Vec<Finding> {
    let Some(name) = resource.kind.strip_prefix("google_") else { return Vec::new() };
    if name == "container_cluster" {
        return judge_cluster(resource).into_iter().collect();
    }
    let Some((kept, how)) = name.split_once("_iam_") else { return Vec::new() };
    if !KEPT.contains(&kept) {
        return Vec::new();
    }
    let places = match how {
        "member" => vec![resource.attributes.get("member")],
        "binding" => resource.attributes.get("members").values(),
        "policy" => return judge_policy(resource).into_iter().collect(),
        _ => Vec::new(),
    };
    places.iter().filter(|place| place.is_one_of(&EVERYBODY)).map(|place| granted(resource, place)).collect()
}

fn granted(resource: &Resource<'_>, place: &Attribute<'_>) -> Finding {
    let who = place.text().unwrap_or_default();
    PUBLIC.at(place.node(), format!("`{}` gives its role to everybody (`{who}`)", resource.address)).fix(REMOVE)
}

/// A whole policy is JSON in a text, in which members stand in quotes.
fn judge_policy(resource: &Resource<'_>) -> Option<Finding> {
    let policy = resource.attributes.get("policy_data");
    let text = policy.text()?;
    let who = EVERYBODY.iter().find(|who| text.contains(&format!("\"{who}\"")))?;
    Some(PUBLIC.at(policy.node(), format!("`{}` gives a role to everybody (`{who}`)", resource.address)).fix(REMOVE))
}

fn judge_cluster(resource: &Resource<'_>) -> Option<Finding> {
    let private = resource.attributes.get("private_cluster_config");
    if !private.is_unset() || resource.may_have("control_plane_endpoints_config") {
        return None;
    }
    let message = format!("the nodes and the API server of `{}` have addresses in the public network", resource.address);
    Some(
        PUBLIC
            .at(private.node(), message)
            .fix("Add `private_cluster_config` with `enable_private_nodes = true`")
            .at_level(Level::Warn),
    )
}
