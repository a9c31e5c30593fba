//! Where the layout of an image is.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::ports::{ResolveDigest, ResolveError};

use crate::layout::Layout;

/// Resolves tags from OCI image layouts (OCI image specification 1.1, "image layout") below a directory.
///
/// Either the directory is itself a layout: then a manifest is named by its full reference, in the annotation
/// `org.opencontainers.image.ref.name` or containerd's `io.containerd.image.name`. Or it has one layout for each
/// repository, at the path that the reference has: `registry.example.com/cart/index.json`; then a manifest is named by
/// its tag alone, or by its full reference.
///
/// Nothing is kept between two calls, so a tag that moved is seen at once.
#[derive(Debug)]
pub struct OciLayouts {
    root: Utf8PathBuf,
}

impl OciLayouts {
    /// Takes a directory.
    ///
    /// # Errors
    /// When it is not there, or is a layout of an unknown version.
    pub fn open(root: &Utf8Path) -> Result<Self, ResolveError> {
        let metadata = fs::metadata(root).map_err(|source| ResolveError::Io { place: root.to_string(), source })?;
        if !metadata.is_dir() {
            return Err(ResolveError::Layout { place: root.to_string(), reason: "it is not a directory".to_owned() });
        }
        Layout::open(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Finds the layout of a reference, and the names that its manifest may have there.
    fn layout_of(&self, reference: &ImageReference) -> Result<Option<(Layout, Vec<String>)>, ResolveError> {
        let full = reference.unpinned().to_string();
        if let Some(shared) = Layout::open(&self.root)? {
            return Ok(Some((shared, vec![full])));
        }
        // The grammar of references has no empty, `.` or `..` component, so this never leaves the root.
        let own = Layout::open(&self.root.join(reference.repository()))?;
        let names = [Some(full), reference.tag().map(ToOwned::to_owned)];
        Ok(own.map(|layout| (layout, names.into_iter().flatten().collect())))
    }
}

impl ResolveDigest for OciLayouts {
    /// The digest of the manifest or index that the reference names.
    ///
    /// A reference that has a digest already resolves to that digest if the layout holds it, whatever its tag leads to:
    /// a rollback asks whether an image still exists, not where its tag has moved. It is never taken on trust, so callers
    /// don't ask for third-party images. Names are taken as written: `redis` is not looked up as `docker.io/library/redis`.
    fn resolve(&self, reference: &ImageReference) -> Result<Digest, ResolveError> {
        if reference.tag().is_none() && reference.digest().is_none() {
            return Err(ResolveError::Untagged { reference: reference.clone() });
        }
        let not_found = || ResolveError::NotFound { reference: reference.clone(), place: self.root.to_string() };
        let (layout, names) = self.layout_of(reference)?.ok_or_else(not_found)?;
        let found = match reference.digest() {
            Some(digest) => layout.holds(digest)?.then_some(digest),
            None => layout.digest_of_name(&names.iter().map(String::as_str).collect::<Vec<_>>())?,
        };
        found.ok_or_else(not_found)
    }
}
