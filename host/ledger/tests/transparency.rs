//! The log against the transparency log of Go's checksum database, which C2SP's formats come from, and against torchwood, which
//! writes and checks proof files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use support::oracle::{Answer, Oracle};
use support::{Log, mk_entry};
use tollgate_ledger::log::checkpoint::{Checkpoint, SignedCheckpoint};
use tollgate_ledger::log::merkle::{Consistency, Inclusion};
use tollgate_ledger::log::note::{Note, SignerKey, VerifierKey};
use tollgate_ledger::log::proof::LogProof;
use tollgate_ledger::log::tiles::export;
use tollgate_ledger::log::{Head, TreeHash};

const ORIGIN: &str = "example.com/shop/ledger";

/// Around tiles that are full, and 20 at random.
fn sizes(random: &mut fastrand::Rng) -> Vec<u64> {
    let around = [0, 1, 2, 3, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537];
    let mut sizes: Vec<u64> = around.into_iter().chain((0..20).map(|_| random.u64(0..=1_000))).collect();
    sizes.sort_unstable();
    sizes
}

fn hashes(texts: &[String]) -> Vec<TreeHash> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn texts(hashes: &[TreeHash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

fn flip(hash: TreeHash, bit: usize) -> TreeHash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    TreeHash::from_bytes(bytes)
}

/// A claim that a leaf is in a tree.
#[derive(Clone, Debug)]
struct Included {
    index: u64,
    leaf: TreeHash,
    head: Head,
    proof: Vec<TreeHash>,
}

impl Included {
    fn ours(&self) -> bool {
        Inclusion::new(self.index, self.head.size).is_ok_and(|place| place.verify(self.leaf, self.head.root, &self.proof).is_ok())
    }

    fn theirs(&self, oracle: &mut Oracle) -> bool {
        let asked = json!({
            "operation": "check-inclusion", "size": self.head.size, "root": self.head.root.to_string(),
            "index": self.index, "leaf": self.leaf.to_string(), "proof": texts(&self.proof),
        });
        oracle.ask(&asked).is_ok()
    }

    /// All claims that differ in one bit of a hash.
    fn with_other_hashes(&self) -> Vec<Self> {
        let mut claims = Vec::new();
        for bit in 0..256 {
            claims.push(Self { leaf: flip(self.leaf, bit), ..self.clone() });
            claims.push(Self { head: Head { root: flip(self.head.root, bit), ..self.head }, ..self.clone() });
            for at in 0..self.proof.len() {
                let mut claim = self.clone();
                claim.proof[at] = flip(claim.proof[at], bit);
                claims.push(claim);
            }
        }
        claims
    }
}

/// A claim that a tree begins with another one.
#[derive(Clone, Debug)]
struct Consistent {
    old: Head,
    new: Head,
    proof: Vec<TreeHash>,
}

impl Consistent {
    fn ours(&self) -> bool {
        Consistency::verify(self.old, self.new, &self.proof).is_ok()
    }

    fn theirs(&self, oracle: &mut Oracle) -> bool {
        let asked = json!({
            "operation": "check-consistency", "size": self.new.size, "root": self.new.root.to_string(),
            "old": self.old.size, "oldRoot": self.old.root.to_string(), "proof": texts(&self.proof),
        });
        oracle.ask(&asked).is_ok()
    }

    fn with_other_hashes(&self) -> Vec<Self> {
        let mut claims = Vec::new();
        for bit in 0..256 {
            claims.push(Self { old: Head { root: flip(self.old.root, bit), ..self.old }, ..self.clone() });
            claims.push(Self { new: Head { root: flip(self.new.root, bit), ..self.new }, ..self.clone() });
            for at in 0..self.proof.len() {
                let mut claim = self.clone();
                claim.proof[at] = flip(claim.proof[at], bit);
                claims.push(claim);
            }
        }
        claims
    }
}

fn prove(oracle: &mut Oracle, size: u64, old: u64, index: u64) -> Answer {
    oracle.ask(&json!({"operation": "prove", "size": size, "old": old, "index": index})).unwrap()
}

fn included(log: &Log, index: u64) -> Included {
    let (head, mut tiles) = (log.head(), log.tiles());
    let proof = Inclusion::new(index, head.size).unwrap().prove(|node| tiles.node(node)).unwrap();
    Included { index, leaf: TreeHash::leaf(&mk_entry(index)), head, proof }
}

fn consistent(log: &Log, old: &Log) -> Consistent {
    let (old, new, mut tiles) = (old.head(), log.head(), log.tiles());
    let proof = Consistency::new(old.size, new.size).unwrap().prove(|node| tiles.node(node)).unwrap();
    Consistent { old, new, proof }
}

#[test]
fn roots_and_proofs_are_the_same_and_each_takes_the_others() {
    let Some(mut oracle) = Oracle::start() else { return };
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut log = Log::default();
    for size in sizes(&mut random) {
        log.grow_to(size);
        let olds: Vec<u64> = (0..4).map(|_| random.u64(0..=size)).chain([0, size]).collect();
        for old in olds {
            let index = random.u64(0..size.max(1));
            let said = prove(&mut oracle, size, old, index);
            let old_log = Log::of_size(old);
            assert_eq!(said.root, Some(log.head().root.to_string()), "{size}, seed {seed}");
            assert_eq!(said.old_root, Some(old_log.head().root.to_string()), "{old}, seed {seed}");
            if size > 0 {
                let claim = included(&log, index);
                assert_eq!(claim.proof, hashes(&said.inclusion), "{index} of {size}, seed {seed}");
                assert!(claim.ours() && claim.theirs(&mut oracle), "{claim:?}, seed {seed}");
            }
            let claim = consistent(&log, &old_log);
            assert_eq!(claim.proof, hashes(&said.consistency), "{old}, {size}, seed {seed}");
            // The other library has no proof for the empty tree, with which every tree begins.
            assert!(claim.ours() && (old == 0 || claim.theirs(&mut oracle)), "{claim:?}, seed {seed}");
        }
    }
}

#[test]
fn one_bit_of_a_proof_leaf_or_root_is_refused_by_both() {
    let Some(mut oracle) = Oracle::start() else { return };
    for (size, old, index) in [(1, 1, 0), (2, 1, 1), (7, 3, 6), (8, 4, 3), (300, 257, 255)] {
        let log = Log::of_size(size);
        let claim = included(&log, index);
        for changed in claim.with_other_hashes() {
            assert!(!changed.ours() && !changed.theirs(&mut oracle), "{changed:?}");
        }
        let claim = consistent(&log, &Log::of_size(old));
        for changed in claim.with_other_hashes() {
            assert!(!changed.ours() && !changed.theirs(&mut oracle), "{changed:?}");
        }
    }
}

#[test]
fn one_bit_of_an_index_is_refused_by_both_and_one_of_a_size_is_judged_alike() {
    let Some(mut oracle) = Oracle::start() else { return };
    for (size, old, index) in [(1, 1, 0), (2, 1, 1), (5, 1, 0), (7, 3, 6), (8, 4, 3), (100, 64, 99), (1_000, 999, 512)] {
        let (log, before) = (Log::of_size(size), Log::of_size(old));
        let (inclusion, consistency) = (included(&log, index), consistent(&log, &before));
        // The other library never ends on sizes beyond 2^62.
        for bit in 0..62 {
            let changed = Included { index: index ^ (1 << bit), ..inclusion.clone() };
            assert!(!changed.ours() && !changed.theirs(&mut oracle), "{changed:?}");
            // A root does not say how many leaves it has; what does is the signature over both, in the checkpoint.
            let head = Head { size: size ^ (1 << bit), ..log.head() };
            let changed = Included { head, ..inclusion.clone() };
            assert_eq!(changed.ours(), changed.theirs(&mut oracle), "{changed:?}");
            let changed = Consistent { new: head, ..consistency.clone() };
            assert_eq!(changed.ours(), changed.theirs(&mut oracle), "{changed:?}");
            let changed = Consistent { old: Head { size: old ^ (1 << bit), ..before.head() }, ..consistency.clone() };
            assert_eq!(changed.ours(), changed.theirs(&mut oracle), "{changed:?}");
        }
    }
}

fn generate(oracle: &mut Oracle) -> (SignerKey, VerifierKey, Answer) {
    let made = oracle.ask(&json!({"operation": "generate", "name": ORIGIN})).unwrap();
    (made.private.parse().unwrap(), made.public.parse().unwrap(), made)
}

fn open(oracle: &mut Oracle, note: &[u8], keys: &[&VerifierKey]) -> Result<Answer, String> {
    oracle.ask(&json!({"operation": "open", "note": STANDARD.encode(note), "keys": keys.iter().map(ToString::to_string).collect::<Vec<_>>()}))
}

#[test]
fn keys_of_either_are_keys_of_both() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (private, public, made) = generate(&mut oracle);
    assert_eq!((private.to_secret_text(), public.to_string()), (made.private, made.public));
    assert_eq!(*private.verifier(), public);
    let ours = SignerKey::generate(ORIGIN.parse().unwrap()).unwrap();
    for (secret, public) in [(private.to_secret_text(), &public), (ours.to_secret_text(), ours.verifier())] {
        let signed = oracle.ask(&json!({"operation": "sign", "text": "a\n\nb\n", "keys": [secret]})).unwrap();
        let note = STANDARD.decode(signed.note).unwrap();
        let opened = Note::open(&note, std::slice::from_ref(public)).unwrap();
        assert_eq!(opened.text(), "a\n\nb\n");
        // Ed25519 is deterministic, so the two notes are one.
        let key: SignerKey = secret.parse().unwrap();
        assert_eq!(Note::sign("a\n\nb\n", &key).unwrap().to_string().into_bytes(), note);
    }
}

#[test]
fn checkpoints_are_opened_by_both_and_signatures_counted_alike() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (theirs, _, _) = generate(&mut oracle);
    let ours = SignerKey::generate(ORIGIN.parse().unwrap()).unwrap();
    let checkpoint = Checkpoint::new(ORIGIN, Log::of_size(77).head()).unwrap();
    let signed = checkpoint.clone().sign(&ours).unwrap();
    let opened = open(&mut oracle, signed.note().as_bytes(), &[ours.verifier()]).unwrap();
    assert_eq!((opened.text, opened.verified, opened.unverified), (checkpoint.to_string(), 1, 0));

    let keys = [theirs.to_secret_text(), ours.to_secret_text()];
    let signed = oracle.ask(&json!({"operation": "sign", "text": checkpoint.to_string(), "keys": keys})).unwrap();
    let note = STANDARD.decode(signed.note).unwrap();
    for (keys, counts) in [(vec![&ours], (1, 1)), (vec![&theirs], (1, 1)), (vec![&ours, &theirs], (2, 0))] {
        let keys: Vec<_> = keys.into_iter().map(|key| key.verifier().clone()).collect();
        let said = open(&mut oracle, &note, &keys.iter().collect::<Vec<_>>()).unwrap();
        let opened = Note::open(&note, &keys).unwrap();
        assert_eq!((said.verified, said.unverified), counts);
        assert_eq!((opened.verified().len(), opened.unverified().len()), counts);
        assert_eq!(*SignedCheckpoint::open(&note, ORIGIN, &keys).unwrap().checkpoint(), checkpoint);
    }
}

#[test]
fn one_bit_of_a_checkpoint_is_refused_by_both() {
    let Some(mut oracle) = Oracle::start() else { return };
    let key = SignerKey::generate(ORIGIN.parse().unwrap()).unwrap();
    let note = Checkpoint::new(ORIGIN, Log::of_size(77).head()).unwrap().sign(&key).unwrap().note().to_owned();
    let padding = note.rfind('=').unwrap();
    for bit in 0..note.len() * 8 {
        let mut changed = note.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(SignedCheckpoint::open(&changed, ORIGIN, std::slice::from_ref(key.verifier())).is_err(), "{bit}");
        // The other library does not look at bits of base64 that stand for nothing.
        let unused = bit / 8 == padding - 1;
        assert!(unused || open(&mut oracle, &changed, &[key.verifier()]).is_err(), "{bit}");
    }
}

#[test]
fn notes_of_any_form_are_judged_alike() {
    let Some(mut oracle) = Oracle::start() else { return };
    let key = SignerKey::generate("a".parse().unwrap()).unwrap();
    let line = Note::sign("t\n", &key).unwrap().verified()[0].to_string();
    let pieces = [
        &*line,
        "t",
        "\n",
        "\n",
        "\n\n",
        "— ",
        "a",
        " ",
        "AAAAAAA=",
        "— b AAAAAAA=",
        "\r",
        "\u{7f}",
        "— a AAAAAA==",
        "— b+ AAAAAAA=",
    ];
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut taken = 0;
    for _ in 0..4_000 {
        let middle: String = (0..random.usize(0..4)).map(|_| random.choice(pieces).unwrap()).collect();
        let note = random.choice([format!("t\n\n{line}\n{middle}"), format!("t\n\n{middle}{line}\n"), middle]).unwrap();
        let ours = Note::open(note.as_bytes(), std::slice::from_ref(key.verifier())).ok();
        let theirs = open(&mut oracle, note.as_bytes(), &[key.verifier()]).ok();
        let ours = ours.map(|note| (note.text().to_owned(), note.verified().len(), note.unverified().len()));
        taken += u32::from(ours.is_some());
        assert_eq!(ours, theirs.map(|said| (said.text, said.verified, said.unverified)), "{note:?}, seed {seed}");
    }
    assert!(taken > 100, "{taken}");
}

#[test]
fn proof_files_are_the_same_and_one_bit_of_them_is_refused_by_both() {
    let Some(mut oracle) = Oracle::start() else { return };
    let key = SignerKey::generate(ORIGIN.parse().unwrap()).unwrap();
    for (size, index) in [(1, 0), (2, 1), (7, 6), (600, 300)] {
        let log = Log::of_size(size);
        let Included { leaf, head, proof, .. } = included(&log, index);
        let checkpoint = Checkpoint::new(ORIGIN, head).unwrap().sign(&key).unwrap();
        let ours = LogProof { extra: None, index, hashes: proof.clone(), checkpoint: checkpoint.note().to_owned() }.to_string();
        let note = STANDARD.encode(checkpoint.note());
        let asked = json!({"operation": "format-proof", "index": index, "proof": texts(&proof), "note": note});
        assert_eq!(oracle.ask(&asked).unwrap().text, ours);

        let mut theirs = |text: &str| {
            let keys = [key.verifier().to_string()];
            let leaf = leaf.to_string();
            oracle.ask(&json!({"operation": "check-proof", "name": ORIGIN, "keys": keys, "leaf": leaf, "text": text})).is_ok()
        };
        let ours_takes = |text: &str| {
            let read = text.parse::<LogProof>();
            read.is_ok_and(|proof| proof.verify(&mk_entry(index), ORIGIN, std::slice::from_ref(key.verifier())).is_ok())
        };
        assert!(ours_takes(&ours) && theirs(&ours));
        for bit in 0..ours.len() * 8 {
            let mut changed = ours.clone().into_bytes();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(changed) = String::from_utf8(changed) else { continue };
            assert!(!ours_takes(&changed), "{changed:?}");
            // The other library does not look at bits of base64 that stand for nothing.
            let unused = ours.as_bytes()[bit / 8 + 1..].starts_with(b"=");
            assert!(unused || !theirs(&changed), "{changed:?}");
        }
    }
}

/// Writes the export of a log of some size.
fn mk_export(size: u64, key: &SignerKey) -> (tempfile::TempDir, Vec<String>) {
    let log = Log::of_size(size);
    let checkpoint = Checkpoint::new(ORIGIN, log.head()).unwrap().sign(key).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for file in export(log.tiles(), &checkpoint, |index| Ok(mk_entry(index))).unwrap() {
        let file = file.unwrap();
        let path = directory.path().join(&file.path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, file.bytes).unwrap();
        paths.push(file.path);
    }
    (directory, paths)
}

#[test]
fn an_export_is_read_whole_by_the_other_tile_reader() {
    let Some(mut oracle) = Oracle::start() else { return };
    let key = SignerKey::generate(ORIGIN.parse().unwrap()).unwrap();
    for size in [0, 1, 255, 256, 257, 600, 65_535, 65_536, 65_537] {
        let (directory, _) = mk_export(size, &key);
        let asked = json!({"operation": "read-directory", "name": ORIGIN, "keys": [key.verifier().to_string()], "directory": directory.path()});
        let read = oracle.ask(&asked).unwrap();
        assert_eq!(read.root, Some(Log::of_size(size).head().root.to_string()), "{size}");
    }
}

#[test]
fn one_bit_of_any_file_of_an_export_is_found_by_the_other_tile_reader() {
    let Some(mut oracle) = Oracle::start() else { return };
    let key = SignerKey::generate(ORIGIN.parse().unwrap()).unwrap();
    let (directory, paths) = mk_export(600, &key);
    let asked =
        json!({"operation": "read-directory", "name": ORIGIN, "keys": [key.verifier().to_string()], "directory": directory.path()});
    for path in paths.into_iter().map(|path| directory.path().join(path)) {
        let bytes = fs_err::read(&path).unwrap();
        for at in [0, bytes.len() / 2] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs_err::write(&path, changed).unwrap();
            assert!(oracle.ask(&asked).is_err(), "{}", path.display());
        }
        fs_err::write(&path, bytes).unwrap();
    }
    assert!(oracle.ask(&asked).is_ok());
}
