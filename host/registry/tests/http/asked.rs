//! Asking as the program does.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::HttpRegistrySpec;
use tollgate_core::ports::{ResolveDigest as _, ResolveError};
use tollgate_registry::{HttpRegistries, Limits};

/// Limits under which a test ends soon even on a busy machine.
pub(crate) const LIMITS: Limits = Limits { request: Duration::from_secs(10), total: Duration::from_secs(30) };

pub(crate) fn image(text: &str) -> ImageReference {
    text.parse().unwrap()
}

/// Registries without anything configured, and the credentials of these files.
pub(crate) fn mk_registries(credential_files: Vec<PathBuf>) -> HttpRegistries {
    HttpRegistries::new(HttpRegistrySpec::default(), credential_files, LIMITS)
}

pub(crate) fn resolve(text: &str) -> Result<Digest, ResolveError> {
    mk_registries(Vec::new()).resolve(&image(text))
}

/// All that an error says to people and to who debugs it.
pub(crate) fn told(error: &ResolveError) -> String {
    let mut text = String::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        text += &format!("{error} {error:?}\n");
        next = error.source();
    }
    text
}
