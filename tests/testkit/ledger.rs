//! The ledger as its remote has it, read with git alone.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::world::World;

/// The branch of ledgers.
const BRANCH: &str = "tollgate/ledger";

/// The ledger branch of a remote.
#[derive(Clone, Debug)]
pub struct LedgerView {
    world: World,
    remote: String,
}

impl LedgerView {
    pub(crate) fn new(world: &World, repository: &str) -> Self {
        Self { world: world.clone(), remote: format!("remotes/{repository}.git") }
    }

    /// All entries, in order.
    pub fn entries(&self) -> Vec<Value> {
        let listed = self.world.git(&self.remote, &["ls-tree", "-r", "--name-only", BRANCH, "entries/"]);
        listed.lines().map(|path| self.entry(path)).collect()
    }

    fn entry(&self, path: &str) -> Value {
        let envelope = self.world.git(&self.remote, &["show", &format!("{BRANCH}:{path}")]);
        let envelope: Value = serde_json::from_str(&envelope).unwrap();
        let payload = BASE64_STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
        serde_json::from_slice(&payload).unwrap()
    }

    /// The types of all entries, in order.
    pub fn types(&self) -> Vec<String> {
        self.entries().iter().map(|entry| entry["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The commit at the tip.
    pub fn tip(&self) -> String {
        self.world.git(&self.remote, &["rev-parse", BRANCH])
    }

    /// A blob, by its digest `sha256:…`.
    pub fn blob(&self, digest: &str) -> Vec<u8> {
        let hex = digest.trim_start_matches("sha256:");
        let listed = self.world.git(&self.remote, &["ls-tree", "-r", "--name-only", BRANCH, "blobs/"]);
        let path = listed.lines().find(|path| path.replace('/', "").ends_with(hex)).unwrap();
        self.world.git_bytes(&self.remote, &["show", &format!("{BRANCH}:{path}")])
    }

    /// The contents of every object that the ledger branch reaches, entries decoded: to look for what must not be there.
    pub fn everything(&self) -> Vec<u8> {
        let listed = self.world.git(&self.remote, &["ls-tree", "-r", "--name-only", BRANCH]);
        let mut bytes = listed.clone().into_bytes();
        for path in listed.lines() {
            bytes.extend(self.world.git_bytes(&self.remote, &["show", &format!("{BRANCH}:{path}")]));
        }
        bytes.extend(self.entries().iter().flat_map(|entry| entry.to_string().into_bytes()));
        bytes
    }
}
