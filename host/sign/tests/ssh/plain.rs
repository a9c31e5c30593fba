//! Plain signatures, against `openssl`, which must be on this machine.

use std::fs;
use std::process::Command;

use proptest::prelude::*;
use tollgate_sign::plain::{PlainError, public_key, sign, verify};

use crate::openssh::OpenSsh;

const MESSAGE: &[u8] = b"a message";

/// Runs `openssl`, and says whether it succeeded.
fn openssl(arguments: &[&str]) -> bool {
    Command::new("openssl").args(arguments).output().expect("`openssl` is on this machine").status.success()
}

/// Keys of OpenSSH's format and of PKCS#8, each with whether it is an Ed25519 one.
fn keys(ssh: &OpenSsh) -> Vec<(String, bool)> {
    let made = |name: &str, arguments: &[&str]| {
        let path = ssh.path(name);
        assert!(openssl(&[&["genpkey", "-out", path.as_str(), "-algorithm"], arguments].concat()));
        fs::read_to_string(path).unwrap()
    };
    vec![
        (fs::read_to_string(ssh.ed25519()).unwrap(), true),
        (fs::read_to_string(ssh.key("ecdsa", "256", "")).unwrap(), false),
        (made("ed25519.pem", &["ed25519"]), true),
        (made("p256.pem", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]), false),
    ]
}

/// Whether `openssl` believes a signature of the message.
fn believed(ssh: &OpenSsh, public: &str, signature: &[u8], ed25519: bool) -> bool {
    let [key, file, message] = ["public", "signature", "message"].map(|name| ssh.path(name));
    fs::write(&key, public).unwrap();
    fs::write(&file, signature).unwrap();
    fs::write(&message, MESSAGE).unwrap();
    let (key, file, message) = (key.as_str(), file.as_str(), message.as_str());
    let hash: &[&str] = if ed25519 { &[] } else { &["-digest", "sha256"] };
    let verify = ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", message, "-sigfile", file];
    openssl(&[&verify[..], hash].concat())
}

#[test]
fn openssl_verifies_plain_signatures_and_we_do() {
    let ssh = OpenSsh::new();
    for (private, ed25519) in keys(&ssh) {
        let (signature, public) = (sign(&private, MESSAGE).unwrap(), public_key(&private).unwrap());
        assert!(believed(&ssh, &public, &signature, ed25519), "{public}");
        assert_eq!(verify(&public, MESSAGE, &signature), Ok(()));
    }
}

#[test]
fn plain_signatures_of_openssl_are_verified() {
    let ssh = OpenSsh::new();
    for (private, ed25519) in keys(&ssh).into_iter().skip(2) {
        let [key, file, message] = ["private", "signature", "message"].map(|name| ssh.path(name));
        fs::write(&key, &private).unwrap();
        fs::write(&message, MESSAGE).unwrap();
        let hash: &[&str] = if ed25519 { &[] } else { &["-digest", "sha256"] };
        let signing = ["pkeyutl", "-sign", "-inkey", key.as_str(), "-rawin", "-in", message.as_str(), "-out", file.as_str()];
        assert!(openssl(&[&signing[..], hash].concat()));
        assert_eq!(verify(&public_key(&private).unwrap(), MESSAGE, &fs::read(file).unwrap()), Ok(()));
    }
}

#[test]
fn one_flipped_bit_or_another_key_is_refused() {
    let ssh = OpenSsh::new();
    let keys = keys(&ssh);
    for (at, (private, _)) in keys.iter().enumerate() {
        let (signature, public) = (sign(private, MESSAGE).unwrap(), public_key(private).unwrap());
        assert_eq!(verify(&public, b"a massage", &signature), Err(PlainError::Signature));
        for byte in 0..signature.len() {
            let mut flipped = signature.clone();
            flipped[byte] ^= 1;
            assert_eq!(verify(&public, MESSAGE, &flipped), Err(PlainError::Signature), "byte {byte}");
        }
        let other = public_key(&keys[(at + 1) % keys.len()].0).unwrap();
        assert_eq!(verify(&other, MESSAGE, &signature), Err(PlainError::Signature));
    }
}

#[test]
fn keys_of_other_types_and_locked_ones_are_refused() {
    let ssh = OpenSsh::new();
    for path in [ssh.key("rsa", "2048", ""), ssh.key("ecdsa", "384", ""), ssh.key("ed25519", "256", "secret")] {
        let private = fs::read_to_string(path).unwrap();
        assert_eq!(sign(&private, MESSAGE), Err(PlainError::PrivateKey));
        assert_eq!(public_key(&private), Err(PlainError::PrivateKey));
        assert_eq!(verify(&private, MESSAGE, &[0; 64]), Err(PlainError::PublicKey));
    }
}

proptest! {
    #[test]
    fn no_text_and_no_bytes_panic(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let known = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
        prop_assert!(sign(&text, &bytes).is_err());
        prop_assert_eq!(verify(&text, &bytes, &bytes), Err(PlainError::PublicKey));
        prop_assert_eq!(verify(known, &bytes, &bytes), Err(PlainError::Signature));
    }
}
