//! A certificate with its key.

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// A certificate with its key.
#[derive(Debug)]
pub(crate) struct Pair {
    /// The server's own first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.chain == other.chain && self.key == other.key
    }
}

impl Pair {
    /// When it ends, in seconds since the Unix epoch; 0 where that can't be read, so that nobody counts on it.
    pub(super) fn ends(&self) -> i64 {
        self.validity().map_or(0, |(_, ends)| ends)
    }

    /// From when to when it holds.
    pub(super) fn validity(&self) -> Option<(i64, i64)> {
        let (_, certificate) = X509Certificate::from_der(self.chain.first()?).ok()?;
        let validity = certificate.validity();
        Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
    }

    /// Whether two thirds of its time are over.
    pub(super) fn is_due(&self, now: i64) -> bool {
        self.validity().is_none_or(|(from, until)| now >= from + (until - from) / 3 * 2)
    }
}
