//! Whatever a document holds, it is judged without a panic, and what is not known is never found.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::TerraformPlan;
use crate::testing::{found, planned, written};

/// Every rule that the operator can turn on is on.
const STRICT: &str = r#"{"requiredTags": ["owner"], "openPorts": []}"#;

const KEYS: [&str; 44] = [
    "labels",
    "body",
    "change",
    "actions",
    "after",
    "after_unknown",
    "replace_paths",
    "type",
    "mode",
    "address",
    "dynamic",
    "count",
    "ingress",
    "protocol",
    "from_port",
    "to_port",
    "cidr_blocks",
    "security_rule",
    "direction",
    "access",
    "destination_port_range",
    "source_address_prefix",
    "source_ranges",
    "allow",
    "ports",
    "vpc_config",
    "public_access_cidrs",
    "endpoint_public_access",
    "settings",
    "ip_configuration",
    "authorized_networks",
    "value",
    "members",
    "member",
    "acl",
    "storage_encrypted",
    "encrypted",
    "tags",
    "tags_all",
    "required_providers",
    "version",
    "source",
    "provisioner",
    "local-exec",
];

const WORDS: [&str; 24] = [
    "create",
    "update",
    "delete",
    "forget",
    "managed",
    "data",
    "tcp",
    "-1",
    "22",
    "0-65535",
    "*",
    "0.0.0.0/0",
    "Inbound",
    "Allow",
    "true",
    "false",
    "allUsers",
    "public-read",
    "withheld",
    "${var.a}",
    ">= 1.0",
    "github.com/a/b?ref=main",
    "aws_security_group",
    "external",
];

/// Resources of each type that some rule knows.
const TYPES: [&str; 34] = [
    "aws_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "azurerm_network_security_rule",
    "azurerm_network_security_group",
    "google_compute_firewall",
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_ebs_volume",
    "aws_efs_file_system",
    "aws_instance",
    "aws_redshift_cluster",
    "aws_elasticache_replication_group",
    "aws_sqs_queue",
    "aws_kinesis_stream",
    "azurerm_storage_account",
    "azurerm_mssql_server",
    "azurerm_redis_cache",
    "azurerm_postgresql_server",
    "google_sql_database_instance",
    "aws_s3_bucket",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_public_access_block",
    "aws_eks_cluster",
    "azurerm_storage_container",
    "azurerm_key_vault",
    "azurerm_kubernetes_cluster",
    "google_storage_bucket_iam_member",
    "google_storage_bucket_iam_binding",
    "google_project_iam_policy",
    "google_storage_bucket_access_control",
    "google_container_cluster",
    "google_monitoring_notification_channel",
    "random_id",
];

const KINDS: [&str; 7] = ["ResourceChange", "resource", "data", "module", "terraform", "provider", "Plan"];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

#[test]
fn of_values_that_are_not_known_at_all_nothing_is_found() {
    for kind in TYPES {
        assert!(found(STRICT, &planned(kind, &json!({}), &json!(true))).is_empty(), "{kind}");
        assert!(found(STRICT, &planned(kind, &json!("withheld"), &json!({}))).is_empty(), "{kind}");
        for body in
            [json!("${var.all}"), json!([{}]), json!(1), json!({"count": 0}), json!({"count": "0"}), json!({"for_each": {}})]
        {
            assert!(found(STRICT, &written(kind, &body)).is_empty(), "{kind} {body}");
        }
    }
}

#[test]
fn documents_without_anything_are_judged() {
    for kind in KINDS {
        for rest in [json!({}), json!({"labels": [], "body": {}}), json!({"labels": [null], "change": []}), json!({"body": null})] {
            let mut document = json!({"apiVersion": "terraform.tollgate/v1", "kind": kind});
            document.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            assert!(found(STRICT, &document).is_empty(), "{document}");
        }
    }
}

#[test]
fn a_document_as_deep_as_can_be_read_is_judged() {
    let deep = (0..100).fold(json!("x"), |inner, _| json!([inner]));
    for kind in TYPES {
        let values = json!({"ingress": deep, "settings": deep, "tags": deep, "members": deep, "acl": deep});
        let findings = testing::check::<TerraformPlan>(STRICT, &written(kind, &values).to_string());
        assert!(findings.iter().all(|finding| !finding.pointer().contains("ingress")), "{kind}");
    }
}

proptest! {
    #[test]
    fn no_document_makes_it_panic(mut body in anything().prop_filter("an object", Value::is_object), kind in prop::sample::select(&KINDS[..])) {
        body["apiVersion"] = json!("terraform.tollgate/v1");
        body["kind"] = json!(kind);
        drop(found(STRICT, &body));
    }

    #[test]
    fn every_finding_in_a_resource_points_into_it(values in anything(), mask in anything(), kind in prop::sample::select(&TYPES[..])) {
        for found in found(STRICT, &written(kind, &values)) {
            prop_assert!(found.contains(" /body"), "{}", found);
        }
        for found in found(STRICT, &planned(kind, &values, &mask)) {
            prop_assert!(found.contains(" /change/after"), "{}", found);
        }
    }

    #[test]
    fn what_is_not_known_is_not_found(values in anything(), kind in prop::sample::select(&TYPES[..])) {
        prop_assert!(found(STRICT, &planned(kind, &values, &json!(true))).is_empty());
    }

    #[test]
    fn what_is_left_alone_is_not_judged(values in anything(), kind in prop::sample::select(&TYPES[..]), action in "no-op|read") {
        let mut document = planned(kind, &values, &json!({}));
        document["change"]["actions"] = json!([action]);
        prop_assert!(found(STRICT, &document).is_empty());
    }
}
