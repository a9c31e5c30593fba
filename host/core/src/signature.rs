//! Signatures: who vouches for some bytes. The ports through which keys are used and checked.
//!
//! All signatures are SSHSIG (OpenSSH's PROTOCOL.sshsig) in their armoured form, so that `ssh-keygen -Y` makes and checks them
//! as well.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The SSHSIG namespace of everything that tollgate itself signs.
pub const NAMESPACE: &str = "tollgate";

/// The namespace in which a file of signers allows keys to sign in-toto statements and nothing else of tollgate's.
pub const EVIDENCE_NAMESPACE: &str = "tollgate-evidence";

/// The SSHSIG namespace of commits and tags that git signs.
pub const GIT_NAMESPACE: &str = "git";

/// Whose key made a signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signer {
    /// Mail address, as `allowed_signers` has it.
    pub principal: String,
    /// Fingerprint of the key: `SHA256:…` for SSH keys.
    pub key: String,
}

/// Why a signature vouches for nobody. It is never a reason to stop asking: what is not vouched for is unsigned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum BadSignature {
    #[error("the signature can't be read: {reason}")]
    Malformed { reason: String },
    #[error("the signature is for the namespace `{found}`, not `{expected}`")]
    WrongNamespace { expected: String, found: String },
    #[error("the signature by `{key}` is not of these bytes")]
    WrongBytes { key: String },
    #[error("no signer is allowed to use the key `{key}`; add it to the signers file")]
    UnknownKey { key: String },
    #[error("`{principal}` may use the key `{key}` only for {namespaces}, not for `{namespace}`")]
    ForbiddenNamespace { principal: String, key: String, namespace: String, namespaces: String },
    #[error("the key `{key}` of `{principal}` was not valid at {at}: it is valid {validity}")]
    OutOfDate {
        principal: String,
        key: String,
        at: Timestamp,
        /// `from …`, `until …`, or both.
        validity: String,
    },
    #[error("signatures by {algorithm} are not accepted: {reason}")]
    WeakAlgorithm { algorithm: String, reason: String },
    #[error("the signature by `{key}` does not count: {reason}")]
    Refused { key: String, reason: String },
    #[error("the signature can't be checked: {reason}")]
    Unchecked { reason: String },
}

/// A file of signers that can't be used: exit code 12.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the signers: {reason}")]
pub struct InvalidSigners {
    /// 1-based.
    pub line: u32,
    pub reason: String,
}

/// Why something could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the key `{key}` can't be read: {reason}")]
    Key { key: String, reason: String },
    #[error("the key `{key}` is protected by a passphrase; add it to an ssh-agent with `ssh-add`")]
    Locked { key: String },
    #[error("the ssh-agent can't be used: {reason}")]
    Agent { reason: String },
    #[error("the ssh-agent does not hold the key `{key}`; add it with `ssh-add`")]
    NotInAgent { key: String },
    #[error("the key `{key}` makes no plain signature: {reason}")]
    NoPlain { key: String, reason: String },
}

/// Signs as one person or machine.
pub trait SignBytes: Send + Sync {
    /// Fingerprint of the key: `SHA256:…`.
    fn key(&self) -> &str;

    /// The public key as in an `authorized_keys` line: `ssh-ed25519 AAAA…`.
    fn public_key(&self) -> &str;

    /// The armoured SSHSIG over the bytes of a message.
    ///
    /// # Errors
    /// When the key can't be used.
    fn sign(&self, namespace: &str, message: &[u8]) -> Result<String, SignError>;

    /// The plain signature over the bytes of a message, for verifiers that know no SSHSIG: the 64 bytes of Ed25519 (RFC 8032),
    /// or ECDSA over SHA-256 in DER.
    ///
    /// # Errors
    /// When the key can't be used, or is of a type that makes none.
    fn sign_plain(&self, _message: &[u8]) -> Result<Vec<u8>, SignError> {
        Err(SignError::NoPlain { key: self.key().to_owned(), reason: "it signs by SSHSIG alone".to_owned() })
    }
}

/// Says whose signature it is: a set of allowed signers.
pub trait VerifySignature: Send + Sync {
    /// The signer, if this is a signature of the message in the namespace by a key that was allowed to make it at that time.
    ///
    /// # Errors
    /// When it is not.
    fn verify(&self, namespace: &str, message: &[u8], signature: &str, at: Timestamp) -> Result<Signer, BadSignature>;

    /// The signer, if a key that was allowed in the namespace at that time made this plain signature of the message. Nothing in
    /// such a signature says what it is for: the message must.
    ///
    /// # Errors
    /// When none did.
    fn verify_plain(&self, _namespace: &str, _message: &[u8], _signature: &[u8], _at: Timestamp) -> Result<Signer, BadSignature> {
        Err(BadSignature::Unchecked { reason: "plain signatures are not known here".to_owned() })
    }

    /// The principals that may use a key (its fingerprint) in a namespace at that time.
    fn principals(&self, key: &str, namespace: &str, at: Timestamp) -> Vec<String>;

    /// Whether nobody is allowed to sign.
    fn is_empty(&self) -> bool;
}

/// Says whose OpenPGP signature (RFC 9580) a commit or an annotated tag has, by a ring of keys.
pub trait VerifyGitObject {
    /// The signer: the mail address of the key's first user id that is valid, and the fingerprint of its primary key.
    ///
    /// # Errors
    /// When no key of the ring signed the object, or one that may not any more, or nobody can tell.
    fn verify(&self, object: GitObject<'_>) -> Result<Signer, BadSignature>;
}

/// A git object that can be signed, by its full id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitObject<'a> {
    Commit(&'a str),
    Tag(&'a str),
}

/// Reads files of signers.
pub trait ReadSigners: Send + Sync {
    /// The signers that an `allowed_signers` file names (ssh-keygen(1), ALLOWED SIGNERS).
    ///
    /// # Errors
    /// The first line that can't be read: a file of which a part is unknown allows nobody.
    fn signers(&self, text: &str) -> Result<Arc<dyn VerifySignature>, InvalidSigners>;
}
