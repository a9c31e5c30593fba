//! The port through which the domain reads a repository.

use std::collections::BTreeSet;

use git2::{ErrorCode, Oid, Repository};
use tollgate_core::ports::{CommitRange, ReadRepository, ResolvedReference, SourceError, Tag, TreeFile};
use tollgate_core::signature::{BadSignature, VerifyGitObject};

use crate::objects::{self, ObjectError};
use crate::openpgp::KeyRing;
use crate::repository::{GitRepository, failed};
use crate::shallow;

impl ReadRepository for GitRepository {
    fn commit(&self, revision: &str) -> Result<String, SourceError> {
        let find = |repository: &Repository| {
            let commit = repository.revparse_single(revision)?.peel_to_commit()?;
            Ok::<_, git2::Error>(commit.id().to_string())
        };
        self.handles.with(find).map_err(|error| match error.code() {
            ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Peel | ErrorCode::Ambiguous | ErrorCode::UnbornBranch => {
                self.cut_off(revision).unwrap_or_else(|| SourceError::UnknownRevision { revision: revision.to_owned() })
            }
            _ => failed(revision, error.into()),
        })
    }

    fn resolve_at_remote(&self, name: &str) -> Result<ResolvedReference, SourceError> {
        self.resolve(name)
    }

    fn head_at_remote(&self, name: &str) -> Result<String, SourceError> {
        self.head(name)
    }

    fn is_on_branch(&self, commit: &str, branch: &str) -> Result<bool, SourceError> {
        let tip = self.bring(&self.branch_at_remote(branch)?)?;
        let Ok(commit) = objects::commit_id(commit) else {
            return Err(SourceError::UnknownRevision { revision: commit.to_owned() });
        };
        self.contains(tip, commit)
    }

    fn branches_at_remote(&self, names: &[&str]) -> Result<BTreeSet<String>, SourceError> {
        self.branches_there(names)
    }

    fn files(&self, commit: &str, directory: &str) -> Result<Vec<TreeFile>, SourceError> {
        self.read_objects(commit, directory, |repository| objects::files(repository, commit, directory))
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        self.read_objects(commit, path, |repository| objects::read(repository, commit, path))
    }

    fn tree_hash(&self, commit: &str, directory: &str) -> Result<Option<String>, SourceError> {
        self.read_objects(commit, directory, |repository| {
            Ok(objects::directory(repository, commit, directory)?.map(|tree| tree.id().to_string()))
        })
    }

    fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, SourceError> {
        let known = |commit: &str| self.commit(commit).and_then(|id| parse(&id));
        let (one_id, other_id) = (known(one)?, known(other)?);
        let find = |repository: &Repository| {
            let base = match repository.merge_base(one_id, other_id) {
                Ok(base) => Some(base),
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => return Err(error),
            };
            // Any common ancestor that is better, or that is missed, would be in what this walks over.
            Ok((base, shallow::cut_between(repository, &[one_id, other_id], base)?))
        };
        match self.handles.with(find).map_err(|error| failed(&format!("{one} and {other}"), error.into()))? {
            (_, Some(depth)) => Err(SourceError::Shallow { depth }),
            (base, None) => Ok(base.map(|base| base.to_string())),
        }
    }

    fn commits_since(&self, tip: &str, base: Option<&str>, limit: usize) -> Result<CommitRange, SourceError> {
        self.walk_since(tip, base, limit)
    }

    fn tag_at_remote(&self, name: &str) -> Result<Option<Tag>, SourceError> {
        self.find_tag(name)
    }

    fn tags_on(&self, commits: &[&str], prefix: &str) -> Result<Vec<Tag>, SourceError> {
        self.find_tags(commits, prefix)
    }

    fn merged_tree(&self, one: &str, other: &str) -> Result<String, SourceError> {
        self.merged_tree_id(one, other)
    }

    fn ring_of_keys(&self, keys: &str) -> Result<Box<dyn VerifyGitObject + '_>, BadSignature> {
        Ok(Box::new(KeyRing::of(&self.program, keys)?))
    }

    fn remote_url(&self) -> Result<String, SourceError> {
        self.place()
    }
}

impl GitRepository {
    /// An older commit that is not here, where history is cut off, is no slip of the pen.
    fn cut_off(&self, revision: &str) -> Option<SourceError> {
        let is_id = revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        let look = |repository: &Repository| {
            let head = repository.head()?.peel_to_commit()?.id();
            shallow::cut_between(repository, &[head], None)
        };
        let is_older = is_id || revision.contains(['~', '^']);
        let depth = is_older.then(|| self.handles.with(look).ok().flatten()).flatten()?;
        Some(SourceError::Shallow { depth })
    }

    /// Whether `commit` is `tip` or one of its ancestors.
    pub(crate) fn contains(&self, tip: Oid, commit: Oid) -> Result<bool, SourceError> {
        let look = |repository: &Repository| {
            if tip == commit {
                return Ok((true, None));
            }
            let found = repository.odb()?.exists(commit) && repository.graph_descendant_of(tip, commit)?;
            let cut = if found { None } else { shallow::cut_between(repository, &[tip], None)? };
            Ok((found, cut))
        };
        match self.handles.with(look).map_err(|error: git2::Error| failed(&commit.to_string(), error.into()))? {
            (_, Some(depth)) => Err(SourceError::Shallow { depth }),
            (found, None) => Ok(found),
        }
    }

    pub(crate) fn read_objects<T>(
        &self,
        commit: &str,
        path: &str,
        work: impl Fn(&Repository) -> Result<T, ObjectError>,
    ) -> Result<T, SourceError> {
        self.with_objects(work).map_err(|error| match error {
            ObjectError::UnknownCommit(revision) => SourceError::UnknownRevision { revision },
            ObjectError::UnknownDirectory(path) => SourceError::UnknownPath { revision: commit.to_owned(), path },
            other => failed(&format!("{commit}:{path}"), other),
        })
    }

    /// In a partial clone git fetches an object when somebody asks it for it. libgit2 does not, so git is asked.
    fn with_objects<T>(&self, work: impl Fn(&Repository) -> Result<T, ObjectError>) -> Result<T, ObjectError> {
        let mut asked = None;
        loop {
            match self.handles.with(&work) {
                Err(ObjectError::Missing(id)) if asked != Some(id) => {
                    asked = Some(id);
                    if self.program.run(&["cat-file", "-e", &id.to_string()]).is_err() {
                        return Err(ObjectError::Missing(id));
                    }
                }
                read => return read,
            }
        }
    }
}

pub(crate) fn parse(commit: &str) -> Result<Oid, SourceError> {
    objects::commit_id(commit).map_err(|error| failed(commit, error))
}
