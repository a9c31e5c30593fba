//! What the remote has: its names, and their objects.

use crate::program::{GitProgram, GitSaid};

/// A branch or tag at the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteReference {
    /// In full: `refs/heads/…`.
    pub(crate) name: String,
    /// What the name itself stands for: the commit, or the annotated tag.
    pub(crate) object: String,
    /// The commit; for an annotated tag what it leads to.
    pub(crate) commit: String,
}

/// One remote of a repository.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    program: GitProgram,
    /// As git takes it: the name of a remote, a URL or a path.
    name: String,
}

impl Remote {
    pub(crate) fn new(program: GitProgram, name: &str) -> Self {
        Self { program, name: name.to_owned() }
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        crate::credentials::without_credentials(&self.name)
    }

    /// The references of these full names that exist.
    pub(crate) fn find(&self, names: &[&str]) -> Result<Vec<RemoteReference>, GitSaid> {
        let peeled: Vec<String> = names.iter().map(|name| format!("{name}^{{}}")).collect();
        let mut arguments = vec!["ls-remote", "--", &self.name];
        arguments.extend(names);
        arguments.extend(peeled.iter().map(String::as_str));
        let mut found = peel(&self.program.run(&arguments)?)?;
        // The program's patterns also match longer names that end in the one asked for.
        found.retain(|reference| names.contains(&reference.name.as_str()));
        Ok(found)
    }

    /// The references whose full names begin with a prefix that has no wildcards.
    pub(crate) fn below(&self, prefix: &str) -> Result<Vec<RemoteReference>, GitSaid> {
        let mut found = peel(&self.program.run(&["ls-remote", "--", &self.name, &format!("{prefix}*")])?)?;
        found.retain(|reference| reference.name.starts_with(prefix));
        Ok(found)
    }

    /// All branches and tags.
    pub(crate) fn all(&self) -> Result<Vec<RemoteReference>, GitSaid> {
        peel(&self.program.run(&["ls-remote", "--heads", "--tags", "--", &self.name])?)
    }

    /// Brings the objects of references into the repository; into a partial clone only those that it wants. Moves no
    /// reference there.
    pub(crate) fn fetch(&self, names: &[&str]) -> Result<(), GitSaid> {
        self.fetch_with(&[], names)
    }

    /// As [`Self::fetch`], with all objects even into a partial clone. For histories that share nothing with others.
    pub(crate) fn fetch_whole(&self, names: &[&str]) -> Result<(), GitSaid> {
        self.fetch_with(&["--no-filter"], names)
    }

    fn fetch_with(&self, options: &[&str], names: &[&str]) -> Result<(), GitSaid> {
        // Flushed to the disk once, not object by object.
        let mut arguments = vec!["-c", "core.fsyncMethod=batch", "fetch", "--quiet", "--no-write-fetch-head", "--no-tags"];
        arguments.extend(["--no-prune", "--no-recurse-submodules", "--refmap="]);
        arguments.extend(options);
        arguments.extend(["--", &self.name]);
        arguments.extend(names);
        self.program.run(&arguments).map(drop)
    }

    /// Moves a branch from `old` to `new` if it is still there; `None` stands for no branch.
    pub(crate) fn push(&self, name: &str, old: Option<&str>, new: &str) -> Result<(), GitSaid> {
        self.swap(name, old, Some(new))
    }

    /// Moves a reference from `old` to `new` if it is still there; `None` stands for no reference. People's hooks, tags and
    /// signing settings are for their own pushes.
    pub(crate) fn swap(&self, name: &str, old: Option<&str>, new: Option<&str>) -> Result<(), GitSaid> {
        let lease = format!("--force-with-lease={name}:{}", old.unwrap_or_default());
        let refspec = format!("{}:{name}", new.unwrap_or_default());
        let mut arguments = vec!["push", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed"];
        arguments.extend(["--recurse-submodules=no", &lease, "--", &self.name, &refspec]);
        self.program.run(&arguments).map(drop)
    }
}

/// Reads the listing of `git ls-remote`: lines of an id, a tab and a name. `NAME^{}` is what the tag `NAME` leads to.
fn peel(listing: &str) -> Result<Vec<RemoteReference>, GitSaid> {
    let mut references: Vec<RemoteReference> = Vec::new();
    for line in listing.lines() {
        let unreadable = || GitSaid(format!("`{line}`, which is no id and name"));
        let (commit, name) = line.split_once('\t').ok_or_else(unreadable)?;
        match (name.strip_suffix("^{}"), references.last_mut()) {
            (Some(tag), Some(last)) if last.name == tag => commit.clone_into(&mut last.commit),
            (Some(_), _) => return Err(unreadable()),
            (None, _) => {
                references.push(RemoteReference { name: name.to_owned(), object: commit.to_owned(), commit: commit.to_owned() });
            }
        }
    }
    Ok(references)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mk_reference(name: &str, object: &str, commit: &str) -> RemoteReference {
        RemoteReference { name: name.to_owned(), object: object.to_owned(), commit: commit.to_owned() }
    }

    #[test]
    fn an_annotated_tag_leads_to_its_commit() {
        let references = peel("aa\trefs/heads/master\nbb\trefs/tags/v1\ncc\trefs/tags/v1^{}\n").unwrap();
        assert_eq!(references, [mk_reference("refs/heads/master", "aa", "aa"), mk_reference("refs/tags/v1", "bb", "cc")]);
    }

    #[test]
    fn lines_that_are_no_listing_are_refused() {
        for listing in ["warning: something\n", "cc\trefs/tags/v1^{}\n", "aa\trefs/tags/v1\ncc\trefs/tags/v2^{}\n"] {
            assert!(peel(listing).is_err(), "{listing}");
        }
    }

    proptest! {
        #[test]
        fn no_listing_panics(listing in r"([a-f0-9]{2}\t)?[a-z/^{}\n\t]{0,40}") {
            let _ = peel(&listing);
        }
    }
}
