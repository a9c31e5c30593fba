//! Keys in files, whose signatures `ssh-keygen` must believe.

use std::fs;

use camino::Utf8Path;
use tollgate_core::signature::{SignBytes, SignError, VerifySignature};
use tollgate_sign::{AllowedSigners, open_key};

use crate::openssh::{ALICE, KEYS, OpenSsh, fingerprint, public};

const MESSAGE: &[u8] = b"a message";
const NOW: &str = "20260601120000Z";

fn open(path: &Utf8Path) -> Result<Box<dyn SignBytes>, SignError> {
    open_key(path.as_str(), None)
}

/// What `open_key` says against a path.
fn refused(spec: &str) -> String {
    match open_key(spec, None) {
        Ok(_) => panic!("`{spec}` opens"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn ssh_keygen_verifies_signatures_by_keys_of_every_type() {
    let ssh = OpenSsh::new();
    for (kind, bits) in KEYS {
        let path = ssh.key(kind, bits, "");
        let key = open(&path).unwrap();
        assert_eq!(key.key(), fingerprint(&path));
        assert_eq!(key.public_key(), public(&path));
        let allowed = format!("{ALICE} {}\n", key.public_key());
        let signature = key.sign("tollgate", MESSAGE).unwrap();
        let verifies = |by, namespace, message| ssh.verifies(&allowed, by, namespace, &signature, message, NOW);
        assert!(verifies(ALICE, "tollgate", MESSAGE), "{kind} {bits}\n{signature}");
        assert!(!verifies(ALICE, "tollgate", b"another"), "{kind} {bits}");
        assert!(!verifies(ALICE, "git", MESSAGE), "{kind} {bits}");
        assert!(!verifies("bob@example.com", "tollgate", MESSAGE), "{kind} {bits}");
        let signer = AllowedSigners::parse(&allowed).unwrap();
        let signer = signer.verify("tollgate", MESSAGE, &signature, "2026-06-01T12:00:00Z".parse().unwrap()).unwrap();
        assert_eq!((signer.principal.as_str(), signer.key.as_str()), (ALICE, key.key()));
    }
}

#[test]
fn ed25519_signatures_are_those_of_ssh_keygen_byte_for_byte() {
    let ssh = OpenSsh::new();
    let path = ssh.ed25519();
    assert_eq!(open(&path).unwrap().sign("git", MESSAGE).unwrap(), ssh.sign(&path, "git", "sha512", MESSAGE));
}

#[test]
fn a_public_key_leads_to_the_private_one_beside_it() {
    let ssh = OpenSsh::new();
    let path = ssh.ed25519();
    let key = open_key(&format!("{path}.pub"), None).unwrap();
    assert_eq!(key.sign("git", MESSAGE).unwrap(), ssh.sign(&path, "git", "sha512", MESSAGE));
}

#[test]
fn a_private_key_beside_another_public_one_is_not_used() {
    let ssh = OpenSsh::new();
    let (one, other) = (ssh.ed25519(), ssh.key("ecdsa", "256", ""));
    fs::rename(format!("{other}.pub"), format!("{one}.pub")).unwrap();
    assert_eq!(refused(&format!("{one}.pub")), format!("the key `{one}` can't be read: it is not the private key of `{one}.pub`"));
}

#[test]
fn a_key_with_a_passphrase_is_locked_by_either_of_its_files() {
    let ssh = OpenSsh::new();
    let path = ssh.key("ed25519", "256", "secret");
    for spec in [path.to_string(), format!("{path}.pub")] {
        match open_key(&spec, None) {
            Err(SignError::Locked { key }) => assert_eq!(key, path),
            other => panic!("{:?}", other.err()),
        }
    }
}

#[test]
fn files_that_hold_no_key_say_what_they_lack() {
    let ssh = OpenSsh::new();
    let write = |name: &str, text: &str| {
        let path = ssh.path(name);
        fs::write(&path, text).unwrap();
        refused(path.as_str())
    };
    assert!(refused(ssh.path("missing").as_str()).contains("can't be read: No such file"));
    assert!(
        write("pkcs8", "-----BEGIN PRIVATE KEY-----\nMC4=\n")
            .contains("it is not in the format of OpenSSH; convert a copy of it with `ssh-keygen -p")
    );
    assert!(write("text", "hello\n").contains("it is no key of OpenSSH"));
    let broken = write("broken", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
    assert!(broken.contains("can't be read"), "{broken}");
}

#[test]
fn weak_keys_do_not_sign() {
    let ssh = OpenSsh::new();
    let path = ssh.key("rsa", "1024", "");
    let reason = "keys of the type `ssh-rsa` are not accepted: the key has 1024 bits, and needs 2048";
    for spec in [path.to_string(), format!("{path}.pub"), format!("key::{}", public(&path))] {
        assert_eq!(refused(&spec), format!("the key `{spec}` can't be read: {reason}"));
    }
}

#[test]
fn an_empty_namespace_is_signed_by_nobody() {
    let ssh = OpenSsh::new();
    assert!(matches!(open(&ssh.ed25519()).unwrap().sign("", MESSAGE), Err(SignError::Key { .. })));
}

#[test]
fn a_broken_file_is_not_shown() {
    let ssh = OpenSsh::new();
    let path = ssh.ed25519();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("-----END", "!\n-----END", 1)).unwrap();
    let shown = refused(path.as_str());
    assert!(text.lines().skip(1).all(|line| !shown.contains(line)), "{shown}");
}
