//! Commits and tags that git signs with GnuPG.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::GitRepository;
use crate::testing::Scene;

/// A repository, and somebody's keys outside of it.
struct Place {
    scene: Scene,
    home: TempDir,
}

impl Place {
    fn new() -> Self {
        let home = TempDir::with_prefix("gpg-").unwrap();
        Self { scene: Scene::new(), home }
    }

    fn gpg(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.home.path()).args([
            "--batch",
            "--quiet",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ]);
        let output = command.args(arguments).output().expect("`gpg` is on this machine");
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Makes a key, and gives its fingerprint.
    fn key(&self, user_id: &str, expires: &str) -> String {
        self.gpg(&["--quick-gen-key", user_id, "ed25519", "sign", expires]);
        let listing = self.gpg(&["--with-colons", "--list-keys", user_id]);
        let line = listing.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    }

    fn public(&self, key: &str) -> String {
        self.gpg(&["--armor", "--export", key])
    }

    /// Signs by a key whatever git command it is that can.
    fn git(&self, key: &str, arguments: &[&str]) -> String {
        let program = self.scene.path("gpg-of-somebody");
        let home = self.home.path().display();
        std::fs::write(
            &program,
            format!("#!/bin/sh\nexec gpg --homedir '{home}' --batch --pinentry-mode loopback --passphrase '' \"$@\"\n"),
        )
        .unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let (program, key) = (format!("gpg.program={program}"), format!("user.signingKey={key}"));
        self.scene.git("seed", &[&["-c", &program, "-c", &key], arguments].concat());
        self.scene.git("seed", &["rev-parse", "HEAD"])
    }

    fn commit(&self, key: &str) -> String {
        self.git(key, &["commit", "--quiet", "--allow-empty", "--message", "signed", "--gpg-sign"])
    }

    fn repository(&self) -> GitRepository {
        self.scene.repository("seed")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}

fn verify(repository: &GitRepository, keys: &str, object: GitObject<'_>) -> Result<Signer, BadSignature> {
    KeyRing::of(&repository.program, keys)?.verify(object)
}

#[test]
fn commits_and_tags_are_by_whom_the_key_is() {
    let place = Place::new();
    let key = place.key("Dev (work) <dev@example.com>", "never");
    let commit = place.commit(&key);
    place.git(&key, &["tag", "--sign", "--message", "x", "v1"]);
    let tag = place.scene.git("seed", &["rev-parse", "v1"]);
    let (repository, keys) = (place.repository(), place.public(&key));
    let expected = Signer { principal: "dev@example.com".to_owned(), key };
    assert_eq!(verify(&repository, &keys, GitObject::Commit(&commit)).unwrap(), expected);
    assert_eq!(verify(&repository, &keys, GitObject::Tag(&tag)).unwrap(), expected);
    assert!(verify(&repository, &keys, GitObject::Tag(&commit)).is_err());
}

#[test]
fn a_key_that_the_policy_does_not_have_is_named_though_the_user_has_it() {
    let place = Place::new();
    let (known, stranger) = (place.key("dev@example.com", "never"), place.key("stranger@example.com", "never"));
    let commit = place.commit(&stranger);
    let error = verify(&place.repository(), &place.public(&known), GitObject::Commit(&commit)).unwrap_err();
    assert!(matches!(&error, BadSignature::Refused { key, reason } if *key == stranger && reason.contains("not among")), "{error}");
}

#[test]
fn a_commit_that_was_changed_after_it_was_signed_is_by_nobody() {
    let place = Place::new();
    let key = place.key("dev@example.com", "never");
    let commit = place.commit(&key);
    let forged = place.scene.git("seed", &["cat-file", "commit", &commit]).replace("tester@example.com", "other@example.com");
    let file = place.scene.path("forged");
    std::fs::write(&file, forged + "\n").unwrap();
    let forged = place.scene.git("seed", &["hash-object", "-t", "commit", "-w", file.as_str()]);
    let (repository, keys) = (place.repository(), place.public(&key));
    let error = verify(&repository, &keys, GitObject::Commit(&forged)).unwrap_err();
    assert!(matches!(error, BadSignature::WrongBytes { .. }), "{error}");
    place.scene.git("seed", &["replace", &forged, &commit]);
    let error = verify(&repository, &keys, GitObject::Commit(&forged)).unwrap_err();
    assert!(matches!(error, BadSignature::WrongBytes { .. }), "what stands in for the object does not count: {error}");
}

#[test]
fn an_expired_key_vouches_for_nothing_though_it_signed_in_time() {
    let place = Place::new();
    let key = place.key("dev@example.com", "seconds=2");
    let commit = place.commit(&key);
    let (repository, keys) = (place.repository(), place.public(&key));
    let is_expired = || verify(&repository, &keys, GitObject::Commit(&commit)).is_err();
    while !is_expired() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let error = verify(&repository, &keys, GitObject::Commit(&commit)).unwrap_err();
    assert!(error.to_string().contains("expired") || error.to_string().contains("no OpenPGP key"), "{error}");
}

#[test]
fn an_unsigned_commit_and_keys_that_are_none_are_refused() {
    let place = Place::new();
    let key = place.key("dev@example.com", "never");
    let (repository, keys) = (place.repository(), place.public(&key));
    let commit = place.scene.git("seed", &["rev-parse", "HEAD"]);
    assert!(verify(&repository, &keys, GitObject::Commit(&commit)).is_err());
    for keys in ["", "no keys"] {
        let error = KeyRing::of(&repository.program, keys).unwrap_err();
        assert!(matches!(error, BadSignature::Unchecked { .. }), "{error}");
    }
}

#[test]
fn a_missing_program_says_so() {
    let scene = Scene::new();
    let repository = scene.repository("seed");
    let error = KeyRing::by(&repository.program, "keys", "no-such-gpg").unwrap_err();
    assert!(error.to_string().contains("the program `no-such-gpg` can't be started"), "{error}");
}

#[test]
fn the_keys_lie_where_nobody_else_looks_and_are_gone_afterwards() {
    let place = Place::new();
    let key = place.key("dev@example.com", "never");
    let repository = place.repository();
    let ring = KeyRing::of(&repository.program, &place.public(&key)).unwrap();
    let home = ring.home.path().to_owned();
    assert_eq!(std::fs::metadata(&home).unwrap().permissions().mode() & 0o777, 0o700);
    drop(ring);
    assert!(!home.exists());
}
