//! The ledger as its remote has it, read with git alone: what is new is read, what was there before must still be.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8PathBuf;
use serde_json::Value;
use tollgate_tests::World;

/// What tollgate pushes: the ledger's branch.
const BRANCH: &str = "refs/heads/tollgate/ledger";

/// An entry, read without tollgate.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Git's hash of its bytes.
    object: String,
    value: Value,
}

impl Entry {
    pub(crate) fn index(&self) -> u64 {
        self.value["index"].as_u64().unwrap()
    }

    pub(crate) fn kind(&self) -> &str {
        self.value["type"].as_str().unwrap()
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind() == kind
    }

    pub(crate) fn body(&self) -> &Value {
        &self.value["body"]
    }

    /// A text of the subject; nothing where it has none.
    fn subject(&self, name: &str) -> Option<&str> {
        self.value["subject"][name].as_str()
    }

    pub(crate) fn target(&self) -> Option<&str> {
        self.subject("target")
    }

    pub(crate) fn recipe(&self) -> Option<&str> {
        self.subject("recipe")
    }

    pub(crate) fn plan(&self) -> Option<&str> {
        self.subject("plan")
    }

    /// Empty where it is about none.
    pub(crate) fn promotion(&self) -> &str {
        self.subject("promotion").unwrap_or_default()
    }

    pub(crate) fn attempt(&self) -> Option<u64> {
        self.value["subject"]["attempt"].as_u64()
    }

    /// The address of who wrote it.
    pub(crate) fn by(&self) -> &str {
        self.value["by"]["principal"].as_str().unwrap()
    }

    /// The digest of a blob.
    pub(crate) fn blob(&self, name: &str) -> Option<&str> {
        self.value["blobs"][name].as_str()
    }

    /// Whether it is an outcome of this state.
    pub(crate) fn ended(&self, state: &str) -> bool {
        self.is("outcome") && self.body()["state"] == state
    }

    /// The entry as text, for failures.
    pub(crate) fn text(&self) -> String {
        format!("{:#}", self.value)
    }
}

/// All entries that were ever seen.
pub(crate) struct Chronicle {
    world: World,
    remote: Utf8PathBuf,
    entries: Vec<Entry>,
    /// Objects of all references of tollgate's that were looked at.
    looked_at: BTreeSet<String>,
}

impl Chronicle {
    pub(crate) fn new(world: &World, remote: Utf8PathBuf) -> Self {
        Self { world: world.clone(), remote, entries: Vec::new(), looked_at: BTreeSet::new() }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Reads what is new, and returns the number of entries that were there before. no-lost-entry: all of them still are, at
    /// their places, byte for byte.
    pub(crate) fn read(&mut self) -> usize {
        let before = self.entries.len();
        let listed = self.world.git(&self.remote, &["ls-tree", "-r", BRANCH, "entries/"]);
        let objects: Vec<&str> = listed.lines().map(|line| line.split_whitespace().nth(2).unwrap()).collect();
        assert!(objects.len() >= before, "no-lost-entry: {} of {before} entries are left", objects.len());
        for (index, (entry, object)) in self.entries.iter().zip(&objects).enumerate() {
            assert_eq!(entry.object, **object, "no-lost-entry: entry {index} is another one now");
        }
        let new = self.contents(&objects[before..]);
        let read = objects[before..].iter().map(|object| Entry { object: (*object).to_owned(), value: payload(&new[*object]) });
        self.entries.extend(read);
        for (index, entry) in self.entries.iter().enumerate().skip(before) {
            assert_eq!(entry.index(), index as u64, "no-lost-entry: {}", entry.text());
        }
        before
    }

    /// The contents of objects of the remote, by hash.
    fn contents(&self, objects: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let mut git = self.world.git_command(&self.remote, &["cat-file", "--batch"]);
        let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let asked: String = objects.iter().flat_map(|object| [*object, "\n"]).collect();
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
        let output = child.wait_with_output().unwrap().stdout;
        writer.join().unwrap().unwrap();
        let mut contents = BTreeMap::new();
        let mut rest = output.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let Some((name, size)) = head.split_once(' ').zip(head.rsplit(' ').next()).map(|((name, _), size)| (name, size)) else {
                break;
            };
            let size: usize = size.parse().unwrap_or_else(|_| panic!("git has no object {head}"));
            contents.insert(name.to_owned(), rest[end + 1..end + 1 + size].to_vec());
            rest = &rest[end + 1 + size + 1..];
        }
        contents
    }

    /// The bytes of all objects that references of tollgate's lead to and that were not returned before, with the payloads of
    /// entries decoded.
    pub(crate) fn new_objects(&mut self) -> Vec<u8> {
        let listed = self.world.git(&self.remote, &["rev-list", "--objects", "--glob=refs/heads/tollgate", "--glob=refs/tollgate"]);
        let mut bytes = Vec::new();
        let mut new = Vec::new();
        for line in listed.lines() {
            let (object, name) = line.split_once(' ').unwrap_or((line, ""));
            if self.looked_at.insert(object.to_owned()) {
                new.push(object);
                bytes.extend(name.bytes());
            }
        }
        for contents in self.contents(&new).into_values() {
            let envelope = serde_json::from_slice::<Value>(&contents).ok().filter(|value| value["payload"].is_string());
            bytes.extend(envelope.map(|_| payload(&contents).to_string()).unwrap_or_default().bytes());
            bytes.extend(contents);
        }
        bytes
    }

    /// A blob as JSON, by its digest `sha256:…`.
    pub(crate) fn blob(&self, digest: &str) -> Value {
        let hex = digest.trim_start_matches("sha256:");
        let path = format!("{BRANCH}:blobs/{}/{}", &hex[..2], &hex[2..]);
        serde_json::from_slice(&self.world.git_bytes(&self.remote, &["show", &path])).unwrap()
    }

    /// The decision of a promotion.
    pub(crate) fn decision(&self, promotion: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is("decided") && entry.promotion() == promotion)
    }

    /// The newest promotion that is approved and has neither begun nor ended.
    pub(crate) fn waiting(&self) -> Option<String> {
        let moved: BTreeSet<&str> = self.of_kinds(&["running", "outcome"]).map(Entry::promotion).collect();
        let waits = |entry: &&Entry| entry.body()["decision"] == "approved" && !moved.contains(entry.promotion());
        self.of_kinds(&["decided"]).filter(waits).last().map(|entry| entry.promotion().to_owned())
    }

    /// Attempts without an outcome, by target.
    pub(crate) fn open_attempts(&self) -> BTreeMap<String, String> {
        let mut open = BTreeMap::new();
        for entry in self.of_kinds(&["running", "outcome"]).filter(|entry| entry.attempt().is_some()) {
            let key = entry.target().unwrap_or_default().to_owned();
            if entry.is("running") {
                open.insert(key, entry.promotion().to_owned());
            } else if open.get(&key).is_some_and(|promotion| promotion == entry.promotion()) {
                open.remove(&key);
            }
        }
        open
    }

    fn of_kinds<'a>(&'a self, kinds: &'a [&str]) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| kinds.contains(&entry.kind()))
    }
}

/// What an envelope holds.
fn payload(envelope: &[u8]) -> Value {
    let envelope: Value = serde_json::from_slice(envelope).unwrap();
    serde_json::from_slice(&BASE64_STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
}
