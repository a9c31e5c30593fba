use serde_json::{Value, json};
use tollgate_sdk::Level;

use crate::testing::{all, found, in_both, planned, written};

/// Where something is found, the same in a configuration and in a plan.
fn places(kind: &str, values: &Value) -> Vec<String> {
    let found = in_both("{}", kind, values);
    found.iter().filter_map(|found| found.strip_prefix("public /body").map(ToOwned::to_owned)).collect()
}

fn mk_sql(network: &Value) -> Value {
    json!({"settings": [{"ip_configuration": [{"authorized_networks": [{"value": network}]}]}]})
}

#[test]
fn what_is_for_everybody_is_found_on_each_cloud() {
    let all_users = "http://acs.amazonaws.com/groups/global/AllUsers";
    for (kind, values, place) in [
        ("aws_s3_bucket", json!({"acl": "public-read"}), "/acl"),
        ("aws_s3_bucket_acl", json!({"acl": "public-read-write"}), "/acl"),
        ("aws_s3_object", json!({"acl": "authenticated-read"}), "/acl"),
        (
            "aws_s3_bucket_acl",
            json!({"access_control_policy": [{"grant": [{}, {"grantee": [{"uri": all_users}]}]}]}),
            "/access_control_policy/0/grant/1/grantee/0/uri",
        ),
        ("aws_redshift_cluster", json!({"publicly_accessible": true}), "/publicly_accessible"),
        ("aws_mq_broker", json!({"publicly_accessible": "true"}), "/publicly_accessible"),
        ("azurerm_storage_account", json!({"allow_nested_items_to_be_public": true}), "/allow_nested_items_to_be_public"),
        ("azurerm_storage_account", json!({"allow_blob_public_access": true}), "/allow_blob_public_access"),
        ("azurerm_storage_container", json!({"container_access_type": "blob"}), "/container_access_type"),
        ("azurerm_mssql_server", json!({"public_network_access_enabled": true}), "/public_network_access_enabled"),
        ("azurerm_key_vault", json!({"public_network_access_enabled": true}), "/public_network_access_enabled"),
        ("azurerm_kubernetes_cluster", json!({}), "/private_cluster_enabled"),
        ("azurerm_kubernetes_cluster", json!({"private_cluster_enabled": false}), "/private_cluster_enabled"),
        ("google_storage_bucket_iam_member", json!({"member": "allUsers"}), "/member"),
        ("google_storage_bucket_iam_binding", json!({"members": ["user:a@example.com", "allAuthenticatedUsers"]}), "/members/1"),
        ("google_project_iam_binding", json!({"members": ["allUsers"]}), "/members/0"),
        ("google_storage_bucket_iam_policy", json!({"policy_data": "{\"members\":[\"allUsers\"]}"}), "/policy_data"),
        ("google_storage_bucket_access_control", json!({"entity": "allUsers"}), "/entity"),
        ("google_sql_database_instance", mk_sql(&json!("0.0.0.0/0")), "/settings/0/ip_configuration/0/authorized_networks/0/value"),
        ("google_container_cluster", json!({}), "/private_cluster_config"),
        ("google_container_cluster", json!({"private_cluster_config": []}), "/private_cluster_config"),
    ] {
        assert_eq!(places(kind, &values), [place], "{kind} {values}");
    }
}

#[test]
fn what_is_for_some_is_not_found() {
    for (kind, values) in [
        ("aws_s3_bucket", json!({"acl": "private"})),
        ("aws_s3_bucket", json!({})),
        ("aws_db_instance", json!({"storage_encrypted": true, "publicly_accessible": false})),
        ("azurerm_storage_container", json!({"container_access_type": "private"})),
        ("azurerm_storage_account", json!({})),
        ("azurerm_key_vault", json!({"public_network_access_enabled": true, "network_acls": [{"default_action": "Deny"}]})),
        ("azurerm_kubernetes_cluster", json!({"private_cluster_enabled": true})),
        ("azurerm_kubernetes_cluster", json!({"api_server_access_profile": [{"authorized_ip_ranges": ["192.0.2.0/24"]}]})),
        ("google_storage_bucket_iam_member", json!({"member": "group:a@example.com"})),
        ("google_cloud_run_service_iam_member", json!({"member": "allUsers"})),
        ("google_storage_bucket", json!({"public_access_prevention": "inherited"})),
        ("google_sql_database_instance", mk_sql(&json!("192.0.2.0/24"))),
        ("google_container_cluster", json!({"private_cluster_config": [{"enable_private_nodes": true}]})),
        ("google_container_cluster", json!({"control_plane_endpoints_config": [{}]})),
    ] {
        assert!(places(kind, &values).is_empty(), "{kind} {values}");
    }
}

#[test]
fn a_block_on_public_access_blocks_all_four_ways() {
    let flags = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
    let all: serde_json::Map<String, Value> = flags.iter().map(|flag| ((*flag).to_owned(), json!(true))).collect();
    assert!(places("aws_s3_bucket_public_access_block", &json!(all)).is_empty());
    for flag in flags {
        let mut without = all.clone();
        without.remove(flag);
        assert_eq!(places("aws_s3_account_public_access_block", &json!(without)), [format!("/{flag}")]);
        without.insert(flag.to_owned(), json!(false));
        assert_eq!(places("aws_s3_bucket_public_access_block", &json!(without)), [format!("/{flag}")]);
    }
}

#[test]
fn the_api_server_of_a_cluster_is_open_unless_it_is_told_otherwise() {
    let at = |network: &Value| places("aws_eks_cluster", &json!({"vpc_config": [network]}));
    let cidrs = "/vpc_config/0/public_access_cidrs";
    assert_eq!(at(&json!({})), [cidrs]);
    assert_eq!(at(&json!({"endpoint_public_access": true})), [cidrs]);
    let open = json!({"endpoint_public_access": true, "public_access_cidrs": ["192.0.2.0/24", "0.0.0.0/0"]});
    assert_eq!(at(&open), [format!("{cidrs}/1")]);
    assert!(at(&json!({"endpoint_public_access": false})).is_empty());
    assert!(at(&json!({"public_access_cidrs": ["192.0.2.0/24"]})).is_empty());
    let unknown = json!({"vpc_config": [{"public_access_cidrs": true}]});
    let after = json!({"vpc_config": [{"endpoint_public_access": true}]});
    assert!(found("{}", &planned("aws_eks_cluster", &after, &unknown)).is_empty());
}

#[test]
fn what_is_evaluated_or_made_later_is_not_found() {
    let members = json!({"members": ["${var.member}"]});
    assert!(found("{}", &written("google_project_iam_binding", &members)).is_empty());
    let network = json!({"vpc_config": [{"endpoint_public_access": "${var.public}", "public_access_cidrs": "${var.cidrs}"}]});
    assert!(found("{}", &written("aws_eks_cluster", &network)).is_empty());
    let dynamic = json!({"dynamic": [{"private_cluster_config": {"for_each": "${var.private}", "content": [{}]}}]});
    assert!(found("{}", &written("google_container_cluster", &dynamic)).is_empty());
    let unknown = json!({"private_cluster_config": true});
    assert!(found("{}", &planned("google_container_cluster", &json!({}), &unknown)).is_empty());
}

#[test]
fn what_may_be_meant_is_only_warned_about() {
    for kind in ["google_container_cluster", "azurerm_kubernetes_cluster"] {
        assert_eq!(all("{}", &written(kind, &json!({})))[0].level(), Level::Warn, "{kind}");
    }
    assert_eq!(all("{}", &written("aws_s3_bucket", &json!({"acl": "public-read"})))[0].level(), Level::Deny);
}
