//! The images of documents, and the digests that they have now.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::finding::{Finding, Subject};
use tollgate_core::image::{ImageReference, find_images};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::{LocateValue, ResolveDigest, ResolveError};
use tollgate_core::recipe::{ImageOrigin, Recipe, RecipeImage};
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
pub(crate) const RULES: [(&str, &str, &str); 4] = [
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
    (
        "other-image",
        "The same own images are rendered for every target on the way",
        "A component is rendered for each target, and its recipe goes from one to the next. An own image that only a later target gets \
         would never have run before. Let the targets differ in settings and not in images.",
    ),
];

/// An image as a document of a component has it.
#[derive(Debug)]
pub(crate) struct WrittenImage<'d> {
    document: &'d JudgedDocument,
    pointer: Pointer,
    pub(crate) text: String,
}

/// The images of one component's documents, as they are written.
pub(crate) fn written<'d>(component: &ComponentAt, documents: &'d [JudgedDocument]) -> Vec<WrittenImage<'d>> {
    let own = documents.iter().filter(|document| document.component.as_deref() == Some(component.name.as_str()));
    // Only what is applied has images that are pinned.
    let own = own.filter(|document| document.document.identity.is_kubernetes());
    own.flat_map(|document| {
        // The body is JSON that the reader wrote.
        let body = serde_json::from_slice(&document.document.body).unwrap_or_default();
        let images = find_images(&body, &component.spec.image_pointers);
        images.into_iter().map(move |(pointer, text)| WrittenImage { document, pointer, text })
    })
    .collect()
}

/// The digests that own tags have now.
#[derive(Debug)]
pub(crate) struct Tags(BTreeMap<ImageReference, Result<Digest, ResolveError>>);

impl Tags {
    /// Asks for all tags of all components at once, and for each once.
    pub(crate) fn resolve<'a>(
        images: impl IntoIterator<Item = (&'a ComponentAt, &'a [WrittenImage<'a>])>,
        resolver: &dyn ResolveDigest,
    ) -> Self {
        let tag = |component: &ComponentAt, image: &WrittenImage<'_>| {
            let reference: ImageReference = image.text.parse().ok()?;
            asked_for(&reference).filter(|_| component.spec.owns(&reference))
        };
        let tags = images.into_iter().flat_map(|(component, images)| images.iter().filter_map(move |image| tag(component, image)));
        let tags: Vec<ImageReference> = tags.collect::<BTreeSet<_>>().into_iter().collect();
        let digests = resolver.resolve_all(&tags);
        Self(tags.into_iter().zip(digests).collect())
    }

    /// The digest of a tag, or why there is none, which is told to one who asks.
    fn take(&mut self, tag: &ImageReference) -> Result<Digest, ResolveError> {
        match self.0.get(tag) {
            Some(Ok(digest)) => Ok(*digest),
            _ => self.0.remove(tag).unwrap_or_else(|| Err(ResolveError::Untagged { reference: tag.clone() })),
        }
    }
}

/// What a registry is asked for an own image: its tag. One with a digest alone says all itself.
fn asked_for(reference: &ImageReference) -> Option<ImageReference> {
    let is_known = reference.digest().is_some() && reference.tag().is_none();
    (!is_known).then(|| reference.unpinned())
}

/// What the images of one component are.
///
/// # Errors
/// When the digest of an own image can't be found: what is unknown is never left empty.
pub(crate) fn of_component(
    component: &ComponentAt,
    written: &[WrittenImage<'_>],
    tags: &mut Tags,
    locate: &dyn LocateValue,
) -> Result<ComponentImages, ResolveError> {
    let mut found = ComponentImages::default();
    for WrittenImage { document, pointer, text } in written {
        match one(component, text, tags)? {
            Ok(image) => found.images.push(image),
            Err(problem) => found.findings.push(problem.finding(document, pointer, locate)),
        }
    }
    found.images.sort();
    found.images.dedup();
    Ok(found)
}

fn one(component: &ComponentAt, text: &str, tags: &mut Tags) -> Result<Result<RecipeImage, ImageProblem>, ResolveError> {
    let reference: ImageReference = match text.parse() {
        Ok(reference) => reference,
        Err(error) => return Ok(Err(ImageProblem::Invalid(error.to_string()))),
    };
    let written = reference.digest();
    if !component.spec.owns(&reference) {
        return Ok(match written {
            Some(digest) => Ok(RecipeImage { reference, digest, origin: ImageOrigin::ThirdParty, source_commit: None }),
            None => Err(ImageProblem::Unpinned(text.to_owned())),
        });
    }
    let digest = match (written, asked_for(&reference)) {
        (Some(digest), None) => digest,
        _ => tags.take(&reference.unpinned())?,
    };
    if let Some(written) = written.filter(|written| *written != digest) {
        return Ok(Err(ImageProblem::Moved { reference: reference.unpinned(), written, digest }));
    }
    let source_commit = reference.commit().map(ToOwned::to_owned);
    Ok(Ok(RecipeImage { reference, digest, origin: ImageOrigin::Own, source_commit }))
}

enum ImageProblem {
    Unpinned(String),
    Invalid(String),
    Moved { reference: ImageReference, written: Digest, digest: Digest },
    Other { reference: ImageReference, before: String },
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
            Self::Other { reference, before } => (
                "other-image",
                format!("`{reference}` is not rendered for `{before}`, so it would never have run there"),
                "Render the same image for both.".to_owned(),
            ),
            Self::Moved { reference, written, digest } => (
                "moved",
                format!("`{reference}` is written with `{written}`, but its tag leads to `{digest}` now"),
                "Find out who moved the tag, and deliver a new build under its own commit.".to_owned(),
            ),
        };
        let span = locate.locate_in(&document.document, std::slice::from_ref(pointer)).pop();
        let subject = Subject::Document { document: document.document.reference(), pointer: pointer.clone() };
        let location = span.map(|span| Location { file: document.document.source.path.clone(), span });
        Finding::of_host(("recipe", rule), subject, location, message, &remediation)
    }
}

/// An own image that is rendered for a target, and not for one before it.
pub(crate) fn unproven(
    image: &WrittenImage<'_>,
    component: &ComponentAt,
    before: &str,
    locate: &dyn LocateValue,
) -> Option<Finding> {
    let reference: ImageReference = image.text.parse().ok()?;
    let problem = ImageProblem::Other { reference, before: before.to_owned() };
    let is_own = component.spec.owns(&image.text.parse().ok()?);
    is_own.then(|| problem.finding(image.document, &image.pointer, locate))
}

/// The own images of a recipe that are no longer to be had, as references with digests. Their tags don't matter.
///
/// # Errors
/// When a registry can't be read: that nobody knows is not that it is there.
pub(crate) fn missing_images(recipe: &Recipe, resolver: &dyn ResolveDigest) -> Result<Vec<String>, Box<ResolveError>> {
    let images = recipe.components().iter().flat_map(|component| &component.images);
    let own = images.filter(|image| image.origin == ImageOrigin::Own);
    let pinned: Vec<ImageReference> = own.map(|image| image.reference.unpinned().pinned(image.digest)).collect();
    let mut missing = Vec::new();
    for image in pinned {
        let Some(digest) = image.digest() else { continue };
        if !resolver.exists(&image, digest)? {
            missing.push(image.to_string());
        }
    }
    Ok(missing)
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
pub(crate) fn moved_tags(recipe: &Recipe, resolver: &dyn ResolveDigest) -> Result<Vec<MovedTag>, ResolveError> {
    let images = recipe.components().iter().flat_map(|component| &component.images);
    let tagged = images.filter(|image| image.origin == ImageOrigin::Own && image.reference.tag().is_some());
    let (tags, approved): (Vec<_>, Vec<_>) = tagged.map(|image| (image.reference.unpinned(), image.digest)).unzip();
    let mut moved = Vec::new();
    for ((now, reference), approved) in resolver.resolve_all(&tags).into_iter().zip(tags).zip(approved) {
        let now = now?;
        if now != approved {
            moved.push(MovedTag { reference, approved, now });
        }
    }
    Ok(moved)
}
