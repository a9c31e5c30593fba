//! What Azure shows to everybody.

use tollgate_sdk::{Finding, Level};

use super::{REACHABLE, READABLE};
use crate::fact::Unless::Set;
use crate::fact::{Fact, Wrong};
use crate::resource::Resource;
use crate::rules::PUBLIC;

const ALLOWS: &str = "allows that what it keeps can be read by everybody";

pub(super) static FACTS: [Fact; 5] = [
    Fact::new(
        &["azurerm_storage_account"],
        (&[], "allow_nested_items_to_be_public"),
        Wrong::Is(true),
        ALLOWS,
        "Set `allow_nested_items_to_be_public = false`",
    ),
    Fact::new(
        &["azurerm_storage_account"],
        (&[], "allow_blob_public_access"),
        Wrong::Is(true),
        ALLOWS,
        "Set `allow_blob_public_access = false`",
    ),
    Fact::new(
        &["azurerm_storage_container"],
        (&[], "container_access_type"),
        Wrong::Word(&["blob", "container"]),
        READABLE,
        "Set `container_access_type = \"private\"`",
    ),
    Fact::new(
        &["azurerm_mssql_server", "azurerm_postgresql_flexible_server"],
        (&[], "public_network_access_enabled"),
        Wrong::Is(true),
        "has an address in the public network",
        "Set `public_network_access_enabled = false`, and reach it by a private endpoint",
    ),
    Fact::new(
        &["azurerm_key_vault"],
        (&[], "public_network_access_enabled"),
        Wrong::Is(true),
        REACHABLE,
        "Set `public_network_access_enabled = false`, or say in `network_acls` who may reach it",
    )
    .unless(&[Set("network_acls")]),
];

/// The API server of an AKS cluster has a public address unless the cluster is private; who may reach it can be said.
pub(super) fn judge_cluster(resource: &Resource<'_>) -> Option<Finding> {
    let is_limited = ["api_server_access_profile", "api_server_authorized_ip_ranges"].iter().any(|key| resource.may_have(key));
    if resource.kind != "azurerm_kubernetes_cluster" || is_limited {
        return None;
    }
    let private = resource.attributes.get("private_cluster_enabled");
    let is_public = private.is_unset() || private.flag() == Some(false);
    let message = format!("the API server of `{}` {REACHABLE}", resource.address);
    let fix = "Set `private_cluster_enabled = true`, or name in `api_server_access_profile` who may reach it";
    is_public.then(|| PUBLIC.at(private.node(), message).fix(fix).at_level(Level::Warn))
}
