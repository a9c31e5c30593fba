//! Keys in a real `ssh-agent`.

use std::fs;

use camino::Utf8Path;
use tollgate_core::signature::{SignError, VerifySignature as _};
use tollgate_core::time::Timestamp;
use tollgate_sign::{AllowedSigners, open_key};

use crate::openssh::{ALICE, Agent, KEYS, OpenSsh, fingerprint, public};

const MESSAGE: &[u8] = b"a message";
const NOW: &str = "20260601120000Z";

#[test]
fn keys_of_every_type_sign_in_the_agent_whatever_names_them() {
    let ssh = OpenSsh::new();
    let agent = Agent::start(&ssh);
    for (kind, bits) in KEYS {
        let path = ssh.key(kind, bits, "");
        agent.add(&ssh, &path, "");
        // Only the agent has the secret now.
        fs::remove_file(&path).unwrap();
        for spec in [fingerprint(Utf8Path::new(&format!("{path}.pub"))), format!("key::{}", public(&path)), format!("{path}.pub")] {
            let key = open_key(&spec, Some(&agent.socket)).unwrap();
            assert_eq!(key.public_key(), public(&path));
            let signature = key.sign("tollgate", MESSAGE).unwrap();
            let allowed = format!("{ALICE} {}\n", public(&path));
            assert!(ssh.verifies(&allowed, ALICE, "tollgate", &signature, MESSAGE, NOW), "{spec}\n{signature}");
        }
    }
}

#[test]
fn a_literal_key_needs_no_prefix_and_may_have_a_comment() {
    let ssh = OpenSsh::new();
    let agent = Agent::start(&ssh);
    let path = ssh.ed25519();
    agent.add(&ssh, &path, "");
    for spec in [public(&path), format!("{} a comment", public(&path)), format!("key::{} me", public(&path))] {
        assert_eq!(open_key(&spec, Some(&agent.socket)).unwrap().key(), fingerprint(&path), "{spec}");
    }
}

#[test]
fn a_key_with_a_passphrase_signs_once_the_agent_holds_it() {
    let ssh = OpenSsh::new();
    let agent = Agent::start(&ssh);
    let path = ssh.key("ed25519", "256", "secret");
    for spec in [path.to_string(), format!("{path}.pub")] {
        assert!(matches!(open_key(&spec, Some(&agent.socket)), Err(SignError::Locked { .. })), "{spec}");
    }
    agent.add(&ssh, &path, "secret");
    for spec in [path.to_string(), format!("{path}.pub")] {
        let signature = open_key(&spec, Some(&agent.socket)).unwrap().sign("git", MESSAGE).unwrap();
        assert!(ssh.verifies(&format!("{ALICE} {}", public(&path)), ALICE, "git", &signature, MESSAGE, NOW), "{spec}");
    }
}

#[test]
fn keys_that_the_agent_lacks_are_named() {
    let ssh = OpenSsh::new();
    let agent = Agent::start(&ssh);
    let path = ssh.ed25519();
    let wanted = fingerprint(&path);
    for spec in [wanted.clone(), format!("key::{}", public(&path))] {
        match open_key(&spec, Some(&agent.socket)) {
            Err(SignError::NotInAgent { key }) => assert_eq!(key, wanted),
            other => panic!("{spec}: {:?}", other.err()),
        }
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(open_key(&format!("{path}.pub"), Some(&agent.socket)), Err(SignError::NotInAgent { .. })));
}

#[test]
fn an_agent_that_ended_is_an_error_unless_there_is_a_file() {
    let ssh = OpenSsh::new();
    let agent = Agent::start(&ssh);
    let path = ssh.ed25519();
    agent.add(&ssh, &path, "");
    let socket = agent.socket.clone();
    let key = open_key(&fingerprint(&path), Some(&socket)).unwrap();
    drop(agent);
    assert!(matches!(key.sign("tollgate", MESSAGE), Err(SignError::Agent { .. })));
    assert!(matches!(open_key(&fingerprint(&path), Some(&socket)), Err(SignError::Agent { .. })));
    assert!(open_key(&format!("{path}.pub"), Some(&socket)).is_ok());
    assert!(open_key(path.as_str(), Some(&socket)).is_ok());
}

#[test]
fn without_an_agent_the_error_says_where_one_would_be() {
    let ssh = OpenSsh::new();
    let path = ssh.ed25519();
    let error = open_key(&fingerprint(&path), None).err().unwrap().to_string();
    assert!(error.contains("`SSH_AUTH_SOCK` names none"), "{error}");
    assert!(open_key("key::ssh-ed25519 AAAA", None).err().unwrap().to_string().contains("can't be read"));
}

#[test]
fn the_agent_makes_plain_signatures_with_keys_that_can_and_names_those_that_can_not() {
    let ssh = OpenSsh::new();
    let agent = Agent::start(&ssh);
    for (kind, bits) in KEYS {
        let path = ssh.key(kind, bits, "");
        let file = open_key(path.as_str(), None).unwrap();
        agent.add(&ssh, &path, "");
        let key = open_key(&fingerprint(&path), Some(&agent.socket)).unwrap();
        let signers = AllowedSigners::parse(&format!("{ALICE} {}", public(&path))).unwrap();
        for key in [&key, &file] {
            match key.sign_plain(MESSAGE) {
                Ok(signature) => {
                    let signer = signers.verify_plain("tollgate", MESSAGE, &signature, Timestamp::UNIX_EPOCH).unwrap();
                    assert_eq!((signer.principal.as_str(), signer.key.as_str()), (ALICE, key.key()));
                    assert!(["ed25519 256", "ecdsa 256"].contains(&format!("{kind} {bits}").as_str()), "{kind} {bits}");
                }
                Err(SignError::NoPlain { key: named, reason }) => {
                    assert!(named == key.key() && reason.contains("only Ed25519 and ECDSA P-256"), "{reason}");
                    assert!(!["ed25519 256", "ecdsa 256"].contains(&format!("{kind} {bits}").as_str()), "{kind} {bits}");
                }
                Err(other) => panic!("{kind} {bits}: {other}"),
            }
        }
    }
}
