//! Plain signatures, for verifiers that know DSSE but not SSHSIG: of the bytes themselves, by an Ed25519 or an ECDSA key.

use ed25519_dalek::Signer as _;
use p256::ecdsa::{self, DerSignature, signature::Verifier as _};
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use ssh_key::private::{EcdsaKeypair, KeypairData};
use ssh_key::public::{EcdsaPublicKey, KeyData};
use ssh_key::{Algorithm, EcdsaCurve, PrivateKey, Signature};

/// Why there is no plain signature, or not by this key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlainError {
    #[error(
        "the private key is neither an Ed25519 nor an ECDSA P-256 key in PKCS#8 or in the format of OpenSSH, without a passphrase"
    )]
    PrivateKey,
    #[error("the public key is neither an Ed25519 nor an ECDSA P-256 key in PEM (`PUBLIC KEY`)")]
    PublicKey,
    #[error("the signature is not of these bytes by this key")]
    Signature,
}

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(ecdsa::SigningKey),
}

/// Signs bytes with a private key: PEM of PKCS#8 (RFC 5958) or of OpenSSH.
///
/// Ed25519 signatures are the 64 bytes of RFC 8032. ECDSA signatures are over SHA-256, in DER (RFC 3279).
///
/// # Errors
/// When the key is none of these.
pub fn sign(private_key: &str, message: &[u8]) -> Result<Vec<u8>, PlainError> {
    secret(private_key)?.sign(message)
}

/// The same with a key that was read already.
pub(crate) fn sign_with(key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, PlainError> {
    of_openssh(key)?.sign(message)
}

/// What an agent signed, in the form of a plain signature.
pub(crate) fn of_agent(signature: &Signature) -> Result<Vec<u8>, PlainError> {
    match signature.algorithm() {
        Algorithm::Ed25519 => Ok(signature.as_bytes().to_vec()),
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 } => {
            let signature = ecdsa::Signature::try_from(signature).map_err(|_| PlainError::Signature)?;
            Ok(signature.to_der().as_bytes().to_vec())
        }
        _ => Err(PlainError::PrivateKey),
    }
}

/// Verifies a plain signature by a key of OpenSSH.
pub(crate) fn verify_by(key: &KeyData, message: &[u8], signature: &[u8]) -> Result<(), PlainError> {
    match key {
        KeyData::Ed25519(key) => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(&key.0).map_err(|_| PlainError::PublicKey)?;
            verify_ed25519(&key, message, signature)
        }
        KeyData::Ecdsa(EcdsaPublicKey::NistP256(point)) => {
            let key = ecdsa::VerifyingKey::from_sec1_bytes(point.as_bytes()).map_err(|_| PlainError::PublicKey)?;
            verify_p256(&key, message, signature)
        }
        _ => Err(PlainError::PublicKey),
    }
}

impl Secret {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PlainError> {
        match self {
            Self::Ed25519(key) => Ok(key.sign(message).to_vec()),
            Self::P256(key) => {
                let signature: DerSignature = key.try_sign(message).map_err(|_| PlainError::PrivateKey)?;
                Ok(signature.as_bytes().to_vec())
            }
        }
    }
}

/// The public part of a private key, for [`verify`] and for others: PEM of SubjectPublicKeyInfo (RFC 5280).
///
/// # Errors
/// When the key is none that [`sign`] takes.
pub fn public_key(private_key: &str) -> Result<String, PlainError> {
    let pem = match secret(private_key)? {
        Secret::Ed25519(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
        Secret::P256(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
    };
    pem.map_err(|_| PlainError::PrivateKey)
}

/// Verifies what [`sign`] made, with the public key in PEM.
///
/// # Errors
/// When the signature is of other bytes or by another key, or the key is unknown.
pub fn verify(public_key: &str, message: &[u8], signature: &[u8]) -> Result<(), PlainError> {
    if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_pem(public_key) {
        return verify_ed25519(&key, message, signature);
    }
    let key = ecdsa::VerifyingKey::from_public_key_pem(public_key).map_err(|_| PlainError::PublicKey)?;
    verify_p256(&key, message, signature)
}

fn verify_ed25519(key: &ed25519_dalek::VerifyingKey, message: &[u8], signature: &[u8]) -> Result<(), PlainError> {
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| PlainError::Signature)?;
    key.verify_strict(message, &signature).map_err(|_| PlainError::Signature)
}

fn verify_p256(key: &ecdsa::VerifyingKey, message: &[u8], signature: &[u8]) -> Result<(), PlainError> {
    let signature = DerSignature::from_bytes(signature).map_err(|_| PlainError::Signature)?;
    key.verify(message, &signature).map_err(|_| PlainError::Signature)
}

fn secret(private_key: &str) -> Result<Secret, PlainError> {
    if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(private_key) {
        return Ok(Secret::Ed25519(key));
    }
    if let Ok(key) = ecdsa::SigningKey::from_pkcs8_pem(private_key) {
        return Ok(Secret::P256(key));
    }
    of_openssh(&PrivateKey::from_openssh(private_key).map_err(|_| PlainError::PrivateKey)?)
}

fn of_openssh(key: &PrivateKey) -> Result<Secret, PlainError> {
    match key.key_data() {
        KeypairData::Ed25519(pair) => pair.try_into().map(Secret::Ed25519).map_err(|_| PlainError::PrivateKey),
        KeypairData::Ecdsa(EcdsaKeypair::NistP256 { private, .. }) => {
            ecdsa::SigningKey::from_slice(private.as_slice()).map(Secret::P256).map_err(|_| PlainError::PrivateKey)
        }
        _ => Err(PlainError::PrivateKey),
    }
}
