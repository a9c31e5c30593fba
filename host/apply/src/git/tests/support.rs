//! A branch in memory, and a target on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;
use serde::Deserialize as _;
use serde_json::Value;
use tollgate_core::branch::BranchError;
use tollgate_core::pipeline::PlanKey;
use tollgate_core::ports::{
    Applied, ApplyError, ApplyPlan as _, Publication, PublishTree, Published, PublishedFile, PublishedTree,
};
use tollgate_core::render::Rendered;

use crate::git::Git;
pub(super) use crate::testing::{KEY, MemoryLedger, TARGET, files, mk_document, mk_rendered, noon, recipe};

/// One commit.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) files: BTreeMap<String, PublishedFile>,
    pub(super) message: String,
}

/// What somebody does right before a push.
type Interference = Box<dyn FnOnce(&Remote) + Send>;

/// A remote with one branch, whose commits are kept in their order. Their ids are their places in it, from 1.
#[derive(Default)]
pub(super) struct Remote {
    commits: Mutex<Vec<Commit>>,
    interferences: Mutex<Vec<Interference>>,
    pub(super) is_gone: Mutex<bool>,
}

impl Remote {
    pub(super) fn commits(&self) -> Vec<Commit> {
        self.commits.lock().unwrap().clone()
    }

    fn head(&self) -> Option<String> {
        let count = self.commits.lock().unwrap().len();
        (count > 0).then(|| count.to_string())
    }

    /// Lets this happen right before the next push arrives.
    pub(super) fn before_the_next_push(&self, interference: impl FnOnce(&Self) + Send + 'static) {
        self.interferences.lock().unwrap().push(Box::new(interference));
    }

    /// Somebody else's commit: files to put, or to remove.
    pub(super) fn push(&self, changes: &[(&str, Option<PublishedFile>)]) {
        let mut commits = self.commits.lock().unwrap();
        let mut files = commits.last().map(|commit| commit.files.clone()).unwrap_or_default();
        for (path, file) in changes {
            match file {
                Some(file) => _ = files.insert((*path).to_owned(), file.clone()),
                None => _ = files.remove(*path),
            }
        }
        commits.push(Commit { files, message: "by hand".to_owned() });
    }

    fn reach(&self) -> Result<(), BranchError> {
        let gone = || BranchError::Unreachable { message: "no route to host".to_owned() };
        if *self.is_gone.lock().unwrap() { Err(gone()) } else { Ok(()) }
    }
}

/// The branch of a [`Remote`].
struct Branch(Arc<Remote>);

impl PublishTree for Branch {
    fn place(&self) -> String {
        "branch `deploy` of memory".to_owned()
    }

    fn head(&self) -> Result<Option<PublishedTree>, BranchError> {
        self.0.reach()?;
        let head = self.0.commits().pop();
        Ok(head.map(|commit| PublishedTree { commit: self.0.head().unwrap(), files: commit.files }))
    }

    fn publish(&self, parent: Option<&str>, publication: &Publication) -> Result<Published, BranchError> {
        let interference = self.0.interferences.lock().unwrap().pop();
        if let Some(interfere) = interference {
            interfere(&self.0);
        }
        self.0.reach()?;
        let mut commits = self.0.commits.lock().unwrap();
        let head = (!commits.is_empty()).then(|| commits.len().to_string());
        if head.as_deref() != parent {
            return Ok(Published::Lost);
        }
        let mut files = commits.last().map(|commit| commit.files.clone()).unwrap_or_default();
        for (path, bytes) in &publication.changes {
            match bytes {
                Some(bytes) => _ = files.insert(path.clone(), PublishedFile::Plain(bytes.clone())),
                None => assert!(files.remove(path).is_some(), "`{path}` is removed and was not there"),
            }
        }
        commits.push(Commit { files, message: publication.message.clone() });
        Ok(Published::Won(commits.len().to_string()))
    }
}

/// A target on a branch.
pub(super) struct Place {
    directory: tempfile::TempDir,
    pub(super) remote: Arc<Remote>,
    pub(super) ledger: MemoryLedger,
}

pub(super) fn mk_place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key"), KEY).unwrap();
    Place { directory, remote: Arc::default(), ledger: MemoryLedger::new() }
}

impl Place {
    pub(super) fn target(&self) -> Git {
        self.named(TARGET, None)
    }

    pub(super) fn target_with_key(&self) -> Git {
        self.named(TARGET, Some(PlanKey::File("key".to_owned())))
    }

    pub(super) fn named(&self, name: &str, key: Option<PlanKey>) -> Git {
        let base = Utf8PathBuf::from_path_buf(self.directory.path().to_owned()).unwrap();
        Git::new(name, key, &base, Box::new(Branch(Arc::clone(&self.remote))))
    }

    /// Plans, approves and applies.
    pub(super) fn promote_to(&self, target: &Git, rendered: &Rendered) -> Result<Applied, ApplyError> {
        let plan = target.plan(recipe(rendered), rendered)?;
        assert_eq!(plan.conflicts, []);
        target.apply(self.ledger.approved(plan.recipe, plan.digest()?), rendered, &noon)
    }

    /// Plans, approves and applies, and is surprised by everything but success.
    pub(super) fn deliver(&self, rendered: &Rendered) {
        let applied = self.promote_to(&self.target(), rendered);
        assert!(matches!(applied, Ok(Applied::Done { .. })), "{applied:?}");
        assert_eq!(self.manifests(), files(rendered));
    }

    /// What an agent would deploy: every file that ends like a manifest.
    pub(super) fn manifests(&self) -> BTreeMap<String, Vec<Value>> {
        let head = self.remote.commits().pop().map(|commit| commit.files).unwrap_or_default();
        let mut manifests = BTreeMap::new();
        for (path, file) in head.iter().filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".json")) {
            let PublishedFile::Plain(bytes) = file else { panic!("{path} is no file") };
            let documents = serde_yaml::Deserializer::from_slice(bytes).map(|document| Value::deserialize(document).unwrap());
            manifests.insert(path.clone(), documents.collect());
        }
        manifests
    }
}

pub(super) fn plain(text: &str) -> Option<PublishedFile> {
    Some(PublishedFile::Plain(text.as_bytes().to_vec()))
}
