//! What GnuPG says of a signature to other programs (its `doc/DETAILS`, "Format of the --status-fd output").

use tollgate_core::signature::BadSignature;

const PREFIX: &str = "[GNUPG:] ";

/// The fingerprint of the primary key that made the one signature there is, if it is good without any if or but.
pub(crate) fn signing_key(status: &str) -> Result<String, BadSignature> {
    let mut good = 0;
    let mut key = None;
    for line in status.lines().filter_map(|line| line.strip_prefix(PREFIX)) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "GOODSIG" => good += 1,
            "VALIDSIG" if key.is_some() => return Err(malformed("it holds several signatures")),
            "VALIDSIG" => key = Some(primary(rest)?),
            _ => refused(word, rest)?,
        }
    }
    match (good, key) {
        (1, Some(key)) => Ok(key),
        (0, None) => Err(BadSignature::Unchecked { reason: "`gpg` gave no answer; is it installed?".to_owned() }),
        _ => Err(malformed("it is not one good signature")),
    }
}

/// Words by which a signature does not count, whatever else is said.
fn refused(word: &str, rest: &str) -> Result<(), BadSignature> {
    let first = rest.split(' ').next().unwrap_or_default();
    let because = |reason: &str| BadSignature::Refused { key: first.to_owned(), reason: reason.to_owned() };
    match word {
        "BADSIG" => Err(BadSignature::WrongBytes { key: first.to_owned() }),
        "ERRSIG" => {
            let key = rest.split(' ').nth(6).filter(|key| key.len() >= 16).unwrap_or(first);
            let reason = match rest.split(' ').nth(5) {
                Some("9") => "it is not among the OpenPGP keys of the policy in force",
                _ => "its algorithm is unknown or too weak",
            };
            Err(BadSignature::Refused { key: key.to_owned(), reason: reason.to_owned() })
        }
        "EXPSIG" => Err(because("the signature has expired")),
        "EXPKEYSIG" => Err(because("the key has expired")),
        "REVKEYSIG" => Err(because("the key was revoked")),
        _ => Ok(()),
    }
}

/// Fields of `VALIDSIG`: fingerprint, date, time, expiry, version, reserved, two algorithms, class, primary fingerprint.
fn primary(fields: &str) -> Result<String, BadSignature> {
    let fields: Vec<&str> = fields.split(' ').collect();
    let is_of_bytes = matches!(fields.get(8), Some(&("00" | "01")));
    let is_fingerprint = |key: &&str| key.len() >= 40 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    match fields.get(9).copied().filter(is_fingerprint) {
        Some(key) if is_of_bytes => Ok(key.to_owned()),
        _ => Err(malformed("`gpg` says of it what is not understood")),
    }
}

fn malformed(reason: &str) -> BadSignature {
    BadSignature::Malformed { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

    fn valid(class: &str) -> String {
        format!("[GNUPG:] VALIDSIG {KEY} 2026-01-01 1767225600 0 4 0 22 8 {class} {KEY}")
    }

    const GOOD: &str = "[GNUPG:] GOODSIG 89ABCDEF01234567 Dev <dev@example.com>";

    #[test]
    fn one_good_and_valid_signature_has_a_key() {
        assert_eq!(signing_key(&format!("[GNUPG:] NEWSIG\n{GOOD}\n{}\n", valid("00"))).unwrap(), KEY);
    }

    #[test]
    fn anything_else_has_none() {
        let both = format!("{GOOD}\n{}", valid("00"));
        for status in [
            String::new(),
            GOOD.to_owned(),
            valid("00"),
            both.clone() + "\n" + &both,
            format!("{both}\n{}", valid("00")),
            format!("{GOOD}\n{both}"),
            format!("{GOOD}\n{}", valid("10")),
            format!("{GOOD}\n[GNUPG:] VALIDSIG {KEY}"),
            format!("{both}\n[GNUPG:] BADSIG 89ABCDEF01234567 Dev"),
            format!("{both}\n[GNUPG:] EXPKEYSIG 89ABCDEF01234567 Dev"),
            format!("{both}\n[GNUPG:] REVKEYSIG 89ABCDEF01234567 Dev"),
            format!("{both}\n[GNUPG:] EXPSIG 89ABCDEF01234567 Dev"),
            format!("{both}\n[GNUPG:] ERRSIG 89ABCDEF01234567 22 8 00 1767225600 9 {KEY}"),
            both.replace("[GNUPG:]", " [GNUPG:]"),
        ] {
            assert!(signing_key(&status).is_err(), "{status}");
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        let error = signing_key(&format!("[GNUPG:] ERRSIG 89ABCDEF01234567 22 8 00 1767225600 9 {KEY}")).unwrap_err();
        assert!(error.to_string().contains(KEY) && error.to_string().contains("not among the OpenPGP keys"), "{error}");
    }

    proptest! {
        #[test]
        fn no_status_panics(lines in prop::collection::vec("(\\[GNUPG:\\] (GOODSIG|VALIDSIG|ERRSIG|BADSIG)?)?[ 0-9A-F]{0,60}", 0..5)) {
            let _ = signing_key(&lines.join("\n"));
        }
    }
}
