//! What an ssh-agent is asked (draft-ietf-sshm-ssh-agent): which keys it holds, and to sign.

use std::io::{self, Read, Write};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use ssh_key::encoding::{Decode, Encode, Reader};
use ssh_key::public::KeyData;
use ssh_key::{PublicKey, Signature};
use tollgate_core::signature::SignError;

use crate::agent_socket::AgentSocket;

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// Asks for `rsa-sha2-512`; without it RSA keys sign SHA-1.
const RSA_SHA2_512: u32 = 4;

/// The longest message that OpenSSH's agent takes or gives, in bytes.
const LONGEST_MESSAGE: usize = 256 * 1024;

/// What a list of keys may take.
const TO_LIST: Duration = Duration::from_secs(10);

/// What a signature may take: the agent may ask a person to confirm it or to touch a security key.
const TO_SIGN: Duration = Duration::from_secs(90);

/// Why an agent gave no answer.
#[derive(Debug, thiserror::Error)]
enum AgentError {
    #[error("it did not answer in {0:?}")]
    Late(Duration),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("its answer can't be read: {0}")]
    Unreadable(#[from] ssh_key::Error),
    #[error("its answer has {0} bytes, more than an answer may have")]
    TooLong(usize),
    #[error("it refused")]
    Refused,
}

impl From<ssh_key::encoding::Error> for AgentError {
    fn from(error: ssh_key::encoding::Error) -> Self {
        Self::Unreadable(error.into())
    }
}

/// An ssh-agent, by its socket. Every question is a connection of its own.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    socket: Utf8PathBuf,
    to_list: Duration,
    to_sign: Duration,
}

impl Agent {
    pub(crate) fn at(socket: &Utf8Path) -> Self {
        Self { socket: socket.to_owned(), to_list: TO_LIST, to_sign: TO_SIGN }
    }

    /// The keys that it holds and that are known here.
    pub(crate) fn keys(&self) -> Result<Vec<PublicKey>, SignError> {
        self.ask(&[REQUEST_IDENTITIES], IDENTITIES_ANSWER, self.to_list)
            .and_then(|answer| listed(&answer))
            .map_err(|error| self.failed(&error))
    }

    /// Has bytes signed by a key that it holds.
    pub(crate) fn sign(&self, key: &KeyData, bytes: &[u8]) -> Result<Signature, SignError> {
        sign_request(key, bytes)
            .and_then(|request| self.ask(&request, SIGN_RESPONSE, self.to_sign))
            .and_then(|answer| signed(&answer))
            .map_err(|error| self.failed(&error))
    }

    /// An error of this agent.
    pub(crate) fn error(&self, reason: &str) -> SignError {
        SignError::Agent { reason: format!("`{}`: {reason}", self.socket) }
    }

    fn failed(&self, error: &AgentError) -> SignError {
        self.error(&error.to_string())
    }

    /// Sends a request, and gives the contents of the answer, which must be of the kind that is expected.
    fn ask(&self, request: &[u8], expected: u8, patience: Duration) -> Result<Vec<u8>, AgentError> {
        let answer = self.exchange(request, patience).map_err(|error| match error {
            AgentError::Io(late) if matches!(late.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                AgentError::Late(patience)
            }
            other => other,
        })?;
        match answer.split_first() {
            Some((kind, contents)) if *kind == expected => Ok(contents.to_vec()),
            _ => Err(AgentError::Refused),
        }
    }

    fn exchange(&self, request: &[u8], patience: Duration) -> Result<Vec<u8>, AgentError> {
        let mut socket = AgentSocket::connect(&self.socket, patience)?;
        let mut message = Vec::new();
        request.encode(&mut message)?;
        socket.write_all(&message)?;
        let mut length = [0; 4];
        socket.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LONGEST_MESSAGE {
            return Err(AgentError::TooLong(length));
        }
        let mut answer = vec![0; length];
        socket.read_exact(&mut answer)?;
        Ok(answer)
    }
}

fn sign_request(key: &KeyData, bytes: &[u8]) -> Result<Vec<u8>, AgentError> {
    let mut request = vec![SIGN_REQUEST];
    key.encode_prefixed(&mut request)?;
    bytes.encode(&mut request)?;
    let flags = if key.is_rsa() { RSA_SHA2_512 } else { 0 };
    flags.encode(&mut request)?;
    Ok(request)
}

/// Keys of unknown types are left out: nobody can ask for them.
fn listed(mut answer: &[u8]) -> Result<Vec<PublicKey>, AgentError> {
    let reader = &mut answer;
    let mut keys = Vec::new();
    for _ in 0..u32::decode(reader)? {
        let key = Vec::<u8>::decode(reader)?;
        reader.drain_prefixed()?; // its comment
        keys.extend(PublicKey::from_bytes(&key));
    }
    Ok(reader.finish(keys)?)
}

fn signed(mut answer: &[u8]) -> Result<Signature, AgentError> {
    let reader = &mut answer;
    let signature = reader.read_prefixed(Signature::decode)?;
    Ok(reader.finish(signature)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::thread;

    use proptest::prelude::*;
    use rustix::net::listen;
    use tempfile::TempDir;

    use super::*;

    const SHORT: Duration = Duration::from_millis(100);

    /// An agent at a socket, in its own directory, where a listener listens.
    fn agent() -> (TempDir, Agent, UnixListener) {
        let directory = tempfile::tempdir().unwrap();
        let socket = Utf8Path::from_path(directory.path()).unwrap().join("agent");
        let listener = UnixListener::bind(&socket).unwrap();
        (directory, Agent { socket, to_list: SHORT, to_sign: SHORT }, listener)
    }

    /// What the agent's list ends with if it answers so.
    fn answered(answer: &'static [u8]) -> String {
        let (_directory, agent, listener) = agent();
        let answering = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 5];
            stream.read_exact(&mut request).unwrap();
            assert_eq!(request, [0, 0, 0, 1, REQUEST_IDENTITIES]);
            stream.write_all(answer).unwrap();
        });
        let answer = agent.keys();
        answering.join().unwrap();
        answer.map_or_else(|error| error.to_string(), |keys| format!("{} keys", keys.len()))
    }

    #[test]
    fn an_agent_that_does_not_answer_is_given_up() {
        let (_directory, agent, _listener) = agent();
        let error = agent.keys().unwrap_err().to_string();
        assert!(error.ends_with("it did not answer in 100ms"), "{error}");
    }

    #[test]
    fn an_agent_for_which_too_many_wait_is_given_up() {
        let (_directory, agent, listener) = agent();
        listen(&listener, 0).unwrap();
        let _waiting = UnixStream::connect(&agent.socket).unwrap();
        let error = agent.keys().unwrap_err().to_string();
        assert!(error.ends_with("it did not answer in 100ms"), "{error}");
    }

    #[test]
    fn an_agent_that_drips_is_given_up() {
        let (_directory, agent, listener) = agent();
        let dripping = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&[0, 1, 0, 0]).unwrap();
            while stream.write_all(&[IDENTITIES_ANSWER]).is_ok() {
                thread::sleep(SHORT / 10);
            }
        });
        let error = agent.keys().unwrap_err().to_string();
        assert!(error.ends_with("it did not answer in 100ms"), "{error}");
        dripping.join().unwrap();
    }

    #[test]
    fn answers_that_are_none_are_refused() {
        assert_eq!(answered(&[0, 0, 0, 5, IDENTITIES_ANSWER, 0, 0, 0, 0]), "0 keys");
        for (answer, reason) in [
            (&[0, 0, 0, 1, 5][..], "it refused"),
            (&[0, 0, 0, 0], "it refused"),
            (&[0, 0, 0, 5, SIGN_RESPONSE, 0, 0, 0, 0], "it refused"),
            (&[255, 255, 255, 255], "its answer has 4294967295 bytes, more than an answer may have"),
            (&[0, 0, 0, 5, IDENTITIES_ANSWER], "failed to fill whole buffer"),
            (&[0, 0, 0, 5, IDENTITIES_ANSWER, 0, 0, 0, 1], "its answer can't be read: length invalid"),
            (
                &[0, 0, 0, 6, IDENTITIES_ANSWER, 0, 0, 0, 0, 0],
                "its answer can't be read: unexpected trailing data at end of message (1 bytes)",
            ),
        ] {
            let found = answered(answer);
            assert!(found.ends_with(reason), "{answer:?}: {found}");
        }
    }

    #[test]
    fn keys_of_unknown_types_are_left_out() {
        let unknown = [&[0, 0, 0, 1][..], &[0, 0, 0, 3, 1, 2, 3], &[0, 0, 0, 1, b'c']].concat();
        assert_eq!(listed(&unknown).unwrap(), []);
    }

    proptest! {
        #[test]
        fn no_answer_panics(answer in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = listed(&answer);
            let _ = signed(&answer);
        }
    }
}
