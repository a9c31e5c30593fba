//! A git repository in memory: commits as maps of paths, names at a remote.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;

use tollgate_core::digest::Digest;
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{
    CommitRange, ReadRepository, ResolvedReference, SourceError, Stamp, Tag, TreeFile, TreeFileKind, VerifyGitObject,
};
use tollgate_core::signature::BadSignature;

use super::at;

pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

#[derive(Clone, Debug)]
struct Commit {
    tree: Tree,
    links: BTreeMap<String, TreeFileKind>,
    parents: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct MemoryRepository {
    commits: Mutex<BTreeMap<String, Commit>>,
    /// Commits that this clone does not have yet.
    remote_only: Mutex<BTreeSet<String>>,
    /// By full name: `refs/heads/master`.
    references: Mutex<BTreeMap<String, String>>,
}

/// 40 hex digits out of some bytes.
pub(crate) fn sha(bytes: &[u8]) -> String {
    Digest::of(bytes).hex()[..40].to_owned()
}

pub(crate) fn mk_tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

impl MemoryRepository {
    /// Writes a commit. Its id says what is in it and where it stands.
    pub(crate) fn commit_tree(&self, tree: Tree, parents: &[&str]) -> String {
        self.commit_with_links(tree, BTreeMap::new(), parents)
    }

    pub(crate) fn commit_with_links(&self, tree: Tree, links: BTreeMap<String, TreeFileKind>, parents: &[&str]) -> String {
        let mut commits = self.commits.lock().unwrap();
        let id = sha(format!("{tree:?} {links:?} {parents:?} {}", commits.len()).as_bytes());
        let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
        commits.insert(id.clone(), Commit { tree, links, parents });
        id
    }

    pub(crate) fn set_branch(&self, name: &str, commit: &str) {
        self.references.lock().unwrap().insert(format!("refs/heads/{name}"), commit.to_owned());
    }

    pub(crate) fn remove_branch(&self, name: &str) {
        self.references.lock().unwrap().remove(&format!("refs/heads/{name}"));
    }

    /// Makes the clone forget a commit that the remote still has.
    pub(crate) fn forget(&self, commit: &str) {
        self.remote_only.lock().unwrap().insert(commit.to_owned());
    }

    /// Somebody rewrites what a commit holds: it is not there any more, for anybody.
    pub(crate) fn lose(&self, commit: &str) {
        self.commits.lock().unwrap().remove(commit);
    }

    /// A commit by nobody in particular.
    fn unsigned(&self, id: String) -> Result<tollgate_core::ports::Commit, SourceError> {
        let by = Stamp { mail: "Somebody@example.com".to_owned(), at: at(0) };
        Ok(tollgate_core::ports::Commit {
            parents: self.get(&id)?.parents,
            tree: self.tree_hash(&id, "")?.unwrap_or_default(),
            id,
            author: by.clone(),
            committer: by,
            message: "a commit\n".to_owned(),
            trailers: Vec::new(),
            signature: None,
        })
    }

    fn get(&self, commit: &str) -> Result<Commit, SourceError> {
        let unknown = || SourceError::UnknownRevision { revision: commit.to_owned() };
        if self.remote_only.lock().unwrap().contains(commit) {
            return Err(unknown());
        }
        self.commits.lock().unwrap().get(commit).cloned().ok_or_else(unknown)
    }

    fn ancestors(&self, commit: &str) -> Result<Vec<String>, SourceError> {
        let mut found = Vec::new();
        let mut waiting = VecDeque::from([commit.to_owned()]);
        while let Some(id) = waiting.pop_front() {
            if !found.contains(&id) {
                waiting.extend(self.get(&id)?.parents);
                found.push(id);
            }
        }
        Ok(found)
    }
}

fn reference_of(full: &str) -> GitReference {
    match full.strip_prefix("refs/tags/") {
        Some(tag) => GitReference::Tag(tag.to_owned()),
        None => GitReference::Branch(full.trim_start_matches("refs/heads/").to_owned()),
    }
}

fn below<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    if directory.is_empty() { Some(path) } else { path.strip_prefix(directory)?.strip_prefix('/') }
}

impl ReadRepository for MemoryRepository {
    fn commit(&self, revision: &str) -> Result<String, SourceError> {
        self.get(revision).map(|_| revision.to_owned())
    }

    fn resolve_at_remote(&self, name: &str) -> Result<ResolvedReference, SourceError> {
        let unknown = || SourceError::UnknownReference { name: name.to_owned(), remote: "origin".to_owned() };
        let references = self.references.lock().unwrap();
        let full = [name.to_owned(), format!("refs/heads/{name}"), format!("refs/tags/{name}")];
        let found = full.iter().find_map(|full| Some((reference_of(full), references.get(full)?.clone())));
        let is_commit = self.commits.lock().unwrap().contains_key(name);
        let own = is_commit.then(|| (GitReference::Commit(name.to_owned()), name.to_owned()));
        let (reference, commit) = found.or(own).ok_or_else(unknown)?;
        self.remote_only.lock().unwrap().remove(&commit);
        Ok(ResolvedReference { reference, commit })
    }

    fn head_at_remote(&self, name: &str) -> Result<String, SourceError> {
        self.resolve_at_remote(name).map(|resolved| resolved.commit)
    }

    fn is_on_branch(&self, commit: &str, branch: &str) -> Result<bool, SourceError> {
        let tip = self.resolve_at_remote(&format!("refs/heads/{branch}"))?.commit;
        Ok(self.ancestors(&tip)?.iter().any(|ancestor| ancestor == commit))
    }

    fn files(&self, commit: &str, directory: &str) -> Result<Vec<TreeFile>, SourceError> {
        let Commit { tree, links, .. } = self.get(commit)?;
        let plain = tree.into_keys().map(|path| (path, TreeFileKind::File));
        let all: BTreeMap<String, TreeFileKind> = plain.chain(links).collect();
        let inside = all.into_iter().filter(|(path, _)| below(path, directory).is_some());
        let files: Vec<TreeFile> = inside.map(|(path, kind)| TreeFile { path, kind }).collect();
        if files.is_empty() && !directory.is_empty() {
            return Err(SourceError::UnknownPath { revision: commit.to_owned(), path: directory.to_owned() });
        }
        Ok(files)
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.get(commit)?.tree.get(path).cloned())
    }

    fn tree_hash(&self, commit: &str, directory: &str) -> Result<Option<String>, SourceError> {
        let tree = self.get(commit)?.tree;
        let inside: Vec<_> = tree.iter().filter_map(|(path, bytes)| Some((below(path, directory)?, bytes))).collect();
        Ok((!inside.is_empty()).then(|| sha(format!("{inside:?}").as_bytes())))
    }

    fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, SourceError> {
        let of_other = self.ancestors(other)?;
        Ok(self.ancestors(one)?.into_iter().find(|ancestor| of_other.contains(ancestor)))
    }

    fn commits_since(&self, tip: &str, base: Option<&str>, limit: usize) -> Result<CommitRange, SourceError> {
        let before = base.map(|base| self.ancestors(base)).transpose()?.unwrap_or_default();
        let ids: Vec<String> = self.ancestors(tip)?.into_iter().filter(|id| !before.contains(id)).collect();
        let is_complete = ids.len() <= limit;
        let commits = ids.into_iter().take(limit).map(|id| self.unsigned(id)).collect::<Result<_, _>>()?;
        Ok(CommitRange { commits, is_complete })
    }

    fn tag_at_remote(&self, _: &str) -> Result<Option<Tag>, SourceError> {
        Ok(None)
    }

    fn tags_on(&self, _: &[&str], _: &str) -> Result<Vec<Tag>, SourceError> {
        Ok(Vec::new())
    }

    fn merged_tree(&self, one: &str, other: &str) -> Result<String, SourceError> {
        Err(SourceError::Unrelated { base: one.to_owned(), head: other.to_owned() })
    }

    fn ring_of_keys(&self, _: &str) -> Result<Box<dyn VerifyGitObject + '_>, BadSignature> {
        Err(BadSignature::Unchecked { reason: "nothing is signed in memory".to_owned() })
    }

    fn remote_url(&self) -> Result<String, SourceError> {
        Ok(super::REPO.to_owned())
    }
}
