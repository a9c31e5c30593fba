//! What AWS shows to everybody.

use tollgate_sdk::Finding;

use super::{REACHABLE, READABLE};
use crate::attribute::Attribute;
use crate::fact::{Fact, Wrong};
use crate::ingress::world::is_world;
use crate::resource::Resource;
use crate::rules::PUBLIC;

const BLOCKS: &[&str] = &["aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"];
const LETS: &str = "leaves a way open to make things public";

const fn blocked(name: &'static str, fix: &'static str) -> Fact {
    Fact::new(BLOCKS, (&[], name), Wrong::Is(false), LETS, fix).or_unset(&[])
}

pub(super) static FACTS: [Fact; 7] = [
    Fact::new(
        &["aws_s3_bucket", "aws_s3_bucket_acl", "aws_s3_object", "aws_s3_bucket_object"],
        (&[], "acl"),
        Wrong::Word(&["public-read", "public-read-write", "authenticated-read"]),
        READABLE,
        "Set `acl = \"private\"`, and give those who need it access by a policy",
    ),
    Fact::new(
        &["aws_s3_bucket_acl"],
        (&["access_control_policy", "grant", "grantee"], "uri"),
        Wrong::Word(&[
            "http://acs.amazonaws.com/groups/global/AllUsers",
            "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
        ]),
        READABLE,
        "Remove the grant, and give those who need it access by a policy",
    ),
    blocked("block_public_acls", "Set `block_public_acls = true`"),
    blocked("block_public_policy", "Set `block_public_policy = true`"),
    blocked("ignore_public_acls", "Set `ignore_public_acls = true`"),
    blocked("restrict_public_buckets", "Set `restrict_public_buckets = true`"),
    Fact::new(
        &[
            "aws_db_instance",
            "aws_rds_cluster_instance",
            "aws_redshift_cluster",
            "aws_redshiftserverless_workgroup",
            "aws_dms_replication_instance",
            "aws_mq_broker",
        ],
        (&[], "publicly_accessible"),
        Wrong::Is(true),
        REACHABLE,
        "Set `publicly_accessible = false`, and reach it from within its network",
    ),
];

/// The API server of an EKS cluster has a public address, open to everybody, unless it is told otherwise.
pub(super) fn judge_cluster(resource: &Resource<'_>) -> Vec<Finding> {
    if resource.kind != "aws_eks_cluster" {
        return Vec::new();
    }
    let networks = resource.attributes.blocks("vpc_config");
    networks.iter().flat_map(|network| judge_endpoint(resource.address, network)).collect()
}

fn judge_endpoint(address: &str, network: &Attribute<'_>) -> Vec<Finding> {
    let public = network.get("endpoint_public_access");
    if !public.is_unset() && public.flag() != Some(true) {
        return Vec::new();
    }
    let cidrs = network.get("public_access_cidrs");
    let open = cidrs.values().into_iter().filter(|cidr| cidr.text().is_some_and(is_world));
    let places: Vec<Attribute<'_>> = if cidrs.is_unset() { vec![cidrs] } else { open.collect() };
    let fix = "Set `endpoint_public_access = false`, or name in `public_access_cidrs` who may reach it";
    places.iter().map(|place| PUBLIC.at(place.node(), format!("the API server of `{address}` {REACHABLE}")).fix(fix)).collect()
}
