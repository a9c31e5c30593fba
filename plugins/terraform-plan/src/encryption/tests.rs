use serde_json::{Value, json};
use tollgate_sdk::Level;

use crate::testing::{all, found, in_both, planned, written};

const RULE: &str = "unencrypted";

/// Where something is found, the same in a configuration and in a plan.
fn places(kind: &str, values: &Value) -> Vec<String> {
    let found = in_both("{}", kind, values);
    let places = found.iter().filter_map(|found| found.strip_prefix(&format!("{RULE} /body")));
    places.map(ToOwned::to_owned).collect()
}

#[test]
fn what_is_told_not_to_encrypt_is_found_on_each_cloud() {
    for (kind, values, place) in [
        ("aws_db_instance", json!({"storage_encrypted": false}), "/storage_encrypted"),
        ("aws_docdb_cluster", json!({"storage_encrypted": false, "snapshot_identifier": "x"}), "/storage_encrypted"),
        ("aws_ebs_volume", json!({"encrypted": false, "snapshot_id": "x"}), "/encrypted"),
        ("aws_efs_file_system", json!({"encrypted": false}), "/encrypted"),
        ("aws_redshift_cluster", json!({"encrypted": "false"}), "/encrypted"),
        ("aws_instance", json!({"root_block_device": [{"encrypted": false}]}), "/root_block_device/0/encrypted"),
        ("aws_instance", json!({"ebs_block_device": [{}, {"encrypted": false}]}), "/ebs_block_device/1/encrypted"),
        ("aws_sqs_queue", json!({"sqs_managed_sse_enabled": false}), "/sqs_managed_sse_enabled"),
        ("aws_kinesis_stream", json!({"encryption_type": "NONE"}), "/encryption_type"),
        ("azurerm_storage_account", json!({"https_traffic_only_enabled": false}), "/https_traffic_only_enabled"),
        ("azurerm_storage_account", json!({"enable_https_traffic_only": false}), "/enable_https_traffic_only"),
        ("azurerm_storage_account", json!({"min_tls_version": "TLS1_0"}), "/min_tls_version"),
        ("azurerm_mssql_server", json!({"minimum_tls_version": "1.1"}), "/minimum_tls_version"),
        ("azurerm_postgresql_server", json!({"ssl_enforcement_enabled": false}), "/ssl_enforcement_enabled"),
        ("azurerm_redis_cache", json!({"non_ssl_port_enabled": true}), "/non_ssl_port_enabled"),
        ("azurerm_redis_cache", json!({"enable_non_ssl_port": true}), "/enable_non_ssl_port"),
        (
            "google_sql_database_instance",
            json!({"settings": [{"ip_configuration": [{"ssl_mode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"}]}]}),
            "/settings/0/ip_configuration/0/ssl_mode",
        ),
        (
            "google_sql_database_instance",
            json!({"settings": [{"ip_configuration": [{"require_ssl": false}]}]}),
            "/settings/0/ip_configuration/0/require_ssl",
        ),
    ] {
        assert_eq!(places(kind, &values), [place], "{kind} {values}");
    }
}

#[test]
fn what_is_unencrypted_by_default_is_found_where_nobody_sets_it() {
    for (kind, values, expected) in [
        ("aws_db_instance", json!({}), &["/storage_encrypted"][..]),
        ("aws_db_instance", json!({"storage_encrypted": null}), &["/storage_encrypted"]),
        ("aws_rds_cluster", json!({"engine_mode": "provisioned"}), &["/storage_encrypted"]),
        ("aws_efs_file_system", json!({}), &["/encrypted"]),
        ("aws_kinesis_stream", json!({}), &["/encryption_type"]),
        (
            "aws_elasticache_replication_group",
            json!({"engine": "redis"}),
            &["/at_rest_encryption_enabled", "/transit_encryption_enabled"],
        ),
    ] {
        assert_eq!(places(kind, &values), expected, "{kind} {values}");
    }
}

#[test]
fn what_is_encrypted_nobody_knows_how_or_by_default_is_not_found() {
    for (kind, values) in [
        ("aws_db_instance", json!({"storage_encrypted": true})),
        ("aws_db_instance", json!({"replicate_source_db": "x"})),
        ("aws_rds_cluster", json!({"engine_mode": "serverless"})),
        ("aws_rds_cluster", json!({"snapshot_identifier": "x"})),
        ("aws_ebs_volume", json!({"snapshot_id": "x"})),
        ("aws_instance", json!({"root_block_device": [{}]})),
        ("aws_redshift_cluster", json!({})),
        ("aws_elasticache_replication_group", json!({"engine": "valkey"})),
        ("aws_elasticache_replication_group", json!({"global_replication_group_id": "x"})),
        ("aws_sqs_queue", json!({})),
        ("aws_sqs_queue", json!({"sqs_managed_sse_enabled": false, "kms_master_key_id": "x"})),
        ("aws_kinesis_stream", json!({"encryption_type": "KMS"})),
        ("aws_dynamodb_table", json!({})),
        ("azurerm_storage_account", json!({"min_tls_version": "TLS1_2", "https_traffic_only_enabled": true})),
        ("azurerm_managed_disk", json!({})),
        ("google_sql_database_instance", json!({"settings": [{"ip_configuration": [{"ssl_mode": "ENCRYPTED_ONLY"}]}]})),
        ("google_sql_database_instance", json!({"settings": [{}]})),
    ] {
        assert!(places(kind, &values).is_empty(), "{kind} {values}");
    }
}

#[test]
fn what_is_evaluated_later_is_not_found() {
    for (kind, values) in [
        ("aws_db_instance", json!({"storage_encrypted": "${var.encrypted}"})),
        ("aws_rds_cluster", json!({"engine_mode": "${var.mode}"})),
        ("aws_elasticache_replication_group", json!({"engine": "${var.engine}"})),
        ("aws_sqs_queue", json!({"sqs_managed_sse_enabled": false, "kms_master_key_id": "${aws_kms_key.a.id}"})),
    ] {
        assert!(found("{}", &written(kind, &values)).is_empty(), "{kind} {values}");
    }
    let unknown = json!({"storage_encrypted": true});
    assert!(found("{}", &planned("aws_db_instance", &json!({}), &unknown)).is_empty());
    assert!(found("{}", &planned("aws_db_instance", &json!("withheld"), &json!({}))).is_empty());
    assert!(found("{}", &planned("aws_db_instance", &json!({"storage_encrypted": "withheld"}), &json!({}))).is_empty());
}

#[test]
fn what_the_account_decides_is_only_warned_about() {
    let level = |body| all("{}", &written("aws_ebs_volume", &body))[0].level();
    assert_eq!(level(json!({})), Level::Warn);
    assert_eq!(level(json!({"encrypted": false})), Level::Deny);
}
