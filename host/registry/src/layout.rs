//! One OCI image layout: a directory with `oci-layout`, `index.json` and `blobs/`.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use oci_spec::image::{ANNOTATION_REF_NAME, Descriptor, ImageIndex, OciLayout};
use serde::de::DeserializeOwned;
use tollgate_core::digest::Digest;
use tollgate_core::ports::ResolveError;

use crate::manifest::{MAX_MANIFEST_BYTES, is_manifest};

/// The version of image layouts that this reads, the only one that there is.
pub(crate) const LAYOUT_VERSION: &str = "1.0.0";

/// The annotation in which containerd keeps the full reference, when `org.opencontainers.image.ref.name` is only the tag.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

/// The largest `index.json`: a hundred thousand tags.
const MAX_INDEX_BYTES: u64 = 64 << 20;

/// A layout whose version is known.
#[derive(Debug)]
pub(crate) struct Layout {
    root: Utf8PathBuf,
}

impl Layout {
    /// Opens the layout in a directory; nothing when there is none.
    pub(crate) fn open(root: &Utf8Path) -> Result<Option<Self>, ResolveError> {
        let layout = Self { root: root.to_owned() };
        let marker = root.join("oci-layout");
        let Some(bytes) = layout.read_at_most(&marker, MAX_MANIFEST_BYTES)? else { return Ok(None) };
        let version = layout.parse::<OciLayout>("oci-layout", &bytes)?.image_layout_version().clone();
        if version != LAYOUT_VERSION {
            return Err(layout.unusable(format!("it has version `{version}`, and only `{LAYOUT_VERSION}` is known")));
        }
        Ok(Some(layout))
    }

    /// The digest that one of the names has in `index.json`; nothing when none has one.
    pub(crate) fn digest_of_name(&self, names: &[&str]) -> Result<Option<Digest>, ResolveError> {
        let bytes = self.read_at_most(&self.root.join("index.json"), MAX_INDEX_BYTES)?;
        let bytes = bytes.ok_or_else(|| self.unusable("it has no `index.json`".to_owned()))?;
        let index: ImageIndex = self.parse("index.json", &bytes)?;
        let mut found: Option<(Digest, u64)> = None;
        for descriptor in index.manifests().iter().filter(|descriptor| has_name(descriptor, names)) {
            let digest = self.digest_of(descriptor)?;
            match found {
                Some((first, _)) if first != digest => return Err(self.ambiguous(names, first, digest)),
                _ => found = Some((digest, descriptor.size())),
            }
        }
        let Some((digest, size)) = found else { return Ok(None) };
        self.check(digest, Some(size))?;
        Ok(Some(digest))
    }

    /// Whether a manifest or index with this digest is there.
    pub(crate) fn holds(&self, digest: Digest) -> Result<bool, ResolveError> {
        if !self.blob(digest).exists() {
            return Ok(false);
        }
        self.check(digest, None).map(|()| true)
    }

    fn digest_of(&self, descriptor: &Descriptor) -> Result<Digest, ResolveError> {
        let written = descriptor.digest();
        let unknown = || self.unusable(format!("`index.json` has the digest `{written}`, and only sha256 is known"));
        written.to_string().parse().map_err(|_| unknown())
    }

    /// Checks that the blob is there, is what its name and the index say, and is a manifest.
    fn check(&self, digest: Digest, size: Option<u64>) -> Result<(), ResolveError> {
        let bytes = self.read_at_most(&self.blob(digest), MAX_MANIFEST_BYTES)?;
        let bytes = bytes.ok_or_else(|| self.unusable(format!("`index.json` names `{digest}`, and that blob is missing")))?;
        let found = bytes.len() as u64;
        if let Some(size) = size.filter(|size| *size != found) {
            return Err(self.unusable(format!("`index.json` says that `{digest}` has {size} bytes, and it has {found}")));
        }
        let actual = Digest::of(&bytes);
        if actual != digest {
            return Err(self.unusable(format!("the blob `{digest}` has other contents: their digest is `{actual}`")));
        }
        if !is_manifest(&bytes) {
            return Err(self.unusable(format!("the blob `{digest}` is not the manifest or index of an image")));
        }
        Ok(())
    }

    fn blob(&self, digest: Digest) -> Utf8PathBuf {
        self.root.join("blobs/sha256").join(digest.hex())
    }

    /// The bytes of a file; nothing when it does not exist.
    fn read_at_most(&self, path: &Utf8Path, limit: u64) -> Result<Option<Vec<u8>>, ResolveError> {
        let size = match fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ResolveError::Io { place: path.to_string(), source }),
        };
        if size > limit {
            return Err(self.unusable(format!("`{path}` has {size} bytes, more than {limit}")));
        }
        let bytes = fs::read(path).map_err(|source| ResolveError::Io { place: path.to_string(), source })?;
        Ok(Some(bytes))
    }

    fn parse<T: DeserializeOwned>(&self, file: &str, bytes: &[u8]) -> Result<T, ResolveError> {
        serde_json::from_slice(bytes).map_err(|error| self.unusable(format!("`{file}` is not what the standard asks for: {error}")))
    }

    fn ambiguous(&self, names: &[&str], first: Digest, second: Digest) -> ResolveError {
        let name = names.first().copied().unwrap_or_default();
        self.unusable(format!("`index.json` has two digests for `{name}`: `{first}` and `{second}`"))
    }

    fn unusable(&self, reason: String) -> ResolveError {
        ResolveError::Layout { place: self.root.to_string(), reason }
    }
}

/// Whether a descriptor has one of the names, in the standard's annotation or in containerd's.
fn has_name(descriptor: &Descriptor, names: &[&str]) -> bool {
    let annotation = |key: &str| descriptor.annotations().as_ref().and_then(|annotations| annotations.get(key));
    let written = [annotation(CONTAINERD_NAME), annotation(ANNOTATION_REF_NAME)];
    written.into_iter().flatten().any(|name| names.contains(&name.as_str()))
}
