//! How kustomize is asked.

use std::process::Command;

use serde_json::json;
use tollgate_core::ports::{RENDERED_DIRECTORY, RenderToolError};

use crate::place::Place;

/// Asks for a directory of the component. A kustomization around it makes kustomize say where each object comes from.
///
/// # Errors
/// When that one can't be written.
pub(crate) fn ask(command: &mut Command, place: &Place, path: &str) -> Result<(), RenderToolError> {
    let resource = match path {
        "." => RENDERED_DIRECTORY.to_owned(),
        path => format!("{RENDERED_DIRECTORY}/{path}"),
    };
    let around = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [resource],
        "buildMetadata": ["originAnnotations"],
    });
    let name = "kustomization.yaml";
    let written = fs_err::write(place.root().join(name), around.to_string());
    written.map_err(|source| RenderToolError::Io { path: name.to_owned(), source })?;
    command.args(["build", "--load-restrictor=LoadRestrictionsRootOnly"]).arg(place.root());
    Ok(())
}
