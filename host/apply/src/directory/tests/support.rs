//! What the tests of the target share: a place on disk.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize as _;
use serde_json::Value;
use tollgate_core::pipeline;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_core::render::Rendered;

use crate::directory::Directory;
use crate::directory::disk::{BeforeWrite, Disk};
pub(super) use crate::testing::{KEY, MemoryLedger, TARGET, config, files, mk_document, mk_rendered, noon, recipe};

/// A directory for a target, gone at the end of the test.
pub(super) struct Place {
    _directory: tempfile::TempDir,
    base: Utf8PathBuf,
    pub(super) ledger: MemoryLedger,
}

pub(super) fn mk_place() -> Place {
    // Every write is brought to the disk itself, which takes long where the disk is not memory.
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let base = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    fs::write(base.join("key"), KEY).unwrap();
    Place { _directory: directory, base, ledger: MemoryLedger::new() }
}

/// The target in a directory, whose writes are watched.
pub(super) fn watched(root: &Utf8Path, before_write: BeforeWrite) -> Directory {
    Directory { disk: Disk::new(TARGET, root.to_owned(), before_write), key: None, base: Utf8PathBuf::new() }
}

impl Place {
    pub(super) fn base(&self) -> &Utf8Path {
        &self.base
    }

    /// A path below the target's directory.
    pub(super) fn path(&self, relative: &str) -> Utf8PathBuf {
        self.base.join("target").join(relative)
    }

    pub(super) fn target(&self) -> Directory {
        self.named(TARGET, None)
    }

    pub(super) fn target_with_key(&self) -> Directory {
        self.named(TARGET, Some(pipeline::PlanKey::File("key".to_owned())))
    }

    pub(super) fn named(&self, name: &str, plan_key: Option<pipeline::PlanKey>) -> Directory {
        Directory::new(name, &pipeline::DirectoryTarget { path: "target".to_owned(), plan_key }, &self.base)
    }

    /// The target, whose work stops at the given write.
    pub(super) fn crashing(&self, at: usize) -> Directory {
        let left = std::sync::atomic::AtomicUsize::new(at);
        let count = move |_: &Utf8Path| {
            let next = left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
            next.map(|_| ()).map_err(|_| std::io::Error::other("crash"))
        };
        watched(&self.base.join("target"), Arc::new(count))
    }

    /// Plans, approves and applies.
    pub(super) fn promote(&self, rendered: &Rendered) -> Result<Applied, ApplyError> {
        self.promote_to(&self.target(), rendered)
    }

    pub(super) fn promote_to(&self, target: &Directory, rendered: &Rendered) -> Result<Applied, ApplyError> {
        let plan = target.plan(recipe(rendered), rendered)?;
        assert_eq!(plan.conflicts, []);
        target.apply(self.ledger.approved(plan.recipe, plan.digest()?), rendered, &noon)
    }

    /// Plans, approves and applies, and is surprised by everything but success.
    pub(super) fn deliver(&self, rendered: &Rendered) {
        let applied = self.promote(rendered);
        assert!(matches!(applied, Ok(Applied::Done { .. })), "{applied:?}");
        assert_eq!(self.current(), Some(files(rendered)));
    }

    /// What a reader of `current` sees, read without the code that is tested; nothing when there is no link.
    pub(super) fn current(&self) -> Option<BTreeMap<String, Vec<Value>>> {
        read_current(&self.path(""))
    }
}

pub(super) fn read_current(root: &Utf8Path) -> Option<BTreeMap<String, Vec<Value>>> {
    let current = root.join(fs::read_link(root.join("current")).ok()?.to_str().unwrap());
    let mut files = BTreeMap::new();
    read_below(&current, &current, &mut files);
    assert!(files.remove(".tollgate-release").is_some(), "`current` leads to half a release");
    Some(files)
}

fn read_below(root: &Utf8Path, directory: &Utf8Path, files: &mut BTreeMap<String, Vec<Value>>) {
    for entry in directory.read_dir_utf8().unwrap() {
        let path = entry.unwrap().path().to_owned();
        if path.is_dir() {
            read_below(root, &path, files);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let documents = serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
        files.insert(path.strip_prefix(root).unwrap().to_string(), documents.collect());
    }
}
