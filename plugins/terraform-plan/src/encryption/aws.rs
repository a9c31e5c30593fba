//! What AWS encrypts only where it is told to.

use super::{KEEPS, SENDS};
use crate::fact::Unless::{OtherThan, Set};
use crate::fact::{Fact, Unless, Wrong};

/// A copy is encrypted as what it is made from.
const COPIED: &[Unless] = &[
    Set("replicate_source_db"),
    Set("replication_source_identifier"),
    Set("snapshot_identifier"),
    Set("global_cluster_identifier"),
    Set("restore_to_point_in_time"),
    Set("s3_import"),
    // `serverless` is always encrypted.
    OtherThan("engine_mode", "provisioned"),
];

/// Valkey is encrypted by default, Redis is not.
const NOT_REDIS: &[Unless] = &[OtherThan("engine", "redis"), Set("global_replication_group_id")];

const ENCRYPT_STORAGE: &str = "Set `storage_encrypted = true`";
const ENCRYPT: &str = "Set `encrypted = true`";

pub(super) static FACTS: [Fact; 10] = [
    Fact::new(
        &["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"],
        (&[], "storage_encrypted"),
        Wrong::Is(false),
        KEEPS,
        ENCRYPT_STORAGE,
    )
    .or_unset(COPIED),
    // Unset, it is what the account says for all volumes.
    Fact::new(&["aws_ebs_volume"], (&[], "encrypted"), Wrong::Is(false), KEEPS, ENCRYPT).maybe_unset(&[Set("snapshot_id")]),
    Fact::new(&["aws_instance"], (&["root_block_device"], "encrypted"), Wrong::Is(false), KEEPS, ENCRYPT),
    Fact::new(&["aws_instance"], (&["ebs_block_device"], "encrypted"), Wrong::Is(false), KEEPS, ENCRYPT),
    Fact::new(&["aws_efs_file_system"], (&[], "encrypted"), Wrong::Is(false), KEEPS, ENCRYPT).or_unset(&[]),
    // Newer providers and the service itself encrypt by default.
    Fact::new(&["aws_redshift_cluster"], (&[], "encrypted"), Wrong::Is(false), KEEPS, ENCRYPT),
    Fact::new(
        &["aws_elasticache_replication_group"],
        (&[], "at_rest_encryption_enabled"),
        Wrong::Is(false),
        KEEPS,
        "Set `at_rest_encryption_enabled = true`",
    )
    .or_unset(NOT_REDIS),
    Fact::new(
        &["aws_elasticache_replication_group"],
        (&[], "transit_encryption_enabled"),
        Wrong::Is(false),
        SENDS,
        "Set `transit_encryption_enabled = true`",
    )
    .or_unset(NOT_REDIS),
    Fact::new(
        &["aws_sqs_queue"],
        (&[], "sqs_managed_sse_enabled"),
        Wrong::Is(false),
        KEEPS,
        "Set `sqs_managed_sse_enabled = true`, or name a key in `kms_master_key_id`",
    )
    .unless(&[Set("kms_master_key_id")]),
    Fact::new(
        &["aws_kinesis_stream"],
        (&[], "encryption_type"),
        Wrong::Word(&["NONE"]),
        KEEPS,
        "Set `encryption_type = \"KMS\"` and a `kms_key_id`",
    )
    .or_unset(&[]),
];
