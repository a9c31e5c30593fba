//! Credentials from where `docker login` and `podman login` leave them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use std::{fs, io, thread};

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use tollgate_web::Secret;

/// What helpers say, by their protocol, when they know nothing of a registry.
const UNKNOWN_TO_HELPER: &str = "credentials not found in native keychain";

/// How to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    Password {
        user: String,
        password: Secret,
    },
    /// A token that is good for getting other tokens.
    IdentityToken(Secret),
}

/// Looks credentials up, each registry's once.
#[derive(Debug)]
pub(crate) struct Credentials {
    files: Vec<PathBuf>,
    /// How long a credential helper may think.
    limit: Duration,
    known: Mutex<BTreeMap<String, Option<Credential>>>,
}

/// The files in which credentials are looked for, in this order: `REGISTRY_AUTH_FILE`; `config.json` in `DOCKER_CONFIG` or
/// `~/.docker`; `containers/auth.json` in `XDG_RUNTIME_DIR` and in `XDG_CONFIG_HOME` or `~/.config`.
pub fn credential_files(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = |below: &str| path("HOME").map(|home| home.join(below));
    let files = [
        path("REGISTRY_AUTH_FILE"),
        path("DOCKER_CONFIG").or_else(|| home(".docker")).map(|directory| directory.join("config.json")),
        path("XDG_RUNTIME_DIR").map(|directory| directory.join("containers/auth.json")),
        path("XDG_CONFIG_HOME").or_else(|| home(".config")).map(|directory| directory.join("containers/auth.json")),
    ];
    files.into_iter().flatten().collect()
}

impl Credentials {
    pub(crate) const fn new(files: Vec<PathBuf>, limit: Duration) -> Self {
        Self { files, limit, known: Mutex::new(BTreeMap::new()) }
    }

    /// The credential of a registry, by the first of its names and the first of the files that has one. The error says why
    /// it can't be known, never what was read.
    pub(crate) fn of(&self, names: &[&str]) -> Result<Option<Credential>, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = names.first().copied().unwrap_or_default();
        if let Some(credential) = known.get(key) {
            return Ok(credential.clone());
        }
        let credential = self.look_up(names)?;
        known.insert(key.to_owned(), credential.clone());
        Ok(credential)
    }

    fn look_up(&self, names: &[&str]) -> Result<Option<Credential>, String> {
        for file in &self.files {
            let bytes = match fs::read(file) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(format!("`{}` can't be read: {error}", file.display())),
            };
            for name in names {
                if let Some(credential) = in_file(file, &bytes, name, self.limit)? {
                    return Ok(Some(credential));
                }
            }
        }
        Ok(None)
    }
}

fn in_file(file: &Path, bytes: &[u8], name: &str, limit: Duration) -> Result<Option<Credential>, String> {
    let (bytes, name) = (bytes.to_vec(), name.to_owned());
    let found = within(limit, move || get_credential_from_reader(Cursor::new(bytes), &name));
    let late = || format!("the credential helper of `{}` did not answer within {} s", file.display(), limit.as_secs());
    understood(file, found.ok_or_else(late)?)
}

/// Does something on a thread of its own, because a helper may never end.
fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(limit).ok()
}

fn understood(file: &Path, found: Result<DockerCredential, CredentialRetrievalError>) -> Result<Option<Credential>, String> {
    let file = file.display();
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(Credential::Password { user, password: Secret::new(password) }))
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(Some(Credential::IdentityToken(Secret::new(token)))),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(None),
        Err(CredentialRetrievalError::HelperFailure { stdout, stderr, .. })
            if stdout.contains(UNKNOWN_TO_HELPER) || stderr.contains(UNKNOWN_TO_HELPER) =>
        {
            Ok(None)
        }
        // What a helper wrote may hold a secret, so it is told to nobody.
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => Err(format!("`{helper}`, which `{file}` names, failed")),
        Err(CredentialRetrievalError::HelperCommunicationError) => {
            Err(format!("the credential helper that `{file}` names can't be run"))
        }
        Err(CredentialRetrievalError::MalformedHelperResponse) => {
            Err(format!("the credential helper that `{file}` names does not answer as one"))
        }
        Err(CredentialRetrievalError::CredentialDecodingError) => Err(format!("an `auth` in `{file}` is not user and password")),
        Err(_) => Err(format!("`{file}` is not a docker config")),
    }
}

#[cfg(test)]
mod tests;
