//! Checks that a signature is one: of these bytes, by the key that it names. Whose key that is comes after.

use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig};
use tollgate_core::signature::{BadSignature, SignError};

use crate::accepted::{Weakness, accept_key, accept_signature};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// Gives the fingerprint of the key that signed the message in the namespace.
///
/// # Errors
/// When the key did not, or by an algorithm that is not accepted.
pub(crate) fn check(namespace: &str, message: &[u8], armoured: &str) -> Result<String, BadSignature> {
    let signature = decode(armoured)?;
    accept_key(signature.public_key()).map_err(weak)?;
    accept_signature(signature.signature()).map_err(weak)?;
    let (key, used) = (signature.public_key().algorithm(), signature.algorithm());
    if !fits(&key, &used) {
        return Err(malformed(format!("a key of the type `{}` does not sign by `{}`", key.as_str(), used.as_str())));
    }
    if signature.namespace() != namespace {
        let found = signature.namespace().to_owned();
        return Err(BadSignature::WrongNamespace { expected: namespace.to_owned(), found });
    }
    let public = PublicKey::from(signature.public_key().clone());
    let key = fingerprint(&public);
    match public.verify(namespace, message, &signature) {
        Ok(()) => Ok(key),
        Err(_) => Err(BadSignature::WrongBytes { key }),
    }
}

/// `SHA256:…`, as `ssh-keygen -l` shows it.
pub(crate) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Text around the armour would look signed, and the version is not covered by the signature: neither is let through.
fn decode(armoured: &str) -> Result<SshSig, BadSignature> {
    if !armoured.starts_with(BEGIN) || !armoured.trim_end().ends_with(END) {
        return Err(malformed(format!("it does not start with `{BEGIN}` and end with `{END}`")));
    }
    let signature = SshSig::from_pem(armoured.trim_end()).map_err(|error| malformed(error.to_string()))?;
    if signature.version() != SshSig::VERSION {
        return Err(malformed(format!("its version is {}, not {}", signature.version(), SshSig::VERSION)));
    }
    Ok(signature)
}

/// RSA keys sign by several algorithms, all others by one.
fn fits(key: &Algorithm, used: &Algorithm) -> bool {
    matches!((key, used), (Algorithm::Rsa { .. }, Algorithm::Rsa { .. })) || key == used
}

fn malformed(reason: String) -> BadSignature {
    BadSignature::Malformed { reason }
}

fn weak(weakness: Weakness) -> BadSignature {
    BadSignature::WeakAlgorithm { algorithm: weakness.algorithm, reason: weakness.reason }
}

/// The key as in an `authorized_keys` line, without a comment.
pub(crate) fn written(key: &PublicKey) -> Result<String, SignError> {
    PublicKey::new(key.key_data().clone(), "")
        .to_openssh()
        .map_err(|error| SignError::Key { key: fingerprint(key), reason: error.to_string() })
}
