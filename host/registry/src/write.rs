//! Writes image layouts. For tests and demos: the images hold nothing that could run.

use std::collections::HashMap;
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use oci_spec::OciSpecError;
use oci_spec::image::{
    ANNOTATION_REF_NAME, ConfigBuilder, Descriptor, DescriptorBuilder, ImageConfigurationBuilder, ImageIndex, ImageManifestBuilder,
    MediaType, OciLayoutBuilder, RootFsBuilder, Sha256Digest,
};
use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;

use crate::layout::LAYOUT_VERSION;

/// An archive with nothing in it, as tar ends every archive: two blocks of zeros.
const EMPTY_LAYER: [u8; 1024] = [0; 1024];

/// Writes one image layout for each repository below a directory, for tests and demos.
///
/// The images are true to the standard and empty: a configuration that carries a text as a label, one layer without
/// files, a manifest. Equal texts give equal digests.
#[derive(Debug)]
pub struct LayoutWriter {
    root: Utf8PathBuf,
}

/// Why a layout could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("`{path}` can't be written")]
    Io {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{what}` can't be made")]
    Oci {
        what: &'static str,
        #[source]
        source: OciSpecError,
    },
    #[error("image `{reference}` has no tag")]
    Untagged { reference: ImageReference },
}

impl LayoutWriter {
    /// Writes below this directory, which need not exist.
    pub fn new(root: &Utf8Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Writes an image that holds a text, and tags it. A tag that exists is moved.
    ///
    /// # Errors
    /// When the reference has no tag or the files can't be written.
    pub fn push(&self, reference: &ImageReference, text: &str) -> Result<Digest, WriteError> {
        let layer = self.blob(reference, MediaType::ImageLayer, &EMPTY_LAYER)?;
        let config = self.blob(reference, MediaType::ImageConfig, &configuration(text, &layer)?)?;
        let manifest = ImageManifestBuilder::default()
            .schema_version(2u32)
            .media_type(MediaType::ImageManifest)
            .config(config)
            .layers(vec![layer])
            .build()
            .and_then(|manifest| manifest.to_string())
            .map_err(|source| WriteError::Oci { what: "manifest", source })?;
        self.blob(reference, MediaType::ImageManifest, manifest.as_bytes())?;
        let digest = Digest::of(manifest.as_bytes());
        self.tag(reference, digest)?;
        Ok(digest)
    }

    /// Lets a tag lead to an image that was pushed to the same repository before.
    ///
    /// # Errors
    /// When the reference has no tag, the image is not there, or the files can't be written.
    pub fn tag(&self, reference: &ImageReference, digest: Digest) -> Result<(), WriteError> {
        let tag = reference.tag().ok_or_else(|| WriteError::Untagged { reference: reference.clone() })?;
        let path = self.blob_path(reference, digest);
        let size = fs::metadata(&path).map_err(|source| WriteError::Io { path, source })?.len();
        let mut descriptor = descriptor(MediaType::ImageManifest, size, digest)?;
        descriptor.set_annotations(Some(HashMap::from([(ANNOTATION_REF_NAME.to_owned(), tag.to_owned())])));
        let mut index = self.index(reference)?;
        let mut manifests = index.manifests().clone();
        manifests.retain(|manifest| manifest.annotations() != descriptor.annotations());
        manifests.push(descriptor);
        index.set_manifests(manifests);
        let text = index.to_string_pretty().map_err(|source| WriteError::Oci { what: "index.json", source })?;
        self.replace(&self.directory(reference).join("index.json"), text.as_bytes())?;
        let marker = OciLayoutBuilder::default().image_layout_version(LAYOUT_VERSION).build();
        let marker =
            marker.and_then(|marker| marker.to_string()).map_err(|source| WriteError::Oci { what: "oci-layout", source })?;
        self.replace(&self.directory(reference).join("oci-layout"), marker.as_bytes())
    }

    fn index(&self, reference: &ImageReference) -> Result<ImageIndex, WriteError> {
        let path = self.directory(reference).join("index.json");
        if path.exists() {
            return ImageIndex::from_file(&path).map_err(|source| WriteError::Oci { what: "index.json", source });
        }
        let mut index = ImageIndex::default();
        index.set_media_type(Some(MediaType::ImageIndex));
        Ok(index)
    }

    fn directory(&self, reference: &ImageReference) -> Utf8PathBuf {
        self.root.join(reference.repository())
    }

    fn blob_path(&self, reference: &ImageReference, digest: Digest) -> Utf8PathBuf {
        self.directory(reference).join("blobs/sha256").join(digest.hex())
    }

    fn blob(&self, reference: &ImageReference, media_type: MediaType, bytes: &[u8]) -> Result<Descriptor, WriteError> {
        let digest = Digest::of(bytes);
        self.replace(&self.blob_path(reference, digest), bytes)?;
        descriptor(media_type, bytes.len() as u64, digest)
    }

    /// Writes beside the file and renames, so that a reader never sees half of it.
    fn replace(&self, path: &Utf8Path, bytes: &[u8]) -> Result<(), WriteError> {
        let fresh = Utf8PathBuf::from(format!("{path}.new"));
        let parent = path.parent().unwrap_or(&self.root);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&fresh, bytes)).and_then(|()| fs::rename(&fresh, path));
        written.map_err(|source| WriteError::Io { path: path.to_owned(), source })
    }
}

fn descriptor(media_type: MediaType, size: u64, digest: Digest) -> Result<Descriptor, WriteError> {
    let wrong = |source| WriteError::Oci { what: "descriptor", source };
    let digest: Sha256Digest = digest.hex().parse().map_err(wrong)?;
    DescriptorBuilder::default().media_type(media_type).size(size).digest(digest).build().map_err(wrong)
}

fn configuration(text: &str, layer: &Descriptor) -> Result<Vec<u8>, WriteError> {
    let wrong = |source| WriteError::Oci { what: "configuration", source };
    let labels = HashMap::from([("text".to_owned(), text.to_owned())]);
    let root = RootFsBuilder::default().typ("layers").diff_ids(vec![layer.digest().to_string()]).build().map_err(wrong)?;
    let config = ConfigBuilder::default().labels(labels).build().map_err(wrong)?;
    let configuration = ImageConfigurationBuilder::default()
        .architecture("amd64")
        .os("linux")
        .config(config)
        .rootfs(root)
        .build()
        .map_err(wrong)?;
    configuration.to_string().map(String::into_bytes).map_err(wrong)
}
