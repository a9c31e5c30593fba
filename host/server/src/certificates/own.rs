//! What a certificate of the server's own is made for, and what replicas share of it.

use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::pair::Pair;

/// How the server makes its own certificate.
#[derive(Clone, Debug)]
pub struct SelfMade {
    /// Where the cluster finds the server: a Service.
    pub namespace: String,
    pub service: String,
    /// Name of the Secret, in the same namespace.
    pub secret: String,
    /// Name of the `ValidatingWebhookConfiguration`.
    pub configuration: String,
    /// How long a certificate holds. After two thirds of it there is another one.
    pub life: Duration,
}

/// What is kept in the Secret, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) certificate: String,
    pub(super) key: String,
    /// The authority, and after it the one before.
    pub(super) authorities: String,
}

impl Made {
    /// Nothing where it is damaged, so that it is made anew.
    pub(super) fn pair(&self) -> Option<Pair> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(self.certificate.as_bytes()).collect::<Result<_, _>>().ok()?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).ok()?;
        Some(Pair { chain, key }).filter(|pair| !pair.chain.is_empty())
    }
}

/// What the Secret holds, and the version that this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) made: Made,
    pub(super) version: String,
}
