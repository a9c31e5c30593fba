//! House rules beyond manifests: images of Dockerfiles are pinned, buckets are encrypted, and no plan deletes a database.

use tollgate_sdk::{Document, Finding, Level, Rule, Severity, validator};

static PINNED: Rule = Rule {
    id: "pinned-base",
    title: "Base images are pinned by digest",
    help: "A tag can lead to another image tomorrow. Write the digest: `FROM golang@sha256:…`.",
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

static ENCRYPTED: Rule = Rule {
    id: "encrypted-bucket",
    title: "Buckets name their key",
    help: "Data at rest is encrypted with a key of ours. Set `kms_key`.",
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

static KEPT: Rule = Rule {
    id: "kept-database",
    title: "No plan deletes a database",
    help: "What a plan deletes is gone. Move the database, or delete it by hand.",
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

#[validator(
    rules = [PINNED, ENCRYPTED, KEPT],
    kinds = ["Dockerfile.dockerfile.tollgate", "resource.terraform.tollgate", "ResourceChange.terraform.tollgate"]
)]
pub fn judge(document: &Document<'_>) -> Vec<Finding> {
    match document.kind() {
        "Dockerfile" => unpinned(document),
        "resource" => unencrypted(document).into_iter().collect(),
        _ => deleted(document).into_iter().collect(),
    }
}

fn unpinned(document: &Document<'_>) -> Vec<Finding> {
    let stages: Vec<_> = document.root().get("stages").elements().collect();
    let names: Vec<String> = stages.iter().filter_map(|stage| stage.get("name").as_str().map(ToOwned::to_owned)).collect();
    let images = stages.iter().map(|stage| stage.get("image"));
    let is_pinned = |image: &str| image == "scratch" || image.contains('@') || names.iter().any(|name| name == image);
    let unpinned = images.filter(|image| !image.as_str().is_some_and(is_pinned));
    unpinned.map(|image| PINNED.at(&image, "the base image has no digest").fix("Pin it by digest")).collect()
}

fn unencrypted(document: &Document<'_>) -> Option<Finding> {
    let key = document.root().walk(&["body", "kms_key"]);
    let is_bucket = document.name().starts_with("store_bucket.");
    (is_bucket && !key.exists()).then(|| ENCRYPTED.at(&key, "the bucket has no key").fix("Set `kms_key`"))
}

fn deleted(document: &Document<'_>) -> Option<Finding> {
    let actions = document.root().walk(&["change", "actions"]);
    let deletes = actions.elements().find(|action| action.as_str() == Some("delete"))?;
    document.name().contains("database").then(|| KEPT.at(&deletes, "the plan deletes a database").fix("Keep it"))
}
