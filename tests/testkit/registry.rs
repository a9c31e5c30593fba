//! Image layouts on disk, one a repository.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::image::ImageReference;
use tollgate_registry::LayoutWriter;

/// The directory of all layouts.
#[derive(Clone, Debug)]
pub struct Registry {
    root: Utf8PathBuf,
}

impl Registry {
    pub(crate) fn new(root: &Utf8Path) -> Self {
        fs_err::create_dir_all(root).unwrap();
        Self { root: root.to_owned() }
    }

    /// Pushes an image that holds a text, and returns its digest. A tag that exists is moved.
    pub fn push(&self, image: &str, text: &str) -> String {
        LayoutWriter::new(&self.root).push(&reference(image), text).unwrap().to_string()
    }

    /// Lets a tag lead to an image that is there.
    pub fn tag(&self, image: &str, digest: &str) {
        LayoutWriter::new(&self.root).tag(&reference(image), digest.parse().unwrap()).unwrap();
    }

    /// Removes a repository with all its images.
    pub fn remove(&self, image: &str) {
        fs_err::remove_dir_all(self.layout(image)).unwrap();
    }

    /// The directory of a repository's layout.
    pub fn layout(&self, image: &str) -> Utf8PathBuf {
        self.root.join(reference(image).repository())
    }
}

fn reference(image: &str) -> ImageReference {
    image.parse().unwrap()
}
