//! A registry in memory, whose tags may move.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::ports::{ResolveDigest, ResolveError};

#[derive(Debug, Default)]
pub(crate) struct MemoryRegistry {
    tags: Mutex<BTreeMap<String, Digest>>,
    unreachable: Mutex<bool>,
    questions: AtomicUsize,
}

impl MemoryRegistry {
    /// Pushes contents under a tag, or re-pushes other contents under the same.
    pub(crate) fn push(&self, reference: &str, contents: &str) -> Digest {
        let digest = Digest::of(contents.as_bytes());
        self.tags.lock().unwrap().insert(reference.to_owned(), digest);
        digest
    }

    pub(crate) fn delete(&self, reference: &str) {
        self.tags.lock().unwrap().remove(reference);
    }

    pub(crate) fn set_unreachable(&self, unreachable: bool) {
        *self.unreachable.lock().unwrap() = unreachable;
    }

    pub(crate) fn questions(&self) -> usize {
        self.questions.load(Ordering::Relaxed)
    }
}

impl ResolveDigest for MemoryRegistry {
    fn resolve(&self, reference: &ImageReference) -> Result<Digest, ResolveError> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        if *self.unreachable.lock().unwrap() {
            return Err(ResolveError::Layout { place: "images".to_owned(), reason: "it is gone".to_owned() });
        }
        let found = self.tags.lock().unwrap().get(&reference.to_string()).copied();
        found.ok_or_else(|| ResolveError::NotFound { reference: reference.clone(), place: "images".to_owned() })
    }
}
