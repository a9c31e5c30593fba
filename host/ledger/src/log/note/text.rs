//! Notes: reading, checking, signing.

use std::collections::HashSet;
use std::fmt;

use super::{KeyId, KeyName, Signature, SignerKey, VerifierKey};

/// The longest note that is read. A hundred of the largest signatures there are fit in.
pub const MAX_NOTE_BYTES: usize = 1 << 20;

/// The most signatures in a note that is read.
pub const MAX_SIGNATURES: usize = 100;

/// A note whose signatures nobody has checked. Its text can't be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedNote {
    text: String,
    signatures: Vec<Signature>,
}

/// A text that at least one known key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    verified: Vec<Signature>,
    unverified: Vec<Signature>,
}

/// Why a note says nothing, or can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("it has {length} bytes, and a note has at most {MAX_NOTE_BYTES}")]
    TooLong { length: usize },
    #[error("it has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    #[error("it is not UTF-8, or holds a control character")]
    NotText,
    #[error("it is no signed text: text, an empty line, and at least one line of signature are expected, each with its newline")]
    Malformed,
    #[error("line {line} of the signatures is no signature")]
    BadLine {
        /// 1-based.
        line: usize,
    },
    #[error("two of the given keys are `{name}+{id}`")]
    Ambiguous { name: KeyName, id: KeyId },
    #[error("the signature by `{name}+{id}` is not of this text")]
    Invalid { name: KeyName, id: KeyId },
    #[error("none of its signatures is by a known key")]
    Unverified,
}

impl UnverifiedNote {
    /// Reads a note.
    ///
    /// # Errors
    /// When the bytes have not the form of one, or exceed a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong { length: bytes.len() });
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        check_characters(note)?;
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut signatures = Vec::new();
        for (line, number) in lines.split('\n').zip(1..) {
            if number > MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(Signature::parse(line).ok_or(NoteError::BadLine { line: number })?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Checks the signatures by known keys. Those by others are kept unchecked; repeated ones are dropped.
    ///
    /// # Errors
    /// When a known key did not sign this text though the note says so, or no known key signed it.
    pub fn verify(self, keys: &[VerifierKey]) -> Result<Note, NoteError> {
        let mut note = Note { text: self.text, verified: Vec::new(), unverified: Vec::new() };
        let mut seen = HashSet::new();
        for signature in self.signatures {
            match known(keys, &signature)? {
                None if note.unverified.contains(&signature) => {}
                None => note.unverified.push(signature),
                // Only the first signature by a key counts.
                Some(_) if !seen.insert((signature.name.clone(), signature.id)) => {}
                Some(key) if key.accepts(&note.text, &signature.bytes) => note.verified.push(signature),
                Some(_) => return Err(NoteError::Invalid { name: signature.name, id: signature.id }),
            }
        }
        if note.verified.is_empty() { Err(NoteError::Unverified) } else { Ok(note) }
    }
}

impl Note {
    /// Reads a note and checks its signatures.
    ///
    /// # Errors
    /// As [`UnverifiedNote::parse`] and [`UnverifiedNote::verify`].
    pub fn open(bytes: &[u8], keys: &[VerifierKey]) -> Result<Self, NoteError> {
        UnverifiedNote::parse(bytes)?.verify(keys)
    }

    /// Signs a text, which must end in a newline.
    ///
    /// # Errors
    /// When no note can hold the text.
    pub fn sign(text: &str, key: &SignerKey) -> Result<Self, NoteError> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed);
        }
        let note = Self { text: text.to_owned(), verified: vec![Signature::by(key, text)], unverified: Vec::new() };
        match note.to_string().len() {
            length if length > MAX_NOTE_BYTES => Err(NoteError::TooLong { length }),
            _ => Ok(note),
        }
    }

    /// The text, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Signatures that are right, one for each known key that signed.
    pub fn verified(&self) -> &[Signature] {
        &self.verified
    }

    /// Signatures that nobody has checked, because their keys are not known.
    pub fn unverified(&self) -> &[Signature] {
        &self.unverified
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.verified.iter().chain(&self.unverified).try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    let is_control = |byte: u8| byte < b' ' && byte != b'\n';
    if text.bytes().any(is_control) { Err(NoteError::NotText) } else { Ok(()) }
}

/// The key that is said to have made a signature, if it is known.
fn known<'a>(keys: &'a [VerifierKey], signature: &Signature) -> Result<Option<&'a VerifierKey>, NoteError> {
    let mut found = keys.iter().filter(|key| (key.name(), key.id()) == (&signature.name, signature.id));
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(NoteError::Ambiguous { name: signature.name.clone(), id: signature.id }),
        (key, None) => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "one\n\nthree\n";
    const PUBLIC: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const EXAMPLE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn mk_key(seed: u8) -> SignerKey {
        SignerKey::from_seed("example.com/log".parse().unwrap(), [seed; 32])
    }

    /// The text signed by each of these keys.
    fn mk_note(seeds: &[u8]) -> String {
        let lines: String = seeds.iter().map(|seed| format!("{}\n", Signature::by(&mk_key(*seed), TEXT))).collect();
        format!("{TEXT}\n{lines}")
    }

    fn open(note: &str, seeds: &[u8]) -> Result<Note, NoteError> {
        let keys: Vec<_> = seeds.iter().map(|seed| mk_key(*seed).verifier().clone()).collect();
        Note::open(note.as_bytes(), &keys)
    }

    #[test]
    fn the_note_of_the_standards_example_is_opened() {
        let note = Note::open(EXAMPLE.as_bytes(), &[PUBLIC.parse().unwrap()]).unwrap();
        assert_eq!(note.text(), "This is an example message.\n");
        assert_eq!(note.to_string(), EXAMPLE);
    }

    #[test]
    fn unknown_signatures_are_kept_and_checked_by_nobody() {
        let note = open(&mk_note(&[1, 2, 3]), &[2]).unwrap();
        let ids = |signatures: &[Signature]| signatures.iter().map(|signature| signature.id).collect::<Vec<_>>();
        let id = |seed| mk_key(seed).verifier().id();
        assert_eq!((ids(note.verified()), ids(note.unverified())), (vec![id(2)], vec![id(1), id(3)]));
        assert_eq!(note.to_string(), mk_note(&[2, 1, 3]));
        let forged = mk_note(&[1, 2]).replacen(TEXT, "another text\n", 1);
        assert!(matches!(open(&forged, &[2]), Err(NoteError::Invalid { .. })));
    }

    #[test]
    fn a_note_that_no_known_key_signed_says_nothing() {
        assert_eq!(open(&mk_note(&[1]), &[2]), Err(NoteError::Unverified));
        assert_eq!(open(&mk_note(&[1]), &[]), Err(NoteError::Unverified));
    }

    #[test]
    fn one_wrong_signature_by_a_known_key_refuses_the_note() {
        let other = Signature::by(&mk_key(2), "another text\n");
        let note = format!("{}{other}\n", mk_note(&[1]));
        assert!(matches!(open(&note, &[1, 2]), Err(NoteError::Invalid { .. })));
        assert!(open(&note, &[1]).is_ok(), "who does not know the key can't tell");
    }

    #[test]
    fn repeated_signatures_count_once() {
        let note = open(&mk_note(&[1, 1, 2, 2, 1]), &[1]).unwrap();
        assert_eq!((note.verified().len(), note.unverified().len()), (1, 1));
        assert_eq!(note.to_string(), mk_note(&[1, 2]));
    }

    #[test]
    fn two_known_keys_with_one_name_and_id_are_refused() {
        assert!(matches!(open(&mk_note(&[1]), &[1, 1]), Err(NoteError::Ambiguous { .. })));
        assert!(open(&mk_note(&[1]), &[1, 2, 2]).is_ok(), "that only matters where it is asked for");
    }

    #[test]
    fn a_hundred_signatures_are_read_and_no_more() {
        assert!(open(&mk_note(&[1; 100]), &[1]).is_ok());
        assert_eq!(open(&mk_note(&[1; 101]), &[1]), Err(NoteError::TooManySignatures));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let note = mk_note(&[1]);
        let refusal = |bytes: &[u8]| UnverifiedNote::parse(bytes).unwrap_err();
        for malformed in ["", "\n", "\n\n", "text", "text\n", "text\n\n", note.trim_end_matches('\n')] {
            assert_eq!(refusal(malformed.as_bytes()), NoteError::Malformed, "{malformed:?}");
        }
        for (bad, line) in [(format!("{note}x\n"), 2), (note.replace("— ", "- "), 1), (note.replace("example.com", "a b"), 1)] {
            assert_eq!(refusal(bad.as_bytes()), NoteError::BadLine { line }, "{bad:?}");
        }
        for control in ["\r", "\t", "\0", "\u{1f}"] {
            assert_eq!(refusal(note.replace("one", control).as_bytes()), NoteError::NotText);
        }
        assert_eq!(refusal(&[b"\xff".as_slice(), note.as_bytes()].concat()), NoteError::NotText);
        assert!(open(&note.replace("one", "\u{7f}\u{85}é"), &[]) == Err(NoteError::Unverified), "all else is text");
        let long = vec![b'x'; MAX_NOTE_BYTES + 1];
        assert_eq!(refusal(&long), NoteError::TooLong { length: MAX_NOTE_BYTES + 1 });
    }

    #[test]
    fn the_text_ends_at_the_last_empty_line() {
        let key = mk_key(1);
        for text in ["\n", "\n\n", "a\n\n", "\n\na\n\n\nb\n"] {
            let note = Note::sign(text, &key).unwrap();
            assert_eq!(Note::open(note.to_string().as_bytes(), &[key.verifier().clone()]), Ok(note));
        }
    }

    #[test]
    fn texts_that_no_note_can_hold_are_not_signed() {
        let signed = |text: &str| Note::sign(text, &mk_key(1)).unwrap_err();
        assert_eq!(signed(""), NoteError::Malformed);
        assert_eq!(signed("a\nb"), NoteError::Malformed);
        assert_eq!(signed("a\r\n"), NoteError::NotText);
        assert!(matches!(signed(&"a\n".repeat(MAX_NOTE_BYTES / 2)), NoteError::TooLong { .. }));
    }

    proptest! {
        #[test]
        fn every_signed_text_is_opened(text in "[^\\pC]*\n(\n|[^\\pC]*\n)*", seed: [u8; 32], name in "[^\\s+\\pC]{1,20}") {
            let key = SignerKey::from_seed(name.parse().unwrap(), seed);
            let note = Note::sign(&text, &key).unwrap();
            let opened = Note::open(note.to_string().as_bytes(), std::slice::from_ref(key.verifier())).unwrap();
            prop_assert_eq!(opened.text(), text);
        }

        #[test]
        fn one_bit_of_a_note_refuses_it(bit in 0..EXAMPLE.len() * 8) {
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Note::open(&bytes, &[PUBLIC.parse().unwrap()]).is_err());
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, lines in prop::collection::vec("|— |— a AAAAAAA=|[a-z ]{0,5}|\r", 0..8)) {
            let _ = UnverifiedNote::parse(&bytes);
            let _ = UnverifiedNote::parse(lines.join("\n").as_bytes());
            let _ = UnverifiedNote::parse((lines.join("\n") + "\n").as_bytes());
        }
    }
}
