//! The operator's key under which secret values enter plans.

use std::fmt;
use std::io;
use std::os::unix::ffi::OsStringExt as _;

use camino::Utf8Path;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tollgate_core::canonical;
use tollgate_core::digest::Digest;
use tollgate_core::pipeline;
use tollgate_core::ports::ApplyError;

/// The shortest key: as long as what HMAC-SHA-256 gives, as RFC 2104 §3 advises.
const MIN_BYTES: usize = 32;

/// A key that is long enough. It is never shown.
pub(crate) struct PlanKey(Vec<u8>);

impl fmt::Debug for PlanKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlanKey(withheld)")
    }
}

impl PlanKey {
    /// Reads the key from where the operator keeps it; a relative file is looked for below `base`. The bytes are taken as
    /// they are, without the line break at the end.
    ///
    /// Nothing when the variable or file does not exist, as on a laptop: then plans are shown with values withheld.
    ///
    /// # Errors
    /// The reason, when the key is there and can't be used.
    pub(crate) fn load(source: &pipeline::PlanKey, base: &Utf8Path) -> Result<Option<Self>, String> {
        match source {
            pipeline::PlanKey::Environment(name) => {
                std::env::var_os(name).map(|value| Self::new(value.into_vec(), &format!("variable `{name}`"))).transpose()
            }
            pipeline::PlanKey::File(path) => match std::fs::read(base.join(path)) {
                Ok(bytes) => Self::new(bytes, &format!("file `{path}`")).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(format!("file `{path}` can't be read: {error}")),
            },
        }
    }

    /// The key of a target, where it has one and it is to be had.
    ///
    /// # Errors
    /// When the key is there and can't be used.
    pub(crate) fn of_target(target: &str, source: Option<&pipeline::PlanKey>, base: &Utf8Path) -> Result<Option<Self>, ApplyError> {
        let unusable = |reason| ApplyError::PlanKey { target: target.to_owned(), reason };
        source.map(|source| Self::load(source, base)).transpose().map_err(unusable).map(Option::flatten)
    }

    fn new(mut bytes: Vec<u8>, place: &str) -> Result<Self, String> {
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        if bytes.len() < MIN_BYTES {
            return Err(format!("{place} has {} bytes, and a key has at least {MIN_BYTES}", bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// HMAC-SHA-256 (RFC 2104) of the canonical JSON of a value; nothing when it has none.
    pub(crate) fn code(&self, value: &Value) -> Option<Digest> {
        let bytes = canonical::to_vec(value).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(&bytes);
        Some(Digest::from_bytes(mac.finalize().into_bytes().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mk_file(contents: &[u8]) -> (tempfile::TempDir, Result<Option<PlanKey>, String>) {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("key"), contents).unwrap();
        let base = Utf8Path::from_path(directory.path()).unwrap();
        let key = PlanKey::load(&pipeline::PlanKey::File("key".to_owned()), base);
        (directory, key)
    }

    #[test]
    fn a_key_is_read_without_its_line_break_and_never_shown() {
        let key = mk_file(format!("{}\n", "k".repeat(32)).as_bytes()).1.unwrap().unwrap();
        assert_eq!(key.0, [b'k'; 32]);
        assert_eq!(format!("{key:?}"), "PlanKey(withheld)");
    }

    #[test]
    fn a_short_key_is_refused_without_being_shown() {
        let reason = mk_file(b"hunter2\n").1.unwrap_err();
        assert_eq!(reason, "file `key` has 7 bytes, and a key has at least 32");
    }

    #[test]
    fn a_key_that_is_not_there_is_no_key() {
        let nowhere = [
            pipeline::PlanKey::File("nowhere".to_owned()),
            pipeline::PlanKey::Environment("TOLLGATE_TEST_KEY_THAT_NOBODY_SETS".to_owned()),
        ];
        for source in nowhere {
            assert!(PlanKey::load(&source, Utf8Path::new("/nonexistent")).unwrap().is_none());
        }
    }

    #[test]
    fn the_code_is_that_of_another_implementation() {
        // Computed with openssl: printf '"Hi There"' | openssl dgst -sha256 -hmac kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
        let key = PlanKey(vec![b'k'; 32]);
        assert_eq!(key.code(&json!("Hi There")).unwrap().hex(), "879ffd9f1ee4f93b13104cf4b6bd8920afa0b3e6b8115b1ddad0bfce9b8f5e32");
    }
}
