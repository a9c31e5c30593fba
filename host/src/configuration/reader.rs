//! Reads configuration from a work tree or from a git revision.

use std::sync::Arc;

use camino::Utf8PathBuf;
use tollgate_config::{ConfigProblem, ConfigurationFile, Locate, ReadConfiguration, ReadError};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, SourceFile};
use tollgate_core::ports::{LedgerError, ReadLedger, ReadRepository, ReadSigners as _, SourceError};
use tollgate_core::signature::InvalidSigners;
use tollgate_manifest::{DataDocument, read_data};
use tollgate_sign::SshSigners;

use super::builtin;

/// Where the files of a configuration come from.
pub(crate) enum Tree<'a> {
    /// The directory that holds `tollgate.yaml`.
    Directory(Utf8PathBuf),
    Commit {
        repository: &'a dyn ReadRepository,
        commit: &'a str,
    },
}

/// One tree, and the ledger that keeps what the binary no longer brings.
pub(crate) struct Reader<'a> {
    pub(crate) tree: Tree<'a>,
    pub(crate) ledger: Option<&'a dyn ReadLedger>,
}

impl Reader<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let path = path.strip_prefix("./").unwrap_or(path);
        match &self.tree {
            Tree::Directory(root) => match fs_err::read(root.join(path)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(SourceError::Git { what: path.to_owned(), source: Box::new(error) }),
            },
            Tree::Commit { repository, commit } => repository.read(commit, path),
        }
    }

    /// A pack that the lock names and this binary does not bring any more.
    fn kept_pack(&self, digest: Digest) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(ledger) = self.ledger else { return Ok(None) };
        match ledger.blob(digest) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(LedgerError::MissingBlob { .. }) => Ok(None),
            Err(error) => Err(SourceError::Git { what: digest.to_string(), source: Box::new(error) }),
        }
    }
}

impl ReadConfiguration for Reader<'_> {
    fn file(&self, path: &str) -> Result<Option<ConfigurationFile>, ReadError> {
        self.read(path)?.map(|bytes| data_file(path, bytes)).transpose()
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        self.read(path)
    }

    fn builtin_pack(&self, name: &str, locked: Option<Digest>) -> Result<Option<ConfigurationFile>, ReadError> {
        let own = builtin::pack(name).map(<[u8]>::to_vec);
        let bytes = match locked {
            Some(digest) => match own.filter(|bytes| Digest::of(bytes) == digest) {
                Some(bytes) => Some(bytes),
                None => self.kept_pack(digest)?,
            },
            None => own,
        };
        bytes.map(|bytes| data_file(&format!("builtin:{name}"), bytes)).transpose()
    }

    fn check_signers(&self, text: &str) -> Result<(), InvalidSigners> {
        SshSigners.signers(text).map(drop)
    }

    fn builtin_packs(&self) -> Vec<String> {
        builtin::pack_names().map(ToOwned::to_owned).collect()
    }

    fn builtin_plugins(&self) -> Vec<String> {
        builtin::plugin_names().map(ToOwned::to_owned).collect()
    }
}

/// A file of data, by its bytes.
pub(crate) fn data_file(path: &str, bytes: Vec<u8>) -> Result<ConfigurationFile, ReadError> {
    let source = SourceFile { path: path.to_owned(), bytes };
    let data = read_data(&source).map_err(|findings| {
        let problem = |finding: tollgate_manifest::SourceFinding| ConfigProblem {
            location: Location { file: path.to_owned(), span: finding.span },
            hint: Some(finding.remediation().to_owned()),
            message: finding.message,
        };
        ReadError::Malformed(findings.into_iter().map(problem).collect())
    })?;
    let data: Arc<DataDocument> = Arc::new(data);
    let for_keys = Arc::clone(&data);
    let value = data.value.clone();
    let locate: Locate = Box::new(move |pointer| data.locate(pointer));
    let locate_key: Locate = Box::new(move |pointer| for_keys.locate_key(pointer));
    Ok(ConfigurationFile { path: path.to_owned(), bytes: source.bytes, value, locate, locate_key })
}

/// A tree in which one file has other bytes.
pub(crate) struct Edited<'a> {
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) path: &'a str,
    pub(crate) bytes: &'a [u8],
}

impl ReadConfiguration for Edited<'_> {
    fn file(&self, path: &str) -> Result<Option<ConfigurationFile>, ReadError> {
        if path == self.path { data_file(path, self.bytes.to_vec()).map(Some) } else { self.reader.file(path) }
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        if path == self.path { Ok(Some(self.bytes.to_vec())) } else { self.reader.bytes(path) }
    }

    fn builtin_pack(&self, name: &str, locked: Option<Digest>) -> Result<Option<ConfigurationFile>, ReadError> {
        self.reader.builtin_pack(name, locked)
    }

    fn check_signers(&self, text: &str) -> Result<(), InvalidSigners> {
        self.reader.check_signers(text)
    }

    fn builtin_packs(&self) -> Vec<String> {
        self.reader.builtin_packs()
    }

    fn builtin_plugins(&self) -> Vec<String> {
        self.reader.builtin_plugins()
    }
}
