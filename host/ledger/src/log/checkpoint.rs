//! The signed head of a log (C2SP tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use super::merkle::MAX_SIZE;
use super::note::{Note, NoteError, Signature, SignerKey, VerifierKey};
use super::{Head, InvalidTreeHash};

/// Where the newest checkpoint is, on a ledger's branch and in an export.
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// What a checkpoint says. Written as three lines or more: origin, size, root, extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: Head,
    extensions: Vec<String>,
}

/// A checkpoint with the note that it came in or goes out in. At least one known key has signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    signatures: Vec<Signature>,
    note: String,
}

/// Why a checkpoint can't be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error("a checkpoint can't be trusted")]
    Note(#[from] NoteError),
    #[error(transparent)]
    Invalid(#[from] InvalidCheckpoint),
    #[error("the checkpoint is one of the log `{found}`, not of `{expected}`")]
    OtherLog { expected: String, found: String },
}

/// A signed text that is no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCheckpoint {
    #[error("line {line} of the checkpoint is empty or missing")]
    Empty {
        /// 1-based.
        line: usize,
    },
    #[error("the checkpoint has a control character")]
    Control,
    #[error("`{0}` is no size of a tree: it must be decimal, without leading zeros, and below 2^63")]
    Size(String),
    #[error(transparent)]
    Root(#[from] InvalidTreeHash),
    #[error("the checkpoint does not end in a newline")]
    NoNewline,
}

impl Checkpoint {
    /// The checkpoint of the log with this origin: a URL without its scheme, that nobody else uses (`example.com/shop/ledger`).
    ///
    /// # Errors
    /// When the origin is empty or holds control characters, or no tree has this size.
    pub fn new(origin: &str, head: Head) -> Result<Self, InvalidCheckpoint> {
        if head.size > MAX_SIZE {
            return Err(InvalidCheckpoint::Size(head.size.to_string()));
        }
        check_line(origin, 1)?;
        Ok(Self { origin: origin.to_owned(), head, extensions: Vec::new() })
    }

    /// Which log it is about.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root of the tree.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Lines after the root, which tollgate writes none of and gives no meaning to.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs it. Whoever signs must know that this tree begins with every tree that the log's keys have signed before.
    ///
    /// # Errors
    /// When the origin or the extensions are too long for a note.
    pub fn sign(self, key: &SignerKey) -> Result<SignedCheckpoint, NoteError> {
        let note = Note::sign(&self.to_string(), key)?;
        Ok(SignedCheckpoint { checkpoint: self, signatures: note.verified().to_vec(), note: note.to_string() })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.head.size, self.head.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = InvalidCheckpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lines = text.strip_suffix('\n').ok_or(InvalidCheckpoint::NoNewline)?.split('\n').zip(1..);
        let mut next = |line| match lines.next() {
            Some((text, _)) => check_line(text, line),
            None => Err(InvalidCheckpoint::Empty { line }),
        };
        let (origin, size, root) = (next(1)?, next(2)?, next(3)?);
        let head = Head { size: parse_size(size)?, root: root.parse()? };
        let extensions: Result<Vec<_>, _> = lines.map(|(text, line)| check_line(text, line).map(ToOwned::to_owned)).collect();
        Ok(Self { origin: origin.to_owned(), head, extensions: extensions? })
    }
}

impl SignedCheckpoint {
    /// Reads the checkpoint of a log and checks who signed it.
    ///
    /// # Errors
    /// When it is no checkpoint of this log that one of the keys signed.
    pub fn open(bytes: &[u8], origin: &str, keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let note = Note::open(bytes, keys)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::OtherLog { expected: origin.to_owned(), found: checkpoint.origin });
        }
        let signatures = note.verified().to_vec();
        Ok(Self { checkpoint, signatures, note: String::from_utf8_lossy(bytes).into_owned() })
    }

    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who signed it: signatures by known keys.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The signed note as it was read or made, with all its signatures.
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// A size or an index, as the standards write it.
pub(super) fn parse_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= MAX_SIZE && number.to_string() == text).then_some(number)
}

fn parse_size(text: &str) -> Result<u64, InvalidCheckpoint> {
    parse_number(text).ok_or_else(|| InvalidCheckpoint::Size(text.to_owned()))
}

fn check_line(text: &str, line: usize) -> Result<&str, InvalidCheckpoint> {
    match text {
        "" => Err(InvalidCheckpoint::Empty { line }),
        _ if text.bytes().any(|byte| byte < b' ') => Err(InvalidCheckpoint::Control),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::TreeHash;
    use crate::log::merkle::testing::{mk_leaves, root_of};

    const ORIGIN: &str = "example.com/shop/ledger";
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn mk_key(seed: u8) -> SignerKey {
        SignerKey::from_seed(ORIGIN.parse().unwrap(), [seed; 32])
    }

    fn mk_checkpoint(size: u64) -> Checkpoint {
        Checkpoint::new(ORIGIN, Head { size, root: root_of(&mk_leaves(size)) }).unwrap()
    }

    #[test]
    fn the_text_is_that_of_the_standard() {
        let checkpoint: Checkpoint = EXAMPLE.parse().unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.head().size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.to_string(), EXAMPLE);
        let empty = mk_checkpoint(0).to_string();
        assert_eq!(empty, "example.com/shop/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    }

    #[test]
    fn extensions_are_kept() {
        let text = format!("{EXAMPLE}one\n two \n");
        let checkpoint: Checkpoint = text.parse().unwrap();
        assert_eq!(checkpoint.extensions(), ["one", " two "]);
        assert_eq!(checkpoint.to_string(), text);
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let refusal = |text: &str| text.parse::<Checkpoint>().unwrap_err();
        assert_eq!(refusal(EXAMPLE.trim_end()), InvalidCheckpoint::NoNewline);
        for (text, line) in [("\n", 1), ("\n1\nx\n", 1), ("a\n", 2), ("a\n\nx\n", 2), ("a\n1\n", 3), ("a\n1\n\n", 3)] {
            assert_eq!(refusal(text), InvalidCheckpoint::Empty { line }, "{text:?}");
        }
        assert_eq!(refusal(&format!("{EXAMPLE}\n")), InvalidCheckpoint::Empty { line: 4 });
        assert_eq!(refusal(&format!("{EXAMPLE}a\n\nb\n")), InvalidCheckpoint::Empty { line: 5 });
        for size in ["020852163", "+1", "-1", "1 ", "0x1", "1e3", "9223372036854775808", "18446744073709551616", "\u{661}"] {
            assert_eq!(refusal(&EXAMPLE.replace("20852163", size)), InvalidCheckpoint::Size(size.to_owned()));
        }
        assert!(EXAMPLE.replace("20852163", "9223372036854775807").parse::<Checkpoint>().is_ok());
        assert!(matches!(refusal(&EXAMPLE.replace("q2I=", "q2J=")), InvalidCheckpoint::Root(_)));
        assert_eq!(refusal(&EXAMPLE.replace("sofa", "sofa\r")), InvalidCheckpoint::Control);
    }

    #[test]
    fn checkpoints_that_can_not_be_written_are_not_made() {
        let head = mk_checkpoint(1).head();
        assert_eq!(Checkpoint::new("", head), Err(InvalidCheckpoint::Empty { line: 1 }));
        assert_eq!(Checkpoint::new("a\nb", head), Err(InvalidCheckpoint::Control));
        let large = Head { size: MAX_SIZE + 1, ..head };
        assert_eq!(Checkpoint::new(ORIGIN, large), Err(InvalidCheckpoint::Size("9223372036854775808".to_owned())));
        let long = Checkpoint::new(&"x".repeat(1 << 20), head).unwrap();
        assert!(matches!(long.sign(&mk_key(1)), Err(NoteError::TooLong { .. })));
    }

    #[test]
    fn a_signed_checkpoint_is_opened_by_whoever_knows_its_log() {
        let signed = mk_checkpoint(5).sign(&mk_key(1)).unwrap();
        let keys = [2, 1].map(|seed| mk_key(seed).verifier().clone());
        let bytes = signed.note().as_bytes();
        assert_eq!(SignedCheckpoint::open(bytes, ORIGIN, &keys), Ok(signed.clone()));
        let other = SignedCheckpoint::open(bytes, "example.com/other", &keys).unwrap_err();
        assert_eq!(other.to_string(), "the checkpoint is one of the log `example.com/shop/ledger`, not of `example.com/other`");
        assert_eq!(SignedCheckpoint::open(bytes, ORIGIN, &keys[..1]), Err(NoteError::Unverified.into()));
    }

    #[test]
    fn a_signed_text_that_is_no_checkpoint_is_refused() {
        let note = Note::sign("just a text\n", &mk_key(1)).unwrap().to_string();
        let refused = SignedCheckpoint::open(note.as_bytes(), ORIGIN, &[mk_key(1).verifier().clone()]);
        assert_eq!(refused, Err(InvalidCheckpoint::Empty { line: 2 }.into()));
    }

    proptest! {
        #[test]
        fn one_bit_of_a_signed_checkpoint_refuses_it(size in 0u64..300, bit: prop::sample::Index) {
            let mut bytes = mk_checkpoint(size).sign(&mk_key(1)).unwrap().note().as_bytes().to_vec();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(SignedCheckpoint::open(&bytes, ORIGIN, &[mk_key(1).verifier().clone()]).is_err());
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_written_back(
            text: String,
            origin in "[a-z\r\n]{0,3}",
            size in "[0-9]{0,20}|[+-]?[0-9]",
            rest in "[a-z\n]{0,4}",
        ) {
            let near = format!("{origin}\n{size}\n{}\n{rest}", TreeHash::empty());
            for text in [text, near] {
                if let Ok(checkpoint) = text.parse::<Checkpoint>() {
                    prop_assert_eq!(checkpoint.to_string(), text);
                }
            }
        }
    }
}
