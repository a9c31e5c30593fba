//! Signatures of `ssh-keygen`, and what is wrong with others.

use proptest::prelude::*;
use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, Signature, SshSig};
use tollgate_core::signature::{BadSignature, Signer, VerifySignature};
use tollgate_core::time::Timestamp;
use tollgate_sign::AllowedSigners;

use crate::openssh::{ALICE, KEYS, OpenSsh, fingerprint, public};

const MESSAGE: &[u8] = b"a message\n\0 of bytes\xff";

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn allowed(text: &str) -> AllowedSigners {
    AllowedSigners::parse(text).unwrap()
}

/// A message, its signature by `ssh-keygen`, the key's fingerprint, and signers that allow the key.
fn signed() -> (String, String, AllowedSigners) {
    let ssh = OpenSsh::new();
    let key = ssh.ed25519();
    (ssh.sign(&key, "tollgate", "sha512", MESSAGE), fingerprint(&key), allowed(&format!("{ALICE} {}", public(&key))))
}

#[test]
fn signatures_of_ssh_keygen_are_verified_whatever_the_key_and_the_hash() {
    let ssh = OpenSsh::new();
    for (kind, bits) in KEYS {
        let key = ssh.key(kind, bits, "");
        let signers = allowed(&format!("# people\n\n{ALICE} {}\n", public(&key)));
        for hash in ["sha256", "sha512"] {
            let signature = ssh.sign(&key, "tollgate", hash, MESSAGE);
            let signer = Signer { principal: ALICE.to_owned(), key: fingerprint(&key) };
            assert_eq!(signers.verify("tollgate", MESSAGE, &signature, now()), Ok(signer), "{kind} {bits} {hash}");
            let other = signers.verify("tollgate", b"another message", &signature, now());
            assert_eq!(other, Err(BadSignature::WrongBytes { key: fingerprint(&key) }), "{kind} {bits} {hash}");
        }
    }
}

#[test]
fn one_flipped_bit_anywhere_in_the_message_is_refused() {
    let (signature, key, signers) = signed();
    for at in 0..MESSAGE.len() {
        let mut message = MESSAGE.to_vec();
        message[at] ^= 1;
        let refused = signers.verify("tollgate", &message, &signature, now());
        assert_eq!(refused, Err(BadSignature::WrongBytes { key: key.clone() }), "byte {at}");
    }
}

#[test]
fn one_flipped_bit_anywhere_in_the_signature_is_refused() {
    let (signature, _, signers) = signed();
    for at in 0..signature.trim_end().len() {
        let mut flipped = signature.clone().into_bytes();
        flipped[at] ^= 1;
        if let Ok(flipped) = String::from_utf8(flipped) {
            let refused = signers.verify("tollgate", MESSAGE, &flipped, now());
            assert!(refused.is_err(), "byte {at}: {refused:?}\n{flipped}");
        }
    }
}

#[test]
fn one_flipped_bit_anywhere_in_the_allowed_key_is_refused() {
    let ssh = OpenSsh::new();
    let key = ssh.ed25519();
    let signature = ssh.sign(&key, "tollgate", "sha512", MESSAGE);
    let bytes = public(&key).parse::<PublicKey>().unwrap().to_bytes().unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        let Ok(other) = PublicKey::from_bytes(&flipped) else { continue };
        let Ok(signers) = AllowedSigners::parse(&format!("{ALICE} {}", other.to_openssh().unwrap())) else { continue };
        let refused = signers.verify("tollgate", MESSAGE, &signature, now());
        assert_eq!(refused, Err(BadSignature::UnknownKey { key: fingerprint(&key) }), "byte {at}");
    }
}

#[test]
fn a_signature_for_another_namespace_is_none() {
    let (signature, _, signers) = signed();
    let refused = signers.verify("git", MESSAGE, &signature, now());
    assert_eq!(refused, Err(BadSignature::WrongNamespace { expected: "git".to_owned(), found: "tollgate".to_owned() }));
}

#[test]
fn a_key_that_no_line_has_vouches_for_nobody() {
    let (signature, key, _) = signed();
    let (_, _, others) = signed();
    for signers in [others, AllowedSigners::default()] {
        let refused = signers.verify("tollgate", MESSAGE, &signature, now());
        assert_eq!(refused, Err(BadSignature::UnknownKey { key: key.clone() }));
    }
}

#[test]
fn what_is_no_signature_is_malformed() {
    let (signature, _, signers) = signed();
    let version = SshSig::from_pem(&signature).unwrap();
    assert_eq!(version.version(), 1);
    let begin = "-----BEGIN SSH SIGNATURE-----\n";
    for text in [
        String::new(),
        "a".to_owned(),
        format!("Signed by {ALICE}\n{signature}"),
        format!("{signature}and more"),
        signature.replace("SSH SIGNATURE", "PGP SIGNATURE"),
        format!("{begin}-----END SSH SIGNATURE-----\n"),
        format!("{begin}U1NIU0lH\n-----END SSH SIGNATURE-----\n"),
        // The version is not signed: 0 in place of 1.
        signature.replacen("U1NIU0lHAAAAAQ", "U1NIU0lHAAAAAA", 1),
        signature.replacen("U1NIU0lHAAAAAQ", "U1NIU0lHAAAAAg", 1),
    ] {
        let refused = signers.verify("tollgate", MESSAGE, &text, now());
        assert!(matches!(refused, Err(BadSignature::Malformed { .. })), "{text}: {refused:?}");
    }
}

#[test]
fn a_key_does_not_sign_by_the_algorithm_of_another() {
    let ssh = OpenSsh::new();
    let key: PublicKey = public(&ssh.ed25519()).parse().unwrap();
    let rsa = Signature::new(Algorithm::Rsa { hash: Some(HashAlg::Sha512) }, [1; 256]).unwrap();
    let signature = SshSig::new(key.key_data().clone(), "tollgate", HashAlg::Sha512, rsa).unwrap();
    let refused = AllowedSigners::default().verify("tollgate", MESSAGE, &signature.to_pem(LineEnding::LF).unwrap(), now());
    let reason = "a key of the type `ssh-ed25519` does not sign by `rsa-sha2-512`".to_owned();
    assert_eq!(refused, Err(BadSignature::Malformed { reason }));
}

#[test]
fn weak_keys_and_algorithms_are_refused_by_name() {
    let ssh = OpenSsh::new();
    let short = ssh.key("rsa", "1024", "");
    let refused = AllowedSigners::default().verify("tollgate", MESSAGE, &ssh.sign(&short, "tollgate", "sha512", MESSAGE), now());
    let reason = "the key has 1024 bits, and needs 2048".to_owned();
    assert_eq!(refused, Err(BadSignature::WeakAlgorithm { algorithm: "ssh-rsa".to_owned(), reason }));

    let key: PublicKey = public(&ssh.key("rsa", "2048", "")).parse().unwrap();
    let sha1 = Signature::new(Algorithm::Rsa { hash: None }, [1; 256]).unwrap();
    let signature = SshSig::new(key.key_data().clone(), "tollgate", HashAlg::Sha512, sha1).unwrap();
    let refused = AllowedSigners::default().verify("tollgate", MESSAGE, &signature.to_pem(LineEnding::LF).unwrap(), now());
    let reason = "it signs SHA-1; use `rsa-sha2-512`".to_owned();
    assert_eq!(refused, Err(BadSignature::WeakAlgorithm { algorithm: "ssh-rsa".to_owned(), reason }));
}

proptest! {
    #[test]
    fn no_text_panics_the_verifier(text in any::<String>(), message in any::<Vec<u8>>()) {
        let armoured = format!("-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n");
        for text in [&text, &armoured] {
            prop_assert!(AllowedSigners::default().verify("tollgate", &message, text, now()).is_err());
        }
    }

    #[test]
    fn no_bytes_in_armour_panic_the_verifier(tail in any::<Vec<u8>>(), kind in 0_usize..4) {
        let kind = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com"][kind];
        let bytes = [&b"SSHSIG\0\0\0\x01\0\0\x01\0\0\0\0"[..], &[u8::try_from(kind.len()).unwrap()], kind.as_bytes(), &tail].concat();
        let armoured = armoured(&bytes);
        prop_assert!(AllowedSigners::default().verify("tollgate", b"", &armoured, now()).is_err());
    }
}

fn armoured(bytes: &[u8]) -> String {
    use ssh_key::encoding::base64::{Base64, Encoding};
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", Base64::encode_string(bytes))
}
