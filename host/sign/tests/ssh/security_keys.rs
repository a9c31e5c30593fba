//! Security keys (PROTOCOL.u2f), played by software: what they sign is what hardware signs, and `ssh-keygen` agrees.

use ed25519_dalek::{Signer as _, SigningKey};
use p256::ecdsa;
use sha2::{Digest as _, Sha256};
use ssh_key::public::{Ed25519PublicKey, KeyData, SkEcdsaSha2NistP256, SkEd25519};
use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, Signature, SshSig};
use tollgate_core::signature::{BadSignature, VerifySignature};
use tollgate_core::time::Timestamp;
use tollgate_sign::AllowedSigners;

use crate::openssh::{ALICE, OpenSsh};

const MESSAGE: &[u8] = b"a message";
const APPLICATION: &str = "ssh:";

/// The flags of a key that a person touched, with a counter.
const TOUCHED: [u8; 5] = [1, 0, 0, 0, 7];
const UNTOUCHED: [u8; 5] = [0, 0, 0, 0, 7];

/// A public key and its armoured signature of the message.
fn signed(key: KeyData, algorithm: Algorithm, trailer: [u8; 5], sign: impl Fn(&[u8]) -> Vec<u8>) -> (String, String) {
    let enveloped = SshSig::signed_data("tollgate", HashAlg::Sha512, MESSAGE).unwrap();
    let bytes = [&Sha256::digest(APPLICATION)[..], &trailer, &Sha256::digest(enveloped)[..]].concat();
    let signature = Signature::new(algorithm, [sign(&bytes), trailer.to_vec()].concat()).unwrap();
    let signature = SshSig::new(key.clone(), "tollgate", HashAlg::Sha512, signature).unwrap();
    (PublicKey::from(key).to_openssh().unwrap(), signature.to_pem(LineEnding::LF).unwrap())
}

fn ed25519(trailer: [u8; 5]) -> (String, String) {
    let secret = SigningKey::from_bytes(&[7; 32]);
    let public = Ed25519PublicKey(secret.verifying_key().to_bytes());
    let key = KeyData::SkEd25519(SkEd25519::new(public, APPLICATION));
    signed(key, Algorithm::SkEd25519, trailer, |bytes| secret.sign(bytes).to_bytes().to_vec())
}

fn p256(trailer: [u8; 5]) -> (String, String) {
    let secret = ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let point = secret.verifying_key().to_sec1_point(false);
    let key = KeyData::SkEcdsaSha2NistP256(SkEcdsaSha2NistP256::new(point, APPLICATION));
    signed(key, Algorithm::SkEcdsaSha2NistP256, trailer, |bytes| {
        let signature: ecdsa::Signature = secret.sign(bytes);
        Signature::try_from(signature).unwrap().as_bytes().to_vec()
    })
}

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

#[test]
fn signatures_of_touched_security_keys_are_verified() {
    let ssh = OpenSsh::new();
    for (key, signature) in [ed25519(TOUCHED), p256(TOUCHED)] {
        let line = format!("{ALICE} {key}");
        let signers = AllowedSigners::parse(&line).unwrap();
        let signer = signers.verify("tollgate", MESSAGE, &signature, now()).unwrap();
        assert_eq!(signer.principal, ALICE);
        assert!(ssh.verifies(&line, ALICE, "tollgate", &signature, MESSAGE, "20260601120000Z"), "{signature}");
        let other = signers.verify("tollgate", b"another", &signature, now());
        assert_eq!(other, Err(BadSignature::WrongBytes { key: signer.key }));
    }
}

#[test]
fn a_security_key_that_nobody_touched_vouches_for_nobody() {
    for (key, signature) in [ed25519(UNTOUCHED), p256(UNTOUCHED)] {
        let signers = AllowedSigners::parse(&format!("{ALICE} {key}")).unwrap();
        let algorithm = key.split(' ').next().unwrap().to_owned();
        let reason = "nobody touched the security key".to_owned();
        let refused = signers.verify("tollgate", MESSAGE, &signature, now());
        assert_eq!(refused, Err(BadSignature::WeakAlgorithm { algorithm, reason }));
    }
}
