//! Proofs that can be checked offline: an entry is in the log under a signed checkpoint (C2SP tlog-proof).
//!
//! A proof does not hold the entry. Whoever checks it has the envelope's bytes beside it, the log's origin, and its keys.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{CheckpointError, SignedCheckpoint, parse_number};
use super::merkle::{BadProof, Inclusion, Node, OutsideTree};
use super::note::VerifierKey;
use super::{InvalidTreeHash, TreeHash};

/// The first line of every proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that a proof can have: the tree of 2^63 - 1 leaves is so high.
const MAX_HASHES: usize = 63;

/// A proof as a file holds it, checked by nobody yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// Data for whoever reads the proof. Nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// Place of the entry in the log, counted from 0.
    pub index: u64,
    /// From the leaf's sibling up to the root's child.
    pub hashes: Vec<TreeHash>,
    /// The signed note, with all its signatures.
    pub checkpoint: String,
}

/// A text that is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLogProof {
    #[error("it does not begin with the line `{HEADER}`")]
    Header,
    #[error("the data in its line `extra` is no base64")]
    Extra,
    #[error("it has no line `index`, with a decimal number without leading zeros below 2^63")]
    Index,
    #[error(transparent)]
    Hash(#[from] InvalidTreeHash),
    #[error("it has more than {MAX_HASHES} hashes")]
    TooManyHashes,
    #[error("it ends before the empty line and the checkpoint")]
    NoCheckpoint,
}

/// Why a proof does not show that an entry is in a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Proof(#[from] BadProof),
}

impl LogProof {
    /// Checks that these bytes are an entry of the log, and returns the checkpoint that says so.
    ///
    /// # Errors
    /// When the checkpoint is not one of this log that one of the keys signed, or the entry is not in its tree.
    pub fn verify(&self, entry: &[u8], origin: &str, keys: &[VerifierKey]) -> Result<SignedCheckpoint, LogProofError> {
        let signed = SignedCheckpoint::open(self.checkpoint.as_bytes(), origin, keys)?;
        let head = signed.checkpoint().head();
        let place = Inclusion::new(self.index, head.size).map_err(BadProof::from)?;
        place.verify(TreeHash::leaf(entry), head.root, &self.hashes)?;
        Ok(signed)
    }

    /// Makes the proof for the entry at `index` under a checkpoint. `read` gives the hashes of complete subtrees of its tree.
    ///
    /// # Errors
    /// What `read` returns, or that the tree has no such entry.
    pub fn make<E: From<OutsideTree>>(
        index: u64,
        checkpoint: &SignedCheckpoint,
        read: impl FnMut(Node) -> Result<TreeHash, E>,
    ) -> Result<Self, E> {
        let hashes = Inclusion::new(index, checkpoint.checkpoint().head().size)?.prove(read)?;
        Ok(Self { extra: None, index, hashes, checkpoint: checkpoint.note().to_owned() })
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for LogProof {
    type Err = InvalidLogProof;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(InvalidLogProof::Header)?;
        let (lines, checkpoint) = rest.split_once("\n\n").ok_or(InvalidLogProof::NoCheckpoint)?;
        let mut lines = lines.split('\n').peekable();
        let extra = lines.next_if(|line| line.starts_with("extra ")).map(parse_extra).transpose()?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_number);
        let index = index.ok_or(InvalidLogProof::Index)?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == MAX_HASHES {
                return Err(InvalidLogProof::TooManyHashes);
            }
            hashes.push(line.parse()?);
        }
        if checkpoint.is_empty() {
            return Err(InvalidLogProof::NoCheckpoint);
        }
        Ok(Self { extra, index, hashes, checkpoint: checkpoint.to_owned() })
    }
}

fn parse_extra(line: &str) -> Result<Vec<u8>, InvalidLogProof> {
    STANDARD.decode(line.strip_prefix("extra ").unwrap_or_default()).map_err(|_| InvalidLogProof::Extra)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Head;
    use super::super::checkpoint::Checkpoint;
    use super::super::merkle::testing::StoredTree;
    use super::super::note::{NoteError, SignerKey};
    use super::super::tiles::testing::{from_files, mk_tiles};
    use super::super::tiles::{TileError, Tiles};
    use super::*;

    const ORIGIN: &str = "example.com/shop/ledger";

    fn mk_entry(index: u64) -> Vec<u8> {
        format!("entry {index}").into_bytes()
    }

    fn mk_key() -> SignerKey {
        SignerKey::from_seed(ORIGIN.parse().unwrap(), [9; 32])
    }

    fn keys() -> [VerifierKey; 1] {
        [mk_key().verifier().clone()]
    }

    fn mk_proof(index: u64, size: u64) -> LogProof {
        let tree = StoredTree::new((0..size).map(|index| TreeHash::leaf(&mk_entry(index))).collect());
        let signed = Checkpoint::new(ORIGIN, Head { size, root: tree.root(size) }).unwrap().sign(&mk_key()).unwrap();
        let mut read = tree.read();
        LogProof::make(index, &signed, |node| -> Result<_, OutsideTree> {
            let Ok(hash) = read(node);
            Ok(hash)
        })
        .unwrap()
    }

    #[test]
    fn a_proof_is_written_as_the_standard_says() {
        let proof = mk_proof(2, 3);
        let sibling = TreeHash::node(TreeHash::leaf(b"entry 0"), TreeHash::leaf(b"entry 1"));
        let expected = format!("c2sp.org/tlog-proof@v1\nindex 2\n{sibling}\n\n{ORIGIN}\n3\n");
        assert!(proof.to_string().starts_with(&expected), "{proof}");
        let only = mk_proof(0, 1).to_string();
        assert!(only.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com"), "{only}");
        let with_extra = LogProof { extra: Some(b"extra".to_vec()), ..proof };
        assert!(with_extra.to_string().starts_with("c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 2\n"), "{with_extra}");
    }

    #[test]
    fn a_proof_holds_for_its_entry_log_and_keys_only() {
        let proof = mk_proof(5, 9);
        assert_eq!(proof.verify(&mk_entry(5), ORIGIN, &keys()).unwrap().checkpoint().head().size, 9);
        assert_eq!(proof.verify(&mk_entry(4), ORIGIN, &keys()), Err(BadProof::NotIncluded { index: 5 }.into()));
        let other_log = proof.verify(&mk_entry(5), "example.com/other", &keys());
        assert!(matches!(other_log, Err(LogProofError::Checkpoint(CheckpointError::OtherLog { .. }))));
        let other_key = SignerKey::from_seed(ORIGIN.parse().unwrap(), [8; 32]).verifier().clone();
        let unknown = proof.verify(&mk_entry(5), ORIGIN, &[other_key]);
        assert_eq!(unknown, Err(CheckpointError::Note(NoteError::Unverified).into()));
        let outside = LogProof { index: 9, ..proof };
        assert!(matches!(outside.verify(&mk_entry(5), ORIGIN, &keys()), Err(LogProofError::Proof(BadProof::Outside(_)))));
    }

    #[test]
    fn a_proof_is_made_from_tiles() {
        #[derive(Debug, thiserror::Error)]
        enum ProveError {
            #[error(transparent)]
            Outside(#[from] OutsideTree),
            #[error(transparent)]
            Tile(#[from] TileError),
        }
        let leaves: Vec<_> = (0..600).map(|index| TreeHash::leaf(&mk_entry(index))).collect();
        let (files, head) = mk_tiles([leaves.as_slice()]);
        let signed = Checkpoint::new(ORIGIN, head).unwrap().sign(&mk_key()).unwrap();
        let mut tiles = Tiles::open(head, from_files(&files)).unwrap();
        let mut make = |index| LogProof::make(index, &signed, |node| tiles.node(node).map_err(ProveError::from));
        assert_eq!(make(300).unwrap(), mk_proof(300, 600));
        assert!(matches!(make(600), Err(ProveError::Outside(_))));
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        let text = mk_proof(2, 3).to_string();
        let refusal = |text: &str| text.parse::<LogProof>().unwrap_err();
        assert_eq!(refusal(""), InvalidLogProof::Header);
        assert_eq!(refusal(&text.replace("@v1", "@v2")), InvalidLogProof::Header);
        assert_eq!(refusal(&text.replace("@v1\n", "@v1\r\n")), InvalidLogProof::Header);
        assert_eq!(refusal("c2sp.org/tlog-proof@v1\nindex 2\n"), InvalidLogProof::NoCheckpoint);
        assert_eq!(refusal("c2sp.org/tlog-proof@v1\nindex 2\n\n"), InvalidLogProof::NoCheckpoint);
        for index in ["index 02", "index", "index ", "index +2", "index -1", "index 9223372036854775808", "Index 2", "extra QQ=="] {
            assert_eq!(refusal(&text.replace("index 2", index)), InvalidLogProof::Index, "{index}");
        }
        for extra in ["extra QQ", "extra QQ==\r", "extra extra QQ=="] {
            assert_eq!(refusal(&text.replace("index", &format!("{extra}\nindex"))), InvalidLogProof::Extra, "{extra}");
        }
        assert!(matches!(refusal(&text.replace("index 2\n", "index 2\nindex 2\n")), InvalidLogProof::Hash(_)));
        let many = format!("index 2\n{}", format!("{}\n", TreeHash::empty()).repeat(63));
        assert_eq!(refusal(&text.replace("index 2\n", &many)), InvalidLogProof::TooManyHashes);
    }

    proptest! {
        #[test]
        fn every_proof_is_read_back_and_holds(size in 1u64..400, at: prop::sample::Index, extra: Option<Vec<u8>>) {
            let index = at.index(usize::try_from(size).unwrap()) as u64;
            let proof = LogProof { extra, ..mk_proof(index, size) };
            let read: LogProof = proof.to_string().parse().unwrap();
            prop_assert_eq!(&read, &proof);
            prop_assert!(read.verify(&mk_entry(index), ORIGIN, &keys()).is_ok());
        }

        #[test]
        fn one_bit_of_a_proof_or_its_entry_refuses_it(size in 1u64..400, at: prop::sample::Index, bit: prop::sample::Index) {
            let index = at.index(usize::try_from(size).unwrap()) as u64;
            let (mut entry, text) = (mk_entry(index), mk_proof(index, size).to_string());
            let length = entry.len();
            entry.extend(text.bytes());
            let bit = bit.index(entry.len() * 8);
            entry[bit / 8] ^= 1 << (bit % 8);
            let text = String::from_utf8(entry.split_off(length));
            let read = text.ok().and_then(|text| text.parse::<LogProof>().ok());
            prop_assert!(read.is_none_or(|proof| proof.verify(&entry, ORIGIN, &keys()).is_err()));
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_written_back(
            text: String,
            lines in "(extra [A-Z=]{0,4}\n)?(index [0-9]{0,3}\n)?([A-Z]{0,2}\n){0,2}\n?.{0,3}",
        ) {
            for text in [text, format!("{HEADER}\n{lines}")] {
                if let Ok(proof) = text.parse::<LogProof>() {
                    prop_assert_eq!(proof.to_string(), text);
                    let _ = proof.verify(b"", ORIGIN, &keys());
                }
            }
        }
    }
}
