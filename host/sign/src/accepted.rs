//! Which keys and algorithms vouch for anything.

use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Algorithm, Signature};

/// The shortest RSA modulus that NIST SP 800-57 still allows, in bits.
const SHORTEST_RSA: usize = 2048;

/// The longest RSA modulus that is looked at, in bits: checking takes time with the length.
const LONGEST_RSA: usize = 8192;

/// The bit in the flags of a security key that says that a person touched it (PROTOCOL.u2f).
const TOUCHED: u8 = 0x01;

/// The bytes behind the signature of a security key: its flags, and a counter of four bytes.
const SECURITY_KEY_TRAILER: usize = 5;

/// Why a key or an algorithm is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weakness {
    /// As OpenSSH names it: `ssh-rsa`.
    pub(crate) algorithm: String,
    pub(crate) reason: String,
}

impl Weakness {
    fn new(algorithm: &Algorithm, reason: impl Into<String>) -> Self {
        Self { algorithm: algorithm.as_str().to_owned(), reason: reason.into() }
    }
}

/// Accepts keys whose signatures prove something.
///
/// # Errors
/// DSA, RSA of unfit length, certificates, and whatever is not known.
pub(crate) fn accept_key(key: &KeyData) -> Result<(), Weakness> {
    match key {
        KeyData::Ed25519(_) | KeyData::Ecdsa(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => Ok(()),
        KeyData::Rsa(rsa) => match bits(rsa) {
            short if short < SHORTEST_RSA => {
                Err(Weakness::new(&key.algorithm(), format!("the key has {short} bits, and needs {SHORTEST_RSA}")))
            }
            long if long > LONGEST_RSA => {
                Err(Weakness::new(&key.algorithm(), format!("the key has {long} bits, more than {LONGEST_RSA}")))
            }
            _ => Ok(()),
        },
        KeyData::Dsa(_) => Err(Weakness::new(&key.algorithm(), "DSA keys of SSH are too short")),
        KeyData::Certificate(_) => Err(Weakness {
            algorithm: key.algorithm().to_certificate_type(),
            reason: "certificates are not supported; use the key itself".to_owned(),
        }),
        _ => Err(Weakness::new(&key.algorithm(), "the algorithm is not known")),
    }
}

/// Accepts signatures by algorithms that prove something.
///
/// # Errors
/// RSA with SHA-1, security keys that nobody touched, and whatever is not known.
pub(crate) fn accept_signature(signature: &Signature) -> Result<(), Weakness> {
    let algorithm = signature.algorithm();
    match &algorithm {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { hash: Some(_) } => Ok(()),
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 if touched(signature) => Ok(()),
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => Err(Weakness::new(&algorithm, "nobody touched the security key")),
        Algorithm::Rsa { hash: None } => Err(Weakness::new(&algorithm, "it signs SHA-1; use `rsa-sha2-512`")),
        Algorithm::Dsa => Err(Weakness::new(&algorithm, "it signs SHA-1")),
        _ => Err(Weakness::new(&algorithm, "the algorithm is not known")),
    }
}

fn touched(signature: &Signature) -> bool {
    let bytes = signature.as_bytes();
    let flags = bytes.len().checked_sub(SECURITY_KEY_TRAILER).and_then(|at| bytes.get(at));
    flags.is_some_and(|flags| flags & TOUCHED != 0)
}

/// The library counts whole bytes, so that it takes 2041 bits for 2048.
fn bits(key: &RsaPublicKey) -> usize {
    let modulus = key.n().as_positive_bytes().unwrap_or_default();
    let unused = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    modulus.len() * 8 - unused
}

#[cfg(test)]
mod tests {
    use ssh_key::Mpint;

    use super::*;

    fn rsa(modulus: &[u8]) -> KeyData {
        let exponent = Mpint::from_positive_bytes(&[1, 0, 1]);
        KeyData::Rsa(RsaPublicKey::new(exponent, Mpint::from_positive_bytes(modulus)).unwrap())
    }

    #[test]
    fn rsa_keys_are_measured_in_bits() {
        assert_eq!(accept_key(&rsa(&[0x80; 256])), Ok(()));
        assert_eq!(accept_key(&rsa(&[0x80; 1024])), Ok(()));
        assert_eq!(accept_key(&rsa(&[0x7f; 256])).unwrap_err().reason, "the key has 2047 bits, and needs 2048");
        assert_eq!(accept_key(&rsa(&[0x80; 128])).unwrap_err().reason, "the key has 1024 bits, and needs 2048");
        assert_eq!(accept_key(&rsa(&[0x01; 1025])).unwrap_err().reason, "the key has 8193 bits, more than 8192");
    }

    #[test]
    fn rsa_with_sha1_is_refused_and_with_sha2_is_not() {
        for (algorithm, accepted) in [("ssh-rsa", false), ("rsa-sha2-256", true), ("rsa-sha2-512", true)] {
            let signature = Signature::new(algorithm.parse().unwrap(), [1; 256]).unwrap();
            assert_eq!(accept_signature(&signature).is_ok(), accepted, "{algorithm}");
        }
    }

    #[test]
    fn dsa_and_strangers_are_refused() {
        for (algorithm, length) in [("ssh-dss", 40), ("new@example.com", 64)] {
            let signature = Signature::new(algorithm.parse().unwrap(), vec![1; length]).unwrap();
            assert_eq!(accept_signature(&signature).unwrap_err().algorithm, algorithm);
        }
    }
}
