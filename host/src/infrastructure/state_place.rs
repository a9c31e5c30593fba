//! Where the state of a component is kept: somewhere that outlives the job.

use serde_json::Value;
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::{Target, TargetKind};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::LocateValue;
use tollgate_core::terraform::{DEFAULT_WORKSPACE, TerraformComponent, TerraformTarget};

use super::block::{Block, of_component};
use super::configuration::{Configuration, parent};

/// What to do about it.
const FIX: &str = "Write a `backend` block that keeps the state outside of the job: `s3`, `gcs`, `azurerm`, `pg`, or `local` with \
                   absolute paths.";

/// What is wrong with the place of the state.
pub(super) fn check(
    configuration: &Configuration,
    (spec, blocks): (&TerraformComponent, &[Block<'_>]),
    target: Option<&Target>,
    locate: &dyn LocateValue,
) -> Vec<Finding> {
    let place = target.and_then(|target| match &target.kind {
        TargetKind::Terraform(place) => Some(place),
        _ => None,
    });
    let mut findings = Vec::new();
    let mut is_said = false;
    for block in blocks.iter().filter(|block| parent(block.file()) == configuration.path) {
        if block.at("/body/cloud").is_some() {
            is_said = true;
            findings.push(in_cloud(block, locate));
        }
        for (kind, body) in backends(block) {
            is_said = true;
            findings.extend(place.and_then(|place| relative(kind, body, place)).map(|key| in_the_job(block, key, locate)));
        }
    }
    if !is_said {
        findings.push(nowhere(configuration, spec));
    }
    findings
}

/// The backends of a `terraform` block: type and body.
fn backends<'b>(block: &'b Block<'_>) -> impl Iterator<Item = (&'b str, &'b Value)> {
    let list = block.at("/body/backend").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_object).flatten().map(|(kind, body)| (kind.as_str(), body))
}

/// The argument of a local backend that should be an absolute path and is none: Terraform would write the state beside the
/// configuration, which is gone once the job is.
fn relative(kind: &str, body: &Value, place: &TerraformTarget) -> Option<&'static str> {
    if kind != "local" {
        return None;
    }
    let key = if place.workspace == DEFAULT_WORKSPACE { "path" } else { "workspace_dir" };
    let given = place.backend_config.get(key).map(String::as_str);
    let path = given.or_else(|| body.get(key).and_then(Value::as_str));
    let is_absolute = path.is_some_and(|path| path.starts_with('/'));
    (!is_absolute).then_some(key)
}

fn nowhere(configuration: &Configuration, spec: &TerraformComponent) -> Finding {
    let component = &configuration.component;
    let message = format!("`{component}` has no `backend`, so its state would be lost with the job");
    of_component("state", component, Some(spec.location.clone()), message, FIX)
}

fn in_the_job(block: &Block<'_>, key: &str, locate: &dyn LocateValue) -> Finding {
    let pointer = Pointer::root().member("body").member("backend");
    let message = format!("the backend `local` has no absolute `{key}`, so the state would be lost with the job");
    block.finding("state", &pointer, message, FIX, locate)
}

fn in_cloud(block: &Block<'_>, locate: &dyn LocateValue) -> Finding {
    let pointer = Pointer::root().member("body").member("cloud");
    let message = "`cloud` lets somebody else's machine plan and apply, which nothing here could bind to a decision".to_owned();
    block.finding("state", &pointer, message, FIX, locate)
}
