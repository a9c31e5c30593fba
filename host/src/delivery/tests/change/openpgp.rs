//! OpenPGP keys beside those of SSH.

use std::process::Command;

use tollgate_core::deciding::Vouching;
use tollgate_core::people::SignersFile;

use super::place::{MADE, Place, reason};

/// GnuPG in a home in the place.
fn gpg(place: &Place, arguments: &[&str]) -> String {
    let mut command = Command::new("gpg");
    command.arg("--homedir").arg(place.path("gpg")).args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]);
    let output = command.args(arguments).output().expect("`gpg` is on this machine");
    assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A commit and the tag `v1`, both signed by `dev`, and the public key.
fn mk_signed() -> (Place, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_people();
    let home = place.path("gpg");
    fs_err::create_dir(&home).unwrap();
    fs_err::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    gpg(&place, &["--quick-gen-key", "Dev <dev@example.com>", "ed25519", "sign", "never"]);
    let program = place.path("gpg-of-dev");
    let script = format!("#!/bin/sh\nexec gpg --homedir '{home}' --batch --pinentry-mode loopback --passphrase '' \"$@\"\n");
    fs_err::write(&program, script).unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    place.write("a", "one");
    let program = format!("gpg.program={program}");
    for arguments in [["commit", "--quiet", "-Sdev@example.com", "--message", "one"], ["tag", "-udev@example.com", "-m", "x", "v1"]]
    {
        place.git_as("dev", &[&["-c", program.as_str()], &arguments[..]].concat());
    }
    place.push("refs/tags/v1");
    let public = gpg(&place, &["--armor", "--export", "dev@example.com"]);
    let _ = Command::new("gpgconf").args(["--homedir", home.as_str(), "--kill", "all"]).output();
    (place, public)
}

#[test]
fn commits_and_tags_by_keys_of_the_policy_are_vouched_for_and_others_are_not() {
    let (mut place, public) = mk_signed();
    let none = reason(place.tip());
    assert!(none.contains("the policy in force names no OpenPGP keys"), "{none}");
    place.people.openpgp = Some(SignersFile { path: "keys.asc".to_owned(), text: public });
    let change = place.read_tag("v1").change;
    assert_eq!(change.commits[0].vouching, Vouching::Signed(place.person("dev")));
    assert_eq!(change.tag, Some(Vouching::Signed(place.person("dev"))));
    place.people.openpgp = Some(SignersFile { path: "keys.asc".to_owned(), text: "no keys".to_owned() });
    assert!(reason(place.tip()).contains("can't read the OpenPGP keys"), "{:?}", place.tip());
}

#[test]
fn signatures_of_other_kinds_say_that_they_are_not_supported() {
    let place = Place::with_people();
    let commit = place.commit("dev", "a", "one");
    let text = place.git(&["cat-file", "commit", &commit]);
    for (armour, expected) in [("SIGNED MESSAGE", "X.509 signatures are not supported"), ("SOMETHING", "of no kind that git knows")]
    {
        let signature = format!("gpgsig -----BEGIN {armour}-----\n x\n -----END {armour}-----\n\n");
        let forged = text.replacen("\n\n", &format!("\n{signature}"), 1) + "\n";
        let forged = place.git_fed(&["hash-object", "-t", "commit", "-w", "--stdin"], &forged);
        place.switch(&forged);
        assert!(reason(place.tip()).contains(expected), "{:?}", place.tip());
    }
    assert_eq!(place.read().change.commits[0].at, super::place::time(MADE));
}
