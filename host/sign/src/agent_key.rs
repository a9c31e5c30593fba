//! Keys that an ssh-agent holds.

use ssh_key::{HashAlg, LineEnding, PublicKey, SshSig};
use tollgate_core::signature::{SignBytes, SignError};

use crate::agent::Agent;
use crate::check::{check, fingerprint, written};
use crate::file_key::no_plain;
use crate::plain;

/// A key in an ssh-agent, which alone knows its secret part.
#[derive(Debug)]
pub(crate) struct AgentKey {
    agent: Agent,
    public: PublicKey,
    fingerprint: String,
    written: String,
}

impl AgentKey {
    /// Takes a key that the agent holds.
    pub(crate) fn new(agent: Agent, public: PublicKey) -> Result<Self, SignError> {
        let (fingerprint, written) = (fingerprint(&public), written(&public)?);
        Ok(Self { agent, public, fingerprint, written })
    }

    fn armoured(&self, namespace: &str, message: &[u8]) -> Result<String, SignError> {
        let unfit = |error: ssh_key::Error| SignError::Key { key: self.fingerprint.clone(), reason: error.to_string() };
        let enveloped = SshSig::signed_data(namespace, HashAlg::Sha512, message).map_err(unfit)?;
        let key = self.public.key_data();
        let signature = self.agent.sign(key, &enveloped)?;
        let signature = SshSig::new(key.clone(), namespace, HashAlg::Sha512, signature).map_err(unfit)?;
        signature.to_pem(LineEnding::LF).map_err(unfit)
    }
}

impl SignBytes for AgentKey {
    fn key(&self) -> &str {
        &self.fingerprint
    }

    fn public_key(&self) -> &str {
        &self.written
    }

    /// What the agent gives is checked: agents are programs of others, and old ones sign SHA-1 whatever they are asked.
    fn sign(&self, namespace: &str, message: &[u8]) -> Result<String, SignError> {
        let signature = self.armoured(namespace, message)?;
        check(namespace, message, &signature).map_err(|bad| self.agent.error(&bad.to_string()))?;
        Ok(signature)
    }

    /// An agent signs whatever bytes it is given, so that Ed25519 and ECDSA keys make plain signatures there as well. Security
    /// keys sign more than the message, and RSA keys what few verifiers expect.
    fn sign_plain(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let key = self.public.key_data();
        if !(key.is_ed25519() || key.is_ecdsa()) {
            return Err(no_plain(&self.fingerprint, key.algorithm().as_str()));
        }
        let none = |_| no_plain(&self.fingerprint, key.algorithm().as_str());
        let signature = plain::of_agent(&self.agent.sign(key, message)?).map_err(none)?;
        plain::verify_by(key, message, &signature).map_err(|bad| self.agent.error(&bad.to_string()))?;
        Ok(signature)
    }
}
