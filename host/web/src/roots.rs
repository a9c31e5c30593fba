//! Whom to believe that a server is who it says.

use std::sync::Arc;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// TLS as rustls speaks it, with the certificate authorities of the machine: those of `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// where they are set, else the system's. None are built in: who is believed is the operator's to say, and a list that
/// grows old inside a binary is nobody's. Without any, nobody is believed.
pub(crate) fn tls_config() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs();
    let certificates: Vec<Certificate<'static>> =
        found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}
