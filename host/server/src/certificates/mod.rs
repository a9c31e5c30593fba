//! The certificate by which clusters know the server: from files, or made by itself; in both cases replaced while it serves.

mod files;
mod made;
mod own;
mod pair;
mod secret;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use camino::Utf8PathBuf;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use tokio_rustls::TlsAcceptor;

use crate::failure::ServeError;
use crate::journal::Journal;
use crate::metrics::Metrics;

pub use files::FromFiles;
pub use own::SelfMade;
use pair::Pair;

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum Certificates {
    /// Somebody else renews it, such as cert-manager. The files are looked at again every few seconds.
    Files(FromFiles),
    /// It is kept in a Secret that all replicas share, renewed in time, and put into the configuration of the webhook.
    Own(SelfMade),
}

impl Certificates {
    async fn pair(&self) -> Result<Pair, ServeError> {
        match self {
            Self::Files(files) => files.pair(),
            Self::Own(own) => own.pair().await,
        }
    }

    const fn every(&self) -> Duration {
        match self {
            Self::Files(_) => Duration::from_secs(2),
            Self::Own(_) => Duration::from_secs(30),
        }
    }
}

/// What connections are accepted with just now.
pub(crate) struct Current {
    certificates: Certificates,
    /// Who signs the certificates of clients; nothing: clients need none.
    client_authority: Option<Utf8PathBuf>,
    acceptor: RwLock<TlsAcceptor>,
    /// What the acceptor was made of.
    made_of: RwLock<(Pair, Vec<u8>)>,
}

impl Current {
    /// # Errors
    /// When there is no certificate that can be used.
    pub(crate) async fn load(certificates: Certificates, client_authority: Option<Utf8PathBuf>) -> Result<Self, ServeError> {
        let pair = certificates.pair().await?;
        let authority = authority_bytes(client_authority.as_ref())?;
        let acceptor = RwLock::new(acceptor(&pair, client_authority.as_ref(), &authority)?);
        Ok(Self { certificates, client_authority, acceptor, made_of: RwLock::new((pair, authority)) })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When the certificate ends, in seconds since the Unix epoch.
    pub(crate) fn ends(&self) -> i64 {
        self.made_of.read().unwrap_or_else(PoisonError::into_inner).0.ends()
    }

    /// Looks again and again, for ever. What can't be used leaves what is used as it is, and is told.
    pub(crate) async fn follow(&self, metrics: &Metrics, journal: &Journal) {
        loop {
            metrics.certificate_expiry.set(self.ends());
            tokio::time::sleep(self.certificates.every()).await;
            match self.reload().await {
                Ok(false) => {}
                Ok(true) => journal.tell("certificate", &[("ends", &self.ends().to_string())]),
                Err(error) => {
                    metrics.certificate_failures.inc();
                    journal.trouble("certificate", &error);
                }
            }
        }
    }

    /// Whether there was something new.
    async fn reload(&self) -> Result<bool, ServeError> {
        let pair = self.certificates.pair().await?;
        let authority = authority_bytes(self.client_authority.as_ref())?;
        let made_of = (pair, authority);
        if *self.made_of.read().unwrap_or_else(PoisonError::into_inner) == made_of {
            return Ok(false);
        }
        let acceptor = acceptor(&made_of.0, self.client_authority.as_ref(), &made_of.1)?;
        *self.acceptor.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
        *self.made_of.write().unwrap_or_else(PoisonError::into_inner) = made_of;
        Ok(true)
    }
}

fn authority_bytes(path: Option<&Utf8PathBuf>) -> Result<Vec<u8>, ServeError> {
    path.map_or(Ok(Vec::new()), |path| files::read(path))
}

/// TLS 1.3 alone (RFC 8446): every API server that has `admission.k8s.io/v1` speaks it.
fn acceptor(pair: &Pair, authority: Option<&Utf8PathBuf>, bytes: &[u8]) -> Result<TlsAcceptor, ServeError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&[&rustls::version::TLS13])?;
    let builder = match authority {
        Some(path) => builder.with_client_cert_verifier(clients(path, bytes, provider)?),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(pair.chain.clone(), pair.key.clone_key())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn clients(
    path: &Utf8PathBuf,
    bytes: &[u8],
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, ServeError> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in files::chain(path, bytes)? {
        roots.add(certificate)?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(ServeError::ClientAuthority)
}

#[cfg(test)]
mod tests;
