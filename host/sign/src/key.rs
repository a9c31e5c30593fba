//! Finds the key that a person or a machine signs with.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};
use ssh_key::public::KeyData;
use ssh_key::{PrivateKey, PublicKey};
use tollgate_core::signature::{SignBytes, SignError};

use crate::accepted::accept_key;
use crate::agent::Agent;
use crate::agent_key::AgentKey;
use crate::check::fingerprint;
use crate::file_key::{FileKey, KeyFile};

/// Opens a key by what git's `user.signingKey` has with `gpg.format=ssh`:
///
/// - the path of a private key: signs by itself. If it is encrypted or belongs to a security key, the agent must hold it;
/// - the path of a public key: the agent signs if it holds it, else the private key beside it, without `.pub`;
/// - `key::ssh-ed25519 AAAA…`, or the same without `key::`: the agent signs;
/// - a fingerprint `SHA256:…`: the agent signs.
///
/// A path may start with `~/`. The agent is its socket, which `SSH_AUTH_SOCK` names; it is asked only if it is needed, and
/// given up if it does not answer.
///
/// # Errors
/// When there is no such key, it is too weak to be accepted, or nobody can sign with it.
pub fn open_key(spec: &str, agent: Option<&Utf8Path>) -> Result<Box<dyn SignBytes>, SignError> {
    let agent = agent.map(Agent::at);
    if spec.starts_with("SHA256:") {
        return in_agent(agent.as_ref(), spec);
    }
    if let Some(key) = literal(spec) {
        let key = key.map_err(|error| SignError::Key { key: spec.to_owned(), reason: error.to_string() })?;
        accept(spec, key.key_data())?;
        return in_agent(agent.as_ref(), &fingerprint(&key));
    }
    let path = at_home(spec);
    match KeyFile::read(&path)? {
        KeyFile::Private(key) => in_file(&path, *key),
        KeyFile::Encrypted(key) => locked(&path, agent.as_ref(), &key),
        KeyFile::Public(key) => {
            accept(path.as_str(), key.key_data())?;
            in_agent(agent.as_ref(), &fingerprint(&key)).or_else(|error| beside(&path, &key, error))
        }
    }
}

/// The key that a text is, if it looks like one rather than like a path.
fn literal(spec: &str) -> Option<Result<PublicKey, ssh_key::Error>> {
    let literal = spec.strip_prefix("key::").or_else(|| spec.contains(' ').then_some(spec).filter(|it| it.starts_with("ssh-")))?;
    Some(PublicKey::from_openssh(literal.trim()))
}

fn at_home(spec: &str) -> Utf8PathBuf {
    let home = || Utf8PathBuf::from_path_buf(env::home_dir()?).ok();
    match spec.strip_prefix("~/").zip(home()) {
        Some((below, home)) => home.join(below),
        None => Utf8PathBuf::from(spec),
    }
}

fn in_file(path: &Utf8Path, key: PrivateKey) -> Result<Box<dyn SignBytes>, SignError> {
    accept(path.as_str(), key.public_key().key_data())?;
    Ok(Box::new(FileKey::new(key)?))
}

/// The agent's key with a fingerprint.
fn in_agent(agent: Option<&Agent>, key: &str) -> Result<Box<dyn SignBytes>, SignError> {
    let Some(agent) = agent else {
        return Err(SignError::Agent { reason: format!("`SSH_AUTH_SOCK` names none, and it must sign with the key `{key}`") });
    };
    let held = agent.keys()?.into_iter().find(|held| fingerprint(held) == key);
    let held = held.ok_or_else(|| SignError::NotInAgent { key: key.to_owned() })?;
    accept(key, held.key_data())?;
    Ok(Box::new(AgentKey::new(agent.clone(), held)?))
}

/// The key of an encrypted file, which an agent may hold in the clear.
fn locked(path: &Utf8Path, agent: Option<&Agent>, key: &PublicKey) -> Result<Box<dyn SignBytes>, SignError> {
    let held = agent.map(|agent| in_agent(Some(agent), &fingerprint(key)));
    match held {
        None | Some(Err(SignError::NotInAgent { .. })) => Err(SignError::Locked { key: path.to_string() }),
        Some(held) => held,
    }
}

/// The private key beside a public one that no agent holds; without it the error stays.
fn beside(public: &Utf8Path, key: &PublicKey, error: SignError) -> Result<Box<dyn SignBytes>, SignError> {
    let path = match public.as_str().strip_suffix(".pub").map(Utf8Path::new) {
        Some(path) if path.exists() => path,
        _ => return Err(error),
    };
    match KeyFile::read(path)? {
        KeyFile::Private(private) if private.public_key().key_data() == key.key_data() => in_file(path, *private),
        KeyFile::Encrypted(private) if private.key_data() == key.key_data() => Err(SignError::Locked { key: path.to_string() }),
        KeyFile::Public(private) if private.key_data() == key.key_data() => Err(error),
        _ => Err(SignError::Key { key: path.to_string(), reason: format!("it is not the private key of `{public}`") }),
    }
}

fn accept(key: &str, data: &KeyData) -> Result<(), SignError> {
    accept_key(data).map_err(|weakness| SignError::Key {
        key: key.to_owned(),
        reason: format!("keys of the type `{}` are not accepted: {}", weakness.algorithm, weakness.reason),
    })
}
