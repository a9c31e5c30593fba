//! The images of documents, and the digests that they have now.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::finding::{Finding, Level, RuleId, Severity, Subject};
use tollgate_core::image::{ImageReference, find_images};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::{LocateValue, ResolveDigest, ResolveError};
use tollgate_core::recipe::{ImageOrigin, RecipeImage};
use tollgate_gate::JudgedDocument;

use crate::delivery::components::ComponentAt;

/// What the images of one component are.
#[derive(Debug, Default)]
pub(crate) struct ComponentImages {
    pub(crate) images: Vec<RecipeImage>,
    /// `recipe/…`: images without a digest.
    pub(crate) findings: Vec<Finding>,
}

/// A rule of recipes, for the docs: id, title, help.
pub(crate) const RULES: [(&str, &str, &str); 3] = [
    (
        "unpinned",
        "Third-party images are pinned by digest",
        "Only images of one's own are resolved. A third-party tag can lead somewhere else tomorrow, so a recipe takes \
         third-party images by digest alone: `redis:7@sha256:…`.",
    ),
    (
        "invalid-image",
        "Every image is an image reference",
        "What stands where an image must stand could not be read as `[domain/]path[:tag][@digest]`, so nothing is known about it.",
    ),
    (
        "moved",
        "A tag leads to the digest that is written beside it",
        "An own image is written with both a tag and a digest, and the tag leads to another digest now.",
    ),
];

/// Resolves the images of one component's documents.
///
/// # Errors
/// When the digest of an own image can't be found: what is unknown is never left empty.
pub(crate) fn of_component(
    component: &ComponentAt,
    documents: &[JudgedDocument],
    resolver: &dyn ResolveDigest,
    locate: &dyn LocateValue,
) -> Result<ComponentImages, ResolveError> {
    let mut found = ComponentImages::default();
    let mut resolved: BTreeMap<String, Digest> = BTreeMap::new();
    let own = documents.iter().filter(|document| document.component.as_deref() == Some(component.name.as_str()));
    // Only what is applied has images that are pinned.
    let own = own.filter(|document| document.document.identity.is_kubernetes());
    for document in own {
        // The body is JSON that the reader wrote.
        let body = serde_json::from_slice(&document.document.body).unwrap_or_default();
        for (pointer, text) in find_images(&body, &component.spec.image_pointers) {
            match one(component, &text, resolver, &mut resolved)? {
                Ok(image) => found.images.push(image),
                Err(problem) => found.findings.push(problem.finding(document, &pointer, locate)),
            }
        }
    }
    found.images.sort();
    found.images.dedup();
    Ok(found)
}

fn one(
    component: &ComponentAt,
    text: &str,
    resolver: &dyn ResolveDigest,
    resolved: &mut BTreeMap<String, Digest>,
) -> Result<Result<RecipeImage, ImageProblem>, ResolveError> {
    let reference: ImageReference = match text.parse() {
        Ok(reference) => reference,
        Err(error) => return Ok(Err(ImageProblem::Invalid(error.to_string()))),
    };
    if !component.spec.owns(&reference) {
        return Ok(match reference.digest() {
            Some(digest) => Ok(RecipeImage { reference, digest, origin: ImageOrigin::ThirdParty, source_commit: None }),
            None => Err(ImageProblem::Unpinned(text.to_owned())),
        });
    }
    let written = reference.digest();
    let tagged = reference.unpinned();
    let digest = match (written, tagged.tag()) {
        (Some(digest), None) => digest,
        _ => match resolved.get(text) {
            Some(digest) => *digest,
            None => resolver.resolve(&tagged)?,
        },
    };
    resolved.insert(text.to_owned(), digest);
    if let Some(written) = written.filter(|written| *written != digest) {
        return Ok(Err(ImageProblem::Moved { reference: tagged, written, digest }));
    }
    let source_commit = reference.commit().map(ToOwned::to_owned);
    Ok(Ok(RecipeImage { reference, digest, origin: ImageOrigin::Own, source_commit }))
}

enum ImageProblem {
    Unpinned(String),
    Invalid(String),
    Moved { reference: ImageReference, written: Digest, digest: Digest },
}

impl ImageProblem {
    fn finding(self, document: &JudgedDocument, pointer: &Pointer, locate: &dyn LocateValue) -> Finding {
        let (rule, message, remediation) = match self {
            Self::Unpinned(image) => (
                "unpinned",
                format!("third-party image `{image}` has no digest"),
                "Add the digest that you tested: `name:tag@sha256:…`.".to_owned(),
            ),
            Self::Invalid(message) => ("invalid-image", message, "Write `[domain/]path[:tag][@digest]`.".to_owned()),
            Self::Moved { reference, written, digest } => (
                "moved",
                format!("`{reference}` is written with `{written}`, but its tag leads to `{digest}` now"),
                "Find out who moved the tag, and deliver a new build under its own commit.".to_owned(),
            ),
        };
        let span = locate.locate(&document.document.source, &document.document.place, std::slice::from_ref(pointer)).pop();
        Finding {
            policy: "recipe".to_owned(),
            rule: RuleId::new("recipe", rule),
            level: Level::Deny,
            severity: Severity::High,
            message,
            subject: Subject::Document { document: document.document.reference(), pointer: pointer.clone() },
            location: span.map(|span| Location { file: document.document.source.path.clone(), span }),
            remediation: Some(remediation),
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }
}

/// A tag that led elsewhere when it was resolved again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MovedTag {
    pub(crate) reference: ImageReference,
    pub(crate) approved: Digest,
    pub(crate) now: Digest,
}

/// Resolves all own tags of a recipe again, just before the apply.
///
/// # Errors
/// When a tag can't be resolved any more.
pub(crate) fn moved_tags(
    recipe: &tollgate_core::recipe::Recipe,
    resolver: &dyn ResolveDigest,
) -> Result<Vec<MovedTag>, ResolveError> {
    let mut moved = Vec::new();
    let images = recipe.components().iter().flat_map(|component| &component.images);
    for image in images.filter(|image| image.origin == ImageOrigin::Own && image.reference.tag().is_some()) {
        let now = resolver.resolve(&image.reference.unpinned())?;
        if now != image.digest {
            moved.push(MovedTag { reference: image.reference.unpinned(), approved: image.digest, now });
        }
    }
    Ok(moved)
}
