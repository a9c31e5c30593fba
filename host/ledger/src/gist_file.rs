//! The file in which a machine keeps what it knows of a ledger, so that it reads only what is new.
//!
//! It lies beside the memory of the ledger and is as private. It is never a reason to believe anything: what it says goes
//! together with the log's signed head on the branch, or it is thrown away and all entries are read.

use std::io::Write as _;
use std::sync::Arc;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use tollgate_core::digest::Digest;
use tollgate_core::gist::Gist;
use tollgate_core::ports::ReadSigners;

use crate::log::tiles::{Frontier, TilePlace};
use crate::log::{Head, TreeHash};
use crate::log_keys::LogKeys;
use crate::seen::{Known, Seen};
use crate::tree::Tree;
use crate::vouched::{Vouched, VouchedText};

/// What the file begins with. Another form of what is in it gets another number.
const MAGIC: &[u8] = b"tollgate gist 4\n";

/// What tells a file that is damaged. It speaks against accidents, not against people: whoever may write the file could write
/// any digest as well. So it is one that is soon computed (XXH3).
pub(crate) fn checksum(body: &[u8]) -> [u8; 16] {
    xxhash_rust::xxh3::xxh3_128(body).to_be_bytes()
}

/// Everything that reading on needs.
#[derive(Serialize, Deserialize)]
struct Written<G> {
    remote: String,
    branch: String,
    trust: Digest,
    /// The commit up to which it was read.
    tip: String,
    size: u64,
    root: Digest,
    /// The tiles at the tree's right edge, by level.
    edge: Vec<(u8, Vec<u8>)>,
    /// With the entries that brought them.
    log_keys: Vec<(String, u64)>,
    vouched: VouchedText,
    gist: G,
}

/// Where the gist of one ledger lies.
#[derive(Clone, Debug)]
pub(crate) struct GistFile {
    path: Utf8PathBuf,
    remote: String,
    branch: String,
}

impl GistFile {
    pub(crate) fn new(path: Utf8PathBuf, remote: &str, branch: &str) -> Self {
        Self { path, remote: remote.to_owned(), branch: branch.to_owned() }
    }

    /// What was written down of the ledger with this entry 0. What is damaged, of another ledger or of another version is as
    /// good as nothing.
    pub(crate) fn load(&self, trust: Digest, signers: &dyn ReadSigners) -> Option<Seen> {
        let bytes = fs_err::read(&self.path).ok()?;
        let (sum, body) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<16>()?;
        if checksum(body) != *sum {
            return None;
        }
        let written: Written<Gist> = postcard::from_bytes(body).ok()?;
        let is_of_it = written.remote == self.remote && written.branch == self.branch && written.trust == trust;
        if is_of_it { seen(written, signers) } else { None }
    }

    /// Writes down what was seen, at once: a reader sees the old or the new. Only the user may read it. Where that can't be
    /// done, or there is no log to check it with, all entries are read next time.
    pub(crate) fn store(&self, seen: &Seen) -> Option<()> {
        let body = postcard::to_allocvec(&self.written(seen)?).ok()?;
        let mut file = tempfile::NamedTempFile::new_in(self.path.parent()?).ok()?;
        for part in [MAGIC, &checksum(&body), &body] {
            file.write_all(part).ok()?;
        }
        file.persist(&self.path).ok()?;
        Some(())
    }

    fn written<'a>(&self, seen: &'a Seen) -> Option<Written<&'a Gist>> {
        let Head { size, root } = seen.tree.head();
        let edge = seen.tree.edge()?.edge();
        Some(Written {
            remote: self.remote.clone(),
            branch: self.branch.clone(),
            trust: seen.trust?,
            tip: seen.tip.clone()?,
            size,
            root: Digest::from_bytes(*root.as_bytes()),
            edge: edge.iter().map(|tile| (tile.place.level, tile.bytes())).collect(),
            log_keys: seen.tree.keys().to_texts(),
            vouched: seen.vouched.to_text(),
            gist: seen.gist(),
        })
    }
}

fn seen(written: Written<Gist>, signers: &dyn ReadSigners) -> Option<Seen> {
    let Written { trust, tip, size, root, edge, log_keys, vouched, gist, .. } = written;
    let head = Head { size, root: TreeHash::from_bytes(*root.as_bytes()) };
    let tile = |place: TilePlace| edge.iter().find(|(level, _)| *level == place.level).map(|(_, bytes)| bytes.clone());
    let frontier = Frontier::read(head, |place| Ok(tile(place))).ok()?;
    if gist.len() != size {
        return None;
    }
    Some(Seen {
        tip: Some(tip),
        trust: Some(trust),
        known: Known::Gist(Arc::new(gist)),
        vouched: Vouched::of_text(&vouched, signers).ok()?,
        tree: Tree::of_edge(frontier, LogKeys::of_texts(&log_keys).ok()?),
    })
}
