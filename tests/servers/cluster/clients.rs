//! People who log in by certificates.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// Who signs the certificates of clients. The API server believes it.
#[derive(Debug)]
pub(super) struct ClientAuthority {
    issuer: Issuer<'static, KeyPair>,
    /// In PEM.
    pub(super) certificate: String,
}

/// By what somebody logs in, in PEM.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// Names the user.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl ClientAuthority {
    pub(super) fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("authority of clients");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    /// A certificate of somebody who may do everything, for so long.
    pub(super) fn certify(&self, user: &str, life: Duration) -> Result<ClientCertificate, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(user);
        params.distinguished_name.push(DnType::OrganizationName, "system:masters");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = in_a_while(life).ok_or(rcgen::Error::Time)?;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(ClientCertificate { certificate, key: key.serialize_pem() })
    }
}

fn in_a_while(life: Duration) -> Option<time::OffsetDateTime> {
    let until = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.checked_add(life)?;
    time::OffsetDateTime::from_unix_timestamp(i64::try_from(until.as_secs()).ok()?).ok()
}

fn named(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}
