//! The file with the log key of a user: the key that signs checkpoints of every ledger that the user writes to.

use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::ports::LedgerError;

use crate::log::note::{InvalidKey, KeyError, KeyName, SignerKey};

/// The name of the key in its file. Each ledger knows the key under the ledger's own origin.
const NAME: &str = "tollgate.dev/ledger";

/// Where the log key of this user lies, or will lie: it is made when something is written for the first time.
#[derive(Clone, Debug)]
pub struct LogKeyFile {
    path: Utf8PathBuf,
}

/// Why a log key can't be used.
#[derive(Debug, thiserror::Error)]
enum LogKeyError {
    #[error("it can't be read or written")]
    Io(#[from] std::io::Error),
    #[error("it holds no private key of a log; move it away and another one is made")]
    Invalid(#[from] InvalidKey),
    #[error("no key can be made")]
    Generate(#[from] KeyError),
}

impl LogKeyFile {
    /// The file at `path`. It holds the text that Go's `golang.org/x/mod/sumdb/note` has for private keys.
    pub fn new(path: &Utf8Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The key under the name that a log knows it by. Made, with mode 0600, where there is none.
    ///
    /// # Errors
    /// When the file can't be read or made, or holds something else.
    pub(crate) fn key(&self, name: KeyName) -> Result<SignerKey, LedgerError> {
        let key = self.read_or_make();
        let key = key.map_err(|error| LedgerError::Local { what: self.path.to_string(), source: Box::new(error) })?;
        Ok(key.named(name))
    }

    fn read_or_make(&self) -> Result<SignerKey, LogKeyError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        self.make(&SignerKey::generate(NAME.parse()?)?)?;
        // Another process may have been faster: its key is the one that stays.
        self.read()?.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound).into())
    }

    fn read(&self) -> Result<Option<SignerKey>, LogKeyError> {
        match fs_err::read_to_string(&self.path) {
            Ok(text) => Ok(Some(text.trim_end().parse()?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts the whole file in place, unless there is one already.
    fn make(&self, key: &SignerKey) -> Result<(), LogKeyError> {
        let directory = self.path.parent().filter(|path| !path.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
        fs_err::create_dir_all(directory)?;
        // Made by tempfile with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        writeln!(file, "{}", key.to_secret_text())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&self.path) {
            Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mk_file(directory: &tempfile::TempDir) -> LogKeyFile {
        LogKeyFile::new(&Utf8Path::from_path(directory.path()).unwrap().join("state/log.key"))
    }

    fn name(text: &str) -> KeyName {
        text.parse().unwrap()
    }

    #[test]
    fn a_key_is_made_once_and_only_the_user_may_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = mk_file(&directory);
        let key = file.key(name("a")).unwrap();
        assert_eq!(file.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(mk_file(&directory).key(name("a")).unwrap().to_secret_text(), key.to_secret_text());
    }

    #[test]
    fn each_ledger_knows_the_key_under_its_own_name() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) = (mk_file(&directory).key(name("a")).unwrap(), mk_file(&directory).key(name("b")).unwrap());
        assert_eq!((one.verifier().name(), other.verifier().name()), (&name("a"), &name("b")));
        assert_ne!(one.verifier().id(), other.verifier().id());
        let seed = |key: &SignerKey| key.to_secret_text().rsplit('+').next().unwrap().to_owned();
        assert_eq!(seed(&one), seed(&other));
    }

    #[test]
    fn processes_that_make_it_at_once_have_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let file = mk_file(&directory);
        let keys: Vec<String> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..16).map(|_| scope.spawn(|| file.key(name("a")).unwrap().to_secret_text())).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_file_that_holds_no_key_is_named_and_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let file = mk_file(&directory);
        file.key(name("a")).unwrap();
        fs_err::write(&file.path, "PRIVATE+KEY+x").unwrap();
        let error = file.key(name("a")).unwrap_err();
        assert!(matches!(error, LedgerError::Local { ref what, .. } if *what == file.path), "{error}");
        assert_eq!(fs_err::read_to_string(&file.path).unwrap(), "PRIVATE+KEY+x");
    }
}
