//! Read-only files that the operator gave to a policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_core::digest::Digest;

/// The files of one policy.
#[derive(Debug, Default)]
pub(crate) struct DataFiles {
    /// By key, so that they are sorted.
    pub(crate) files: BTreeMap<String, DataFile>,
}

#[derive(Debug)]
pub(crate) struct DataFile {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) digest: Digest,
}

impl DataFiles {
    /// The files that were granted; none where the capability was not.
    pub(crate) fn granted(files: Option<&BTreeMap<String, Vec<u8>>>) -> Self {
        let keep = |(key, bytes): (&String, &Vec<u8>)| {
            let file = DataFile { digest: Digest::of(bytes), bytes: bytes.as_slice().into() };
            (key.clone(), file)
        };
        Self { files: files.into_iter().flatten().map(keep).collect() }
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_files_known_by_digest() {
        let given = BTreeMap::from([("b".to_owned(), b"two".to_vec()), ("a".to_owned(), Vec::new())]);
        let files = DataFiles::granted(Some(&given));
        assert_eq!(files.keys(), ["a", "b"]);
        assert_eq!(files.files["b"].digest, Digest::of(b"two"));
        assert_ne!(files.files["a"].digest, Digest::from_bytes([0; 32]));
    }

    #[test]
    fn without_the_grant_there_are_no_files() {
        assert_eq!(DataFiles::granted(None).keys(), Vec::<String>::new());
    }
}
