//! The log keys that a ledger's entries register: whose checkpoints count.

use sha2::{Digest as _, Sha256};
use tollgate_core::entry::{Body, Entry};
use tollgate_core::ports::LedgerError;

use crate::log::note::{InvalidKey, KeyName, VerifierKey};

/// The log keys of a ledger, in the order in which they joined.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogKeys(Vec<LogKey>);

/// A log key, and the entry that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    pub key: VerifierKey,
    /// Index of the entry that registers it.
    pub entry: u64,
}

/// The origin that a ledger gets with its first log key: `tollgate.dev/ledger/` and the first 32 hex digits of the SHA-256 over
/// the repository's URL, a newline and the branch. It stays, whatever the branch is called elsewhere.
///
/// # Errors
/// Never for any text: what is hashed may hold anything.
pub(crate) fn origin(repo: &str, branch: &str) -> Result<KeyName, InvalidKey> {
    let hash = Sha256::new().chain_update(repo).chain_update("\n").chain_update(branch).finalize();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("tollgate.dev/ledger/{hex}").parse()
}

impl LogKeys {
    /// The name of all keys, which is the log's origin; nothing before the first key.
    pub(crate) fn origin(&self) -> Option<&KeyName> {
        self.0.first().map(|first| first.key.name())
    }

    /// Whether checkpoints by this key count.
    pub(crate) fn contains(&self, key: &VerifierKey) -> bool {
        self.0.iter().any(|known| known.key == *key)
    }

    /// Keys that were written down, with their entries.
    ///
    /// # Errors
    /// As [`LogKeys::take`].
    pub(crate) fn of_texts<'a>(texts: impl IntoIterator<Item = &'a (String, u64)>) -> Result<Self, LedgerError> {
        let mut keys = Self::default();
        texts.into_iter().try_for_each(|(text, entry)| keys.add(*entry, text))?;
        Ok(keys)
    }

    /// To write down.
    pub(crate) fn to_texts(&self) -> Vec<(String, u64)> {
        self.0.iter().map(|known| (known.key.to_string(), known.entry)).collect()
    }

    /// The keys alone.
    pub(crate) fn verifiers(&self) -> Vec<VerifierKey> {
        self.0.iter().map(|known| known.key.clone()).collect()
    }

    /// All keys with their entries.
    pub(crate) fn all(&self) -> &[LogKey] {
        &self.0
    }

    /// Takes over the keys that an entry registers. One that is known already stays as it is.
    ///
    /// # Errors
    /// When a text is no key, or the key is one of another log, or could be mistaken for another key.
    pub(crate) fn take(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let texts = match &entry.body {
            Body::Trust(trust) => trust.log_keys.as_slice(),
            Body::LogKey(added) => std::slice::from_ref(&added.key),
            _ => return Ok(()),
        };
        texts.iter().try_for_each(|text| self.add(entry.index, text))
    }

    fn add(&mut self, entry: u64, text: &str) -> Result<(), LedgerError> {
        let bad = |reason: String| LedgerError::BadEntry { index: entry, reason };
        let key: VerifierKey = text.parse().map_err(|error: InvalidKey| bad(format!("its log key can't be used: {error}")))?;
        if let Some(origin) = self.origin().filter(|origin| *origin != key.name()) {
            return Err(bad(format!("its log key is one of the log `{}`, and this is `{origin}`", key.name())));
        }
        match self.0.iter().find(|known| known.key.id() == key.id()) {
            Some(known) if known.key == key => Ok(()),
            Some(_) => Err(bad(format!("another log key has the id `{}` of its key", key.id()))),
            None => {
                self.0.push(LogKey { key, entry });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::act::LogKeyAdded;

    use super::*;
    use crate::log::note::SignerKey;
    use crate::testing::{REPO, mk_draft};

    fn mk_key(seed: u8, name: &str) -> String {
        SignerKey::from_seed(name.parse().unwrap(), [seed; 32]).verifier().to_string()
    }

    fn take(keys: &mut LogKeys, index: u64, key: &str) -> Result<(), LedgerError> {
        let mut draft = mk_draft("x");
        draft.body = Body::LogKey(LogKeyAdded { key: key.to_owned() });
        keys.take(&draft.at_index(index, REPO))
    }

    #[test]
    fn an_origin_is_that_of_its_repository_and_branch_and_a_name_for_keys() {
        let all = [("a", "b"), ("a", "c"), ("b", "b"), ("", ""), ("white space +", "\n\0")];
        let origins = all.map(|(repo, branch)| origin(repo, branch).unwrap());
        assert_eq!(origins.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        // printf 'a\nb' | sha256sum
        assert_eq!(origins[0].as_str(), "tollgate.dev/ledger/7e18f737311b2dc3b2f269dd78396b03");
    }

    #[test]
    fn keys_join_once_each_and_the_first_names_the_log() {
        let mut keys = LogKeys::default();
        assert_eq!(keys.origin(), None);
        for (index, seed) in [(1, 1), (2, 2), (3, 1)] {
            take(&mut keys, index, &mk_key(seed, "log")).unwrap();
        }
        assert_eq!(keys.all().iter().map(|key| key.entry).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(keys.origin().unwrap().as_str(), "log");
        assert!(keys.contains(&keys.verifiers()[1]));
        take(&mut keys, 4, "").unwrap_err();
    }

    #[test]
    fn what_is_no_key_of_this_log_is_named_with_its_entry() {
        let mut keys = LogKeys::default();
        take(&mut keys, 1, &mk_key(1, "log")).unwrap();
        for (key, part) in [("x".to_owned(), "can't be used"), (mk_key(2, "other"), "`other`, and this is `log`")] {
            let error = take(&mut keys, 7, &key).unwrap_err();
            assert!(matches!(error, LedgerError::BadEntry { index: 7, ref reason } if reason.contains(part)), "{error}");
        }
        assert_eq!(keys.all().len(), 1);
    }
}
