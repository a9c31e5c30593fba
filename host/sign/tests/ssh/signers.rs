//! Who may sign what and when, as `ssh-keygen` sees it.

use tollgate_core::signature::{BadSignature, InvalidSigners, ReadSigners, Signer, VerifySignature};
use tollgate_core::time::Timestamp;
use tollgate_sign::{AllowedSigners, SshSigners};

use crate::openssh::{ALICE, OpenSsh, fingerprint, public};

const MESSAGE: &[u8] = b"a message";

/// A time, for us and for `ssh-keygen`.
fn time(text: &str) -> (Timestamp, String) {
    let time: Timestamp = text.parse().unwrap();
    (time, time.strftime("%Y%m%d%H%M%SZ").to_string())
}

/// A key, and a signature in a namespace by it.
struct Signed {
    ssh: OpenSsh,
    key: String,
    fingerprint: String,
    signature: String,
}

impl Signed {
    fn new(namespace: &str) -> Self {
        let ssh = OpenSsh::new();
        let path = ssh.ed25519();
        let signature = ssh.sign(&path, namespace, "sha512", MESSAGE);
        Self { key: public(&path), fingerprint: fingerprint(&path), ssh, signature }
    }

    /// What we say, which must be what `ssh-keygen` says.
    fn agreed(&self, lines: &str, namespace: &str, at: &str) -> Result<Signer, BadSignature> {
        let (ours, theirs) = time(at);
        let verdict = AllowedSigners::parse(lines).unwrap().verify(namespace, MESSAGE, &self.signature, ours);
        let verifies = self.ssh.verifies(lines, ALICE, namespace, &self.signature, MESSAGE, &theirs);
        assert_eq!(verdict.is_ok(), verifies, "{lines} at {at}: {verdict:?}");
        verdict
    }
}

#[test]
fn both_ends_of_a_validity_are_where_ssh_keygen_has_them() {
    let signed = Signed::new("tollgate");
    let key = &signed.key;
    let after = format!("{ALICE} valid-after=\"20260101Z\" {key}");
    let before = format!("{ALICE} valid-before=\"202602010000Z\" {key}");
    let both = format!("{ALICE} valid-after=\"20260101Z\",valid-before=\"20260201000000Z\" {key}");
    for (lines, at, valid) in [
        (&after, "2025-12-31T23:59:59Z", false),
        (&after, "2026-01-01T00:00:00Z", true),
        (&before, "2026-02-01T00:00:00Z", true),
        (&before, "2026-02-01T00:00:01Z", false),
        (&both, "2025-12-31T23:59:59Z", false),
        (&both, "2026-01-01T00:00:00Z", true),
        (&both, "2026-01-15T13:14:15Z", true),
        (&both, "2026-02-01T00:00:00Z", true),
        (&both, "2026-02-01T00:00:01Z", false),
    ] {
        assert_eq!(signed.agreed(lines, "tollgate", at).is_ok(), valid, "{lines} at {at}");
    }
    let (at, _) = time("2026-02-01T00:00:01Z");
    assert_eq!(
        signed.agreed(&both, "tollgate", "2026-02-01T00:00:01Z"),
        Err(BadSignature::OutOfDate {
            principal: ALICE.to_owned(),
            key: signed.fingerprint.clone(),
            at,
            validity: "from 2026-01-01T00:00:00Z until 2026-02-01T00:00:00Z".to_owned(),
        })
    );
}

#[test]
fn namespaces_are_matched_as_ssh_keygen_does() {
    let signed = Signed::new("tollgate");
    for (namespaces, allowed) in [
        ("tollgate", true),
        ("Tollgate", false),
        ("git", false),
        ("git,tollgate", true),
        ("toll*", true),
        ("*gate", true),
        ("*", true),
        ("*,!git", true),
        ("*,!toll*", false),
        ("!toll*,*", false),
        ("!git", false),
        ("tollgat?", true),
        ("tollgate?", false),
        ("t*l*e", true),
        ("git, tollgate", false),
        ("[t]ollgate", false),
    ] {
        let line = format!("{ALICE} namespaces=\"{namespaces}\" {}", signed.key);
        let verdict = signed.agreed(&line, "tollgate", "2026-01-01T00:00:00Z");
        let refused = BadSignature::ForbiddenNamespace {
            principal: ALICE.to_owned(),
            key: signed.fingerprint.clone(),
            namespace: "tollgate".to_owned(),
            namespaces: format!("`{namespaces}`"),
        };
        assert_eq!(
            verdict.map(|signer| signer.principal),
            if allowed { Ok(ALICE.to_owned()) } else { Err(refused) },
            "{namespaces}"
        );
    }
}

#[test]
fn lines_are_read_as_ssh_keygen_reads_them() {
    let signed = Signed::new("tollgate");
    let key = &signed.key;
    let (kind, encoded) = key.split_once(' ').unwrap();
    for lines in [
        format!("# a comment\n\n  \t\n{ALICE} {key} and a comment\n"),
        format!(" \t{ALICE} \t{kind}  {encoded}"),
        format!("{ALICE} {key}\r\n"),
        format!("\"{ALICE}\" {key}"),
        format!("\"{ALICE},bob@example.com\"  {key}"),
        format!("{ALICE},bob@example.com {key}"),
        format!("{ALICE} NAMESPACES=\"tollgate\",Valid-After=\"20200101Z\" {key}"),
        format!("{ALICE} namespaces=\"git\" {key}\n{ALICE} namespaces=\"tollgate\" {key}\n"),
    ] {
        assert_eq!(
            signed.agreed(&lines, "tollgate", "2026-01-01T00:00:00Z").map(|signer| signer.principal),
            Ok(ALICE.to_owned()),
            "{lines}"
        );
    }
}

#[test]
fn what_ssh_keygen_refuses_is_refused() {
    let signed = Signed::new("tollgate");
    let key = &signed.key;
    for line in [
        format!("{ALICE} namespaces=tollgate {key}"),
        format!("{ALICE} namespaces=\"tollgate {key}"),
        format!("{ALICE} namespaces=\"tollgate\", {key}"),
        format!("{ALICE} namespaces=\"tollgate\",namespaces=\"tollgate\" {key}"),
        format!("{ALICE} no-touch-required {key}"),
        format!("{ALICE} valid-after=\"20261301Z\" {key}"),
        format!("{ALICE} valid-after=\"2026Z\" {key}"),
        format!("{ALICE} valid-after=\"20250101Z\",valid-before=\"20250101Z\" {key}"),
        format!("{ALICE} valid-after=\"20250101Z\",valid-before=\"20240101Z\" {key}"),
        format!("{ALICE} ssh-ed25519"),
        format!("{ALICE} cert-authority {key}"),
        format!("\"{ALICE} {key}"),
        key.clone(),
    ] {
        let refused = AllowedSigners::parse(&format!("# signers\n{line}\n"));
        assert!(matches!(refused, Err(InvalidSigners { line: 2, .. })), "{line}: {refused:?}");
        assert!(!signed.ssh.verifies(&line, ALICE, "tollgate", &signed.signature, MESSAGE, "20260101000000Z"), "{line}");
    }
}

/// The strictness that is ours alone.
#[test]
fn one_bad_line_allows_nobody() {
    let signed = Signed::new("tollgate");
    let key = &signed.key;
    for line in [
        format!("*@example.com {key}"),
        format!("a@example.com,!b@example.com {key}"),
        format!("{ALICE} valid-after=\"20250101\" {key}"),
        format!("{ALICE} valid-before=\"20300101UTC\" {key}"),
    ] {
        let lines = format!("{ALICE} {key}\n\n{line}\n");
        let refused = AllowedSigners::parse(&lines);
        assert!(matches!(refused, Err(InvalidSigners { line: 3, .. })), "{line}: {refused:?}");
        assert!(signed.ssh.verifies(&lines, ALICE, "tollgate", &signed.signature, MESSAGE, "20260101000000Z"), "{line}");
    }
}

#[test]
fn the_first_line_that_fits_says_whose_key_it_is() {
    let signed = Signed::new("tollgate");
    let key = &signed.key;
    let text = format!(
        "early@example.com valid-before=\"20250101Z\" {key}\n\
         committer@example.com namespaces=\"git\" {key}\n\
         {ALICE},alice {key}\n\
         late@example.com,alice {key}\n"
    );
    let signers = SshSigners.signers(&text).unwrap();
    let principal = |at: &str| {
        let signer = signers.verify("tollgate", MESSAGE, &signed.signature, time(at).0).unwrap();
        assert_eq!(signer.key, signed.fingerprint);
        signer.principal
    };
    assert_eq!(principal("2024-06-01T00:00:00Z"), "early@example.com");
    assert_eq!(principal("2026-06-01T00:00:00Z"), ALICE);

    let principals = |key: &str, namespace: &str, at: &str| signers.principals(key, namespace, time(at).0);
    assert_eq!(principals(&signed.fingerprint, "tollgate", "2026-06-01T00:00:00Z"), [ALICE, "alice", "late@example.com"]);
    assert_eq!(principals(&signed.fingerprint, "git", "2024-06-01T00:00:00Z").first().unwrap(), "early@example.com");
    assert_eq!(principals("SHA256:other", "tollgate", "2026-06-01T00:00:00Z"), [""; 0]);
}

#[test]
fn a_file_without_keys_allows_nobody_and_says_so() {
    for text in ["", "\n# nobody yet\n"] {
        assert!(SshSigners.signers(text).unwrap().is_empty());
    }
    let signed = Signed::new("tollgate");
    assert!(!SshSigners.signers(&format!("{ALICE} {}", signed.key)).unwrap().is_empty());
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_errors_are_at_lines_that_are_there(text in proptest::prelude::any::<String>()) {
        if let Err(error) = AllowedSigners::parse(&text) {
            proptest::prop_assert!(error.line >= 1 && error.line as usize <= text.lines().count());
        }
    }
}

#[test]
fn a_plain_signature_counts_in_the_namespaces_and_at_the_times_of_its_key_alone() {
    let ssh = OpenSsh::new();
    let path = ssh.ed25519();
    let signature = tollgate_sign::open_key(path.as_str(), None).unwrap().sign_plain(MESSAGE).unwrap();
    let lines = format!("{ALICE} namespaces=\"tollgate-evidence\",valid-before=\"20260201Z\" {}", public(&path));
    let signers = AllowedSigners::parse(&lines).unwrap();
    let verify = |namespace: &str, message: &[u8], at: &str| signers.verify_plain(namespace, message, &signature, time(at).0);
    assert!(verify("tollgate-evidence", MESSAGE, "2026-01-01T00:00:00Z").is_ok());
    assert!(verify("tollgate", MESSAGE, "2026-01-01T00:00:00Z").is_err());
    assert!(verify("tollgate-evidence", MESSAGE, "2026-03-01T00:00:00Z").is_err());
    assert!(verify("tollgate-evidence", b"another", "2026-01-01T00:00:00Z").is_err());
    assert!(signers.verify_plain("tollgate-evidence", MESSAGE, b"", time("2026-01-01T00:00:00Z").0).is_err());
}
