//! Resolving tags.

use std::error::Error;

use crate::digest::Digest;
use crate::image::ImageReference;

/// Why a tag could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("`{reference}` is not in `{place}`; is it pushed, and does `registry` of tollgate.yaml name the right place?")]
    NotFound { reference: ImageReference, place: String },
    #[error("`{reference}` has neither tag nor digest, so it names no image")]
    Untagged { reference: ImageReference },
    #[error("image layout `{place}` can't be used: {reason}")]
    Layout { place: String, reason: String },
    #[error("image layout `{place}` can't be read")]
    Io {
        place: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{registry}` shows `{reference}` only to who logs in, and {reason}; try `docker login {registry}`")]
    Unauthorized { reference: ImageReference, registry: String, reason: &'static str },
    #[error("`{registry}` forbids reading `{reference}`; give the account that is used here the right to pull it")]
    Forbidden { reference: ImageReference, registry: String },
    #[error("the credentials for `{registry}` can't be had: {reason}; mend the docker config, or log in again")]
    Credentials { registry: String, reason: String },
    #[error("`{registry}` can't be asked for `{reference}`; check its name, the network and the certificates")]
    Unreachable {
        reference: ImageReference,
        registry: String,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("`{registry}` answers `{reference}` with status {status}, again and again; try later")]
    Unavailable { reference: ImageReference, registry: String, status: u16 },
    #[error("`{registry}` did not answer for `{reference}` in time; try later")]
    TimedOut { reference: ImageReference, registry: String },
    #[error(
        "`{registry}` says that `{reference}` is `{said}` and sends `{found}`; something between here and there changes images"
    )]
    Mismatch { reference: ImageReference, registry: String, said: Digest, found: Digest },
    #[error("what `{registry}` answers for `{reference}` can't be used: {reason}; is it a registry of OCI images?")]
    NotAnImage { reference: ImageReference, registry: String, reason: String },
}

/// Finds the digest that a tag has now.
pub trait ResolveDigest: Send + Sync {
    /// The digest of the manifest or index that the reference names.
    ///
    /// A reference that has a digest resolves to that digest if it is there, wherever its tag leads.
    ///
    /// # Errors
    /// When the reference leads nowhere, or the registry can't be read. An unknown digest is never empty.
    fn resolve(&self, reference: &ImageReference) -> Result<Digest, ResolveError>;

    /// The digests of several references, in their order.
    fn resolve_all(&self, references: &[ImageReference]) -> Vec<Result<Digest, ResolveError>> {
        references.iter().map(|reference| self.resolve(reference)).collect()
    }

    /// Whether the repository of a reference still has an image, whatever its tag leads to. A rollback asks this.
    ///
    /// # Errors
    /// When the registry can't be read: that nobody knows is neither yes nor no.
    fn exists(&self, reference: &ImageReference, digest: Digest) -> Result<bool, ResolveError> {
        match self.resolve(&reference.pinned(digest)) {
            Ok(_) => Ok(true),
            Err(ResolveError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
