//! Commits that a forge made and signed. Its key is one that many can use, so it is believed only as far as the host can make the
//! same again.

use tollgate_core::deciding::Vouching;
use tollgate_core::people::People;
use tollgate_core::ports::{Commit, ReadRepository, SourceError};

use super::short;

/// What is known of a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    /// Somebody vouches for it.
    Vouched,
    /// Nobody does, or nobody has looked.
    Unvouched,
    /// It is no part of the change, but was there before.
    Before,
}

/// A commit with the good signature of a forge that has not one parent alone.
pub(super) struct MadeByForge<'a> {
    pub(super) repository: &'a dyn ReadRepository,
    pub(super) commit: &'a Commit,
    /// One for each parent.
    pub(super) parents: Vec<Parent>,
}

impl MadeByForge<'_> {
    /// It vouches for the author if it is the merge of two commits, each vouched for, with the tree that git gives it.
    ///
    /// # Errors
    /// When the merge can't be made again for another reason than that it does not work out.
    pub(super) fn vouching(&self, people: &People) -> Result<Vouching, SourceError> {
        let [one, other] = self.commit.parents.as_slice() else {
            let reason = "the forge merged more than two commits at once, or none";
            return Ok(Vouching::Unsigned(reason.to_owned()));
        };
        if let Some((parent, _)) = self.commit.parents.iter().zip(&self.parents).find(|(_, known)| **known == Parent::Unvouched) {
            let reason = format!("the forge merged the commit {}, for which nobody vouches", short(parent));
            return Ok(Vouching::Unsigned(reason));
        }
        match self.repository.merged_tree(one, other) {
            Ok(tree) if tree == self.commit.tree => Ok(Vouching::Forge(people.person(&self.commit.author.mail))),
            Ok(tree) => Ok(Vouching::Unsigned(format!(
                "the forge signed the tree {}, but merging its parents gives {}",
                short(&self.commit.tree),
                short(&tree)
            ))),
            Err(SourceError::Conflict { files, .. }) => {
                let reason = format!("the forge merged what conflicts in {files}; merge it in a clone, and sign the merge");
                Ok(Vouching::Unsigned(reason))
            }
            Err(SourceError::Unrelated { .. }) => Ok(Vouching::Unsigned("the forge merged unrelated histories".to_owned())),
            Err(error) => Err(error),
        }
    }
}
