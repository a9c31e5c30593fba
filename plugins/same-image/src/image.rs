//! Images of a recipe, as records name them.

use tollgate_sdk::PluginError;
use tollgate_sdk::image::ImageReference;
use tollgate_sdk::promotion::{Image, Recipe};

/// Name and tag without a digest: what the build's record and the manifests have in common.
pub(crate) fn tagged(image: &Image) -> &str {
    image.reference.split_once('@').map_or(image.reference.as_str(), |(tagged, _)| tagged)
}

/// The commit that the tag names.
pub(crate) fn commit(image: &Image) -> Option<&str> {
    ImageReference::parse(&image.reference).ok()?.commit()
}

/// An empty or cut digest would be equal to another one of its kind.
pub(crate) fn require_digests(recipe: &Recipe) -> Result<(), PluginError> {
    let mut images = recipe.components.iter().flat_map(|component| &component.images);
    match images.find(|image| !is_digest(&image.digest)) {
        Some(image) => Err(PluginError::BadInput(format!("`{}` is not the digest of image `{}`", image.digest, image.reference))),
        None => Ok(()),
    }
}

fn is_digest(text: &str) -> bool {
    // The grammar of digests is part of the grammar of references.
    text.starts_with("sha256:") && ImageReference::parse(&format!("image@{text}")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(reference: &str) -> Image {
        Image { reference: reference.to_owned(), digest: String::new(), own: true, source_commit: None }
    }

    #[test]
    fn a_digest_in_the_manifest_does_not_hide_the_tag() {
        let commit_id = "a".repeat(40);
        let written = image(&format!("r.example.com/cart:{commit_id}@sha256:{}", "0".repeat(64)));
        assert_eq!(tagged(&written), format!("r.example.com/cart:{commit_id}"));
        assert_eq!(commit(&written), Some(commit_id.as_str()));
    }

    #[test]
    fn only_a_whole_digest_is_one() {
        assert!(is_digest(&format!("sha256:{}", "0".repeat(64))));
        for text in ["", "sha256:", "sha256:00", &"0".repeat(64)] {
            assert!(!is_digest(text), "{text}");
        }
    }
}
