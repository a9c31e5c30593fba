//! Candidates as they would be sent: every image with its digest.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::pointer::Pointer;
use tollgate_core::recipe::Recipe;
use tollgate_core::render::{Rendered, RenderedDocument};
use tollgate_core::terraform::TerraformRoot;
use tollgate_gate::JudgedDocument;
use tollgate_manifest::{CHART_FILE, PinError, pin_images};

use crate::delivery::components::ComponentAt;
use crate::delivery::recipe::Candidate;

/// Names of files that make a directory one that tools render.
const NOT_TO_BE_TAKEN_FOR: [&str; 4] = ["kustomization.yaml", "kustomization.yml", "Kustomization", CHART_FILE];

/// A document that can't be rendered.
#[derive(Debug, thiserror::Error)]
#[error("`{document}` in `{file}` can't be rendered")]
pub(crate) struct RenderError {
    file: String,
    document: String,
    #[source]
    source: PinError,
}

/// Renders all documents of a candidate that has a recipe.
pub(crate) fn render(candidate: &Candidate, recipe: &Recipe) -> Result<Rendered, RenderError> {
    let digests = digests(recipe);
    let mut rendered = Vec::with_capacity(candidate.documents.documents.len());
    for judged in candidate.documents.documents.iter().filter(|judged| judged.document.identity.is_kubernetes()) {
        let component = judged.component.clone().unwrap_or_default();
        let pointers: &[Pointer] =
            candidate.components.get(&component).map_or(&[], |component| component.spec.image_pointers.as_slice());
        let document = &judged.document;
        let body = pin_images(&document.body, &digests, pointers).map_err(|source| RenderError {
            file: document.source.path.clone(),
            document: document.identity.to_string(),
            source,
        })?;
        rendered.push(RenderedDocument {
            path: path(judged, candidate.components.get(&component)),
            component,
            identity: document.identity.clone(),
            body,
        });
    }
    Ok(Rendered::new(rendered).with_roots(roots(candidate, recipe)))
}

/// What Terraform plans, with how it was left.
fn roots(candidate: &Candidate, recipe: &Recipe) -> Vec<TerraformRoot> {
    let left = |root: &TerraformRoot| candidate.known.of(recipe.component(&root.component)?);
    candidate.roots.iter().map(|root| TerraformRoot { left: left(root), ..root.clone() }).collect()
}

/// Where it goes in a release: to a file of its source's name. Nobody may take what a kustomization or a chart makes for one.
fn path(judged: &JudgedDocument, component: Option<&ComponentAt>) -> String {
    let path = &judged.document.source.path;
    let name = path.rsplit('/').next().unwrap_or(path);
    match component {
        Some(component) if judged.document.rendered_for.is_some() && NOT_TO_BE_TAKEN_FOR.contains(&name) => {
            format!("{}/rendered.yaml", component.path)
        }
        _ => path.clone(),
    }
}

fn digests(recipe: &Recipe) -> BTreeMap<ImageReference, Digest> {
    let images = recipe.components().iter().flat_map(|component| &component.images);
    images.map(|image| (image.reference.clone(), image.digest)).collect()
}
