//! One line of a file of signers.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, PublicKey};

use crate::accepted::accept_key;
use crate::check::fingerprint;
use crate::signers::line_error::LineError;
use crate::signers::options::Options;

/// A key, and who may use it for what and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// Whoever signs with the key is this one.
    pub(crate) principal: String,
    /// Other names in the line.
    pub(crate) others: Vec<String>,
    /// Fingerprint: `SHA256:…`.
    pub(crate) key: String,
    pub(crate) public: KeyData,
    pub(crate) options: Options,
}

impl Allowed {
    /// Reads a line; nothing for blank ones and comments.
    pub(crate) fn read(line: &str) -> Result<Option<Self>, LineError> {
        let line = line.trim_start_matches(BLANKS);
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let (names, rest) = principals(line)?;
        let rest = rest.trim_start_matches(BLANKS);
        let (options, rest) = if starts_with_key(rest) { (Options::default(), rest) } else { Options::read(rest)? };
        let key = read_key(rest.trim_start_matches(BLANKS))?;
        let mut names = names.split(',').map(name);
        let principal = names.next().ok_or(LineError::NoKey)??;
        let others = names.collect::<Result<_, _>>()?;
        Ok(Some(Self { principal, others, key: fingerprint(&key), public: key.key_data().clone(), options }))
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Splits off the first field, which may be in quotes.
fn principals(line: &str) -> Result<(&str, &str), LineError> {
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').ok_or(LineError::OpenQuotes),
        None => line.split_once(BLANKS).ok_or(LineError::NoKey),
    }
}

/// A pattern would let a key speak for people that nobody wrote down, and letters that look alike would let it speak for another.
fn name(text: &str) -> Result<String, LineError> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"*?!\"\\".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        return Err(LineError::Principal { text: text.to_owned() });
    }
    Ok(text.to_owned())
}

/// Options have other names than types of keys.
fn starts_with_key(rest: &str) -> bool {
    let word = rest.split(BLANKS).next().unwrap_or_default();
    let known = word.parse::<Algorithm>().is_ok_and(|algorithm| !matches!(algorithm, Algorithm::Other(_)));
    known || word.ends_with("@openssh.com")
}

/// Reads a type and a key; what follows is a comment.
fn read_key(text: &str) -> Result<PublicKey, LineError> {
    let mut words = text.split(BLANKS).filter(|word| !word.is_empty());
    let (Some(algorithm), Some(encoded)) = (words.next(), words.next()) else { return Err(LineError::NoKey) };
    let key = PublicKey::from_openssh(&format!("{algorithm} {encoded}"))
        .map_err(|error| LineError::Key { algorithm: algorithm.to_owned(), reason: error.to_string() })?;
    accept_key(key.key_data()).map_err(|weakness| LineError::WeakKey { algorithm: weakness.algorithm, reason: weakness.reason })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtWV1o1Vw1mQ3RUb1N0YXJ0T2ZBS2V5MTIzNDU2Nzg5";

    fn read(line: &str) -> Result<Option<Allowed>, LineError> {
        Allowed::read(line)
    }

    fn allowed(line: &str) -> Allowed {
        read(line).unwrap().unwrap()
    }

    #[test]
    fn blank_lines_and_comments_allow_nobody() {
        for line in ["", "  \t", "# a@example.com", " \t# a"] {
            assert_eq!(read(line), Ok(None), "{line:?}");
        }
    }

    #[test]
    fn a_line_names_people_and_their_key() {
        let plain = allowed(&format!("a@example.com,bot {KEY} with a comment"));
        assert_eq!((plain.principal.as_str(), plain.others.as_slice()), ("a@example.com", ["bot".to_owned()].as_slice()));
        assert!(plain.key.starts_with("SHA256:"));
        for same in [
            format!("\t a@example.com,bot\t  {}", KEY.replace(' ', " \t ")),
            format!("\"a@example.com,bot\" {KEY}"),
            format!("\"a@example.com,bot\"{KEY}"),
        ] {
            assert_eq!(allowed(&same), plain, "{same}");
        }
        let with_options = allowed(&format!("a@example.com namespaces=\"git,toll*\",valid-before=\"20270101Z\" {KEY}"));
        assert_eq!(with_options.options.namespaces.unwrap().to_string(), "git,toll*");
        assert_eq!(with_options.options.validity.to_string(), "until 2027-01-01T00:00:00Z");
    }

    #[test]
    fn patterns_and_oddities_name_nobody() {
        for names in ["*@example.com", "a?", "!a", "a,,b", ",a", "a,", "\"a b\"", "\"\"", "é@example.com", "a\u{202e}b", "a\\b"] {
            let error = read(&format!("{names} {KEY}")).unwrap_err();
            assert!(matches!(error, LineError::Principal { .. }), "{names}: {error}");
        }
    }

    #[test]
    fn a_line_that_is_not_understood_says_why() {
        let weak = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAIQCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgA==";
        for (line, reason) in [
            ("a".to_owned(), "it has no key"),
            ("\"a".to_owned(), "the quotes around the principals don't end"),
            ("a ssh-ed25519".to_owned(), "it has no key"),
            ("a ssh-ed25519 AAAA".to_owned(), "the key of the type `ssh-ed25519` can't be read"),
            (format!("a {}", KEY.replace("ssh-ed25519", "ssh-rsa")), "the key of the type `ssh-rsa` can't be read"),
            (format!("a {weak}"), "keys of the type `ssh-rsa` are not accepted: the key has 256 bits, and needs 2048"),
            (format!("a {}", KEY.replace(' ', "\u{a0}")), "`ssh-ed25519\u{a0}AAAA"),
            (format!("a cert-authority {KEY}"), "certificate authorities are not supported"),
            (format!("a CERT-AUTHORITY,namespaces=\"git\" {KEY}"), "certificate authorities are not supported"),
            (format!("a restrict {KEY}"), "`restrict` is neither an option nor a type of keys"),
            (format!("a valid-after=\"20260101\" {KEY}"), "`20260101` is no time for `valid-after`; write it in UTC, with a `Z`"),
        ] {
            let error = read(&line).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{line}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in any::<String>()) {
            let _ = read(&line);
        }

        #[test]
        fn no_line_that_is_nearly_one_panics(
            line in r#"( |,|"|\\"|=|a|a@example.com|namespaces|valid-after|2026|0101|Z|ssh-ed25519|ssh-rsa|AAAA|\*|!|#){0,16}"#
        ) {
            let _ = read(&line);
        }

        #[test]
        fn what_is_written_is_read_back(
            names in proptest::collection::vec("[a-z0-9.+_-]{1,8}@[a-z.]{1,12}", 1..4),
            namespaces in proptest::option::of("[a-z*?]{1,6}(,!?[a-z*]{1,6}){0,2}"),
            after in proptest::option::of(1_i64..2_000_000_000),
            before in proptest::option::of(2_000_000_001_i64..4_000_000_000),
            blank in "[ \t]{1,3}",
        ) {
            let time = |second: i64| jiff::Timestamp::from_second(second).unwrap();
            let written = |name: &str, second: i64| format!("{name}=\"{}\"", time(second).strftime("%Y%m%d%H%M%SZ"));
            let options: Vec<String> = [
                namespaces.as_ref().map(|list| format!("namespaces=\"{list}\"")),
                after.map(|second| written("valid-after", second)),
                before.map(|second| written("valid-before", second)),
            ].into_iter().flatten().collect();
            let fields = [names.join(","), options.join(","), KEY.to_owned()];
            let line = fields.iter().filter(|field| !field.is_empty()).cloned().collect::<Vec<_>>().join(&blank);
            let read = allowed(&line);
            let all: Vec<String> = std::iter::once(read.principal).chain(read.others).collect();
            prop_assert_eq!(all, names);
            prop_assert_eq!(read.options.namespaces.map(|list| list.to_string()), namespaces);
            prop_assert_eq!(read.options.validity.after, after.map(time));
            prop_assert_eq!(read.options.validity.before, before.map(time));
        }
    }
}
