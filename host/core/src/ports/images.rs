//! Resolving tags.

use crate::digest::Digest;
use crate::image::ImageReference;

/// Why a tag could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("`{reference}` is in no image layout; is it pushed, and does `registry` name the right place?")]
    NotFound { reference: ImageReference },
    #[error("no place is configured to resolve `{reference}` from; set `registry` in tollgate.yaml or pass `--registry`")]
    NoRegistry { reference: ImageReference },
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
}

/// Finds the digest that a tag has now.
pub trait ResolveDigest: Send + Sync {
    /// The digest of the manifest or index that the reference names.
    ///
    /// # Errors
    /// When the reference leads nowhere, or the registry can't be read. An unknown digest is never empty.
    fn resolve(&self, reference: &ImageReference) -> Result<Digest, ResolveError>;
}
