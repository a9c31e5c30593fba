//! Certificates that the server makes itself.
//!
//! Each has an authority of its own, whose key is thrown away as soon as it has signed the one certificate: whoever reads the
//! Secret can be this server, and nobody else. All replicas share the Secret; whoever finds that it is time makes the next one.
//! The cluster is told of the new authority before anybody shows a certificate of it, and goes on trusting the one before.

use kube::{Client, Config};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::own::{Made, SelfMade, Shared};
use super::pair::Pair;
use super::secret;
use crate::failure::ServeError;

impl SelfMade {
    /// The pair that all replicas share, made now where there is none or where it is time.
    pub(super) async fn pair(&self) -> Result<Pair, ServeError> {
        let config = Config::infer().await.map_err(|error| ServeError::NoCluster(Box::new(error)))?;
        let client = Client::try_from(config).map_err(|error| ServeError::NoCluster(Box::new(error)))?;
        let now = seconds_now();
        // Another replica may be faster; then what it made is read.
        for _ in 0..5 {
            let shared = secret::read(&client, self).await?;
            let known = shared.as_ref().and_then(|shared| Some((shared.made.pair()?, shared)));
            if let Some((pair, shared)) = known.filter(|(pair, _)| !pair.is_due(now)) {
                secret::trust(&client, self, &shared.made.authorities).await?;
                return Ok(pair);
            }
            let made = self.make(now, shared.as_ref())?;
            secret::trust(&client, self, &made.authorities).await?;
            if secret::write(&client, self, shared.as_ref(), &made).await?
                && let Some(pair) = made.pair()
            {
                return Ok(pair);
            }
        }
        let what = format!("Secret {}/{}", self.namespace, self.secret);
        Err(ServeError::Unfit { what, reason: "others change it all the time".to_owned() })
    }

    pub(super) fn make(&self, now: i64, before: Option<&Shared>) -> Result<Made, ServeError> {
        let until = now.saturating_add(i64::try_from(self.life.as_secs()).unwrap_or(i64::MAX));
        let valid = |params: &mut CertificateParams| {
            // Clocks differ a little.
            params.not_before = at(now.saturating_sub(300))?;
            params.not_after = at(until)?;
            Some(())
        };
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, format!("tollgate authority of {now}"));
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let (service, namespace) = (&self.service, &self.namespace);
        let names = [format!("{service}.{namespace}.svc"), format!("{service}.{namespace}.svc.cluster.local")];
        let mut own = CertificateParams::new(names.to_vec())?;
        own.distinguished_name.push(DnType::CommonName, service.as_str());
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        valid(&mut authority).and_then(|()| valid(&mut own)).ok_or(rcgen::Error::Time)?;
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let key = KeyPair::generate()?;
        let certificate = own.signed_by(&key, &Issuer::new(authority, authority_key))?;
        let before = before.map(|shared| first_certificate(&shared.made.authorities)).unwrap_or_default();
        Ok(Made {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            authorities: format!("{}{before}", authority_certificate.pem()),
        })
    }
}

fn at(seconds: i64) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::from_unix_timestamp(seconds).ok()
}

/// The first certificate of a bundle, which is the newest.
fn first_certificate(bundle: &str) -> &str {
    const END: &str = "-----END CERTIFICATE-----";
    bundle.find(END).map_or("", |end| bundle.get(..end + END.len()).unwrap_or_default())
}

fn seconds_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
