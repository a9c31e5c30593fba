//! Certificates that somebody else renews.

use camino::{Utf8Path, Utf8PathBuf};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::pair::Pair;
use crate::failure::ServeError;

/// Files in PEM (RFC 7468).
#[derive(Clone, Debug)]
pub struct FromFiles {
    /// The server's certificate, and those between it and its authority.
    pub certificate: Utf8PathBuf,
    /// PKCS#8, PKCS#1 or SEC1.
    pub key: Utf8PathBuf,
}

impl FromFiles {
    /// Both files as they are now. While somebody replaces them they may not fit each other; then they are read again later.
    pub(super) fn pair(&self) -> Result<Pair, ServeError> {
        let chain = chain(&self.certificate, &read(&self.certificate)?)?;
        let bad = |_| ServeError::BadFile { path: self.key.clone(), what: "no private key in PEM" };
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?).map_err(bad)?;
        Ok(Pair { chain, key })
    }
}

pub(super) fn read(path: &Utf8Path) -> Result<Vec<u8>, ServeError> {
    fs_err::read(path).map_err(|source| ServeError::Unreadable { path: path.to_owned(), source })
}

pub(super) fn chain(path: &Utf8Path, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, ServeError> {
    let bad = |what| ServeError::BadFile { path: path.to_owned(), what };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    let chain = chain.map_err(|_| bad("something that is no certificate in PEM"))?;
    if chain.is_empty() { Err(bad("no certificate in PEM")) } else { Ok(chain) }
}
