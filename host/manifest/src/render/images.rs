//! Puts the digests of a recipe into the images of its documents: the last step of rendering, after the validators.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::image::{ImageReference, InvalidImageReference, find_images};
use tollgate_core::pointer::Pointer;

/// An image that has no digest after all.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    #[error("document is no JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("image `{image}` at `{pointer}` is not in the recipe; build the recipe again")]
    NotInRecipe { pointer: Pointer, image: ImageReference },
    #[error("image at `{pointer}` can't be pinned")]
    Invalid {
        pointer: Pointer,
        #[source]
        source: InvalidImageReference,
    },
}

/// Pins every image of a document: `name:tag` becomes `name:tag@sha256:…`. Images that have a digest keep it.
///
/// # Errors
/// When an image has no digest and the recipe has none for it, or is no image reference.
pub fn pin_images(body: &[u8], images: &BTreeMap<ImageReference, Digest>, configured: &[Pointer]) -> Result<Value, PinError> {
    let mut document: Value = serde_json::from_slice(body).map_err(PinError::NotJson)?;
    for (pointer, text) in find_images(&document, configured) {
        let image: ImageReference = text.parse().map_err(|source| PinError::Invalid { pointer: pointer.clone(), source })?;
        if image.digest().is_some() {
            continue;
        }
        let Some(&digest) = images.get(&image) else { return Err(PinError::NotInRecipe { pointer, image }) };
        if let Some(place) = document.pointer_mut(pointer.as_str()) {
            *place = Value::String(image.pinned(digest).to_string());
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pin(document: &Value, configured: &[Pointer]) -> Result<Value, PinError> {
        let recipe = BTreeMap::from([("r.example.com/cart:1".parse().unwrap(), Digest::of(b"cart"))]);
        pin_images(document.to_string().as_bytes(), &recipe, configured)
    }

    #[test]
    fn tags_are_kept_and_digests_added() {
        let pinned = format!("r.example.com/cart:1@{}", Digest::of(b"cart"));
        let kept = format!("redis@{}", Digest::of(b"redis"));
        let document = json!({"kind": "Pod", "spec": {"containers": [{"image": "r.example.com/cart:1"}, {"image": kept}]}, "tool": {"image": "r.example.com/cart:1"}});
        let rendered = pin(&document, &["/tool/image".parse().unwrap()]).unwrap();
        assert_eq!(rendered["spec"]["containers"], json!([{"image": pinned}, {"image": kept}]));
        assert_eq!(rendered["tool"]["image"], pinned.as_str());
    }

    #[test]
    fn an_image_without_a_digest_is_an_error_that_names_it() {
        let document = json!({"spec": {"initContainers": [{"image": "busybox"}]}});
        assert_eq!(
            pin(&document, &[]).unwrap_err().to_string(),
            "image `busybox` at `/spec/initContainers/0/image` is not in the recipe; build the recipe again"
        );
        let document = json!({"spec": {"containers": [{"image": "A B"}]}});
        assert!(matches!(pin(&document, &[]), Err(PinError::Invalid { .. })));
        assert!(matches!(pin_images(b"{", &BTreeMap::new(), &[]), Err(PinError::NotJson(_))));
    }
}
