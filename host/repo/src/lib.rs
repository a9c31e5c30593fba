//! Git: the trees of a repository, the names at its remote, and the branch that the ledger lives on.
//!
//! libgit2 reads and writes objects and private references; the `git` program does all networking, so that people's
//! credential helpers, ssh configuration and proxies work. The work tree, the index, branches, tags and `FETCH_HEAD` are
//! neither read nor changed. What tollgate keeps for itself lies under `refs/tollgate/`.

mod branch;
mod changes;
mod commit_signing;
mod commits;
mod credentials;
mod guard;
mod handles;
mod kept;
mod lease;
mod merge;
mod objects;
mod openpgp;
mod place;
mod program;
mod publish;
mod push;
mod reading;
mod remote;
mod repository;
mod resolve;
mod shallow;
mod signed;
mod tags;
#[cfg(test)]
mod testing;
mod transplant;
mod write;

pub use branch::GitBranch;
pub use changes::ChangedFile;
pub use commit_signing::{CommitError, SignCommit};
pub use credentials::without_credentials;
pub use guard::{Guard, Guards};
pub use lease::GitLeases;
pub use merge::Merge;
pub use publish::PublishedBranch;
pub use repository::GitRepository;
pub use transplant::{CommitToWrite, Transplant};
