//! Keys in files.

use std::fs;
use std::io::Read;

use camino::Utf8Path;
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey};
use tollgate_core::signature::{SignBytes, SignError};
use zeroize::Zeroizing;

use crate::check::{fingerprint, written};
use crate::plain;

/// The longest file that is read as a key, in bytes. An RSA key of 8192 bits has 6 KiB.
const LONGEST_FILE: u64 = 64 * 1024;

/// What a file of a key holds.
#[derive(Debug)]
pub(crate) enum KeyFile {
    /// A key that signs.
    Private(Box<PrivateKey>),
    /// The public part of a key whose private part is encrypted.
    Encrypted(PublicKey),
    /// The public part alone, or one whose private part is in a security key.
    Public(PublicKey),
}

impl KeyFile {
    /// Reads a file in the format of OpenSSH: private (PROTOCOL.key) or public.
    ///
    /// # Errors
    /// When it is none, or can't be read.
    pub(crate) fn read(path: &Utf8Path) -> Result<Self, SignError> {
        let unfit = |reason: String| SignError::Key { key: path.to_string(), reason };
        let mut text = Zeroizing::new(String::new());
        let file = fs::File::open(path).map_err(|error| unfit(error.to_string()))?;
        file.take(LONGEST_FILE).read_to_string(&mut text).map_err(|error| unfit(error.to_string()))?;
        if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
            return PrivateKey::from_openssh(text.as_bytes()).map(Self::private).map_err(|error| unfit(error.to_string()));
        }
        if text.contains("PRIVATE KEY-----") {
            return Err(unfit(format!("it is not in the format of OpenSSH; convert a copy of it with `ssh-keygen -p -f {path}`")));
        }
        PublicKey::from_openssh(text.trim()).map(Self::Public).map_err(|error| unfit(format!("it is no key of OpenSSH: {error}")))
    }

    fn private(key: PrivateKey) -> Self {
        let data = key.public_key().key_data();
        if key.is_encrypted() {
            Self::Encrypted(key.public_key().clone())
        } else if data.is_sk_ed25519() || data.is_sk_ecdsa_p256() {
            Self::Public(key.public_key().clone())
        } else {
            Self::Private(Box::new(key))
        }
    }
}

/// A key whose secret part is in memory; it is overwritten when this goes.
#[derive(Debug)]
pub(crate) struct FileKey {
    private: PrivateKey,
    fingerprint: String,
    written: String,
}

impl FileKey {
    /// Takes a key that is not encrypted.
    pub(crate) fn new(private: PrivateKey) -> Result<Self, SignError> {
        let public = private.public_key();
        Ok(Self { fingerprint: fingerprint(public), written: written(public)?, private })
    }
}

impl SignBytes for FileKey {
    fn key(&self) -> &str {
        &self.fingerprint
    }

    fn public_key(&self) -> &str {
        &self.written
    }

    fn sign(&self, namespace: &str, message: &[u8]) -> Result<String, SignError> {
        self.private
            .sign(namespace, HashAlg::Sha512, message)
            .and_then(|signature| signature.to_pem(LineEnding::LF))
            .map_err(|error| SignError::Key { key: self.fingerprint.clone(), reason: error.to_string() })
    }

    fn sign_plain(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        plain::sign_with(&self.private, message)
            .map_err(|_| no_plain(&self.fingerprint, self.private.public_key().algorithm().as_str()))
    }
}

/// That only two types of keys make plain signatures.
pub(crate) fn no_plain(key: &str, algorithm: &str) -> SignError {
    let reason = format!("it is of the type `{algorithm}`, and only Ed25519 and ECDSA P-256 keys do");
    SignError::NoPlain { key: key.to_owned(), reason }
}
