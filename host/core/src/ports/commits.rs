//! Commits and tags as git has them: what is said, and what is signed.

use crate::time::Timestamp;

/// Who made something, and when, by their own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Mail address, as written.
    pub mail: String,
    pub at: Timestamp,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Full id.
    pub id: String,
    /// Full ids.
    pub parents: Vec<String>,
    /// Id of its whole tree.
    pub tree: String,
    pub author: Stamp,
    pub committer: Stamp,
    /// What is not UTF-8 in it is replaced.
    pub message: String,
    /// Key and value of each trailer of the message, as git-interpret-trailers(1) finds them; lines of a value are joined by a
    /// space.
    pub trailers: Vec<(String, String)>,
    pub signature: Option<RawSignature>,
}

impl Commit {
    /// Whether it joins several lines of history.
    pub const fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// The commits that one commit leads to and another does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitRange {
    /// Children before their parents, newest first.
    pub commits: Vec<Commit>,
    /// False where there are more.
    pub is_complete: bool,
}

/// An annotated tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Full id of the tag itself.
    pub id: String,
    /// The name under which the remote has it, without `refs/tags/`.
    pub name: String,
    /// The name that its maker gave it, which is what a signature covers.
    pub own_name: String,
    /// Full id of the commit that it is on; nothing where it is on something else, such as another tag.
    pub commit: Option<String>,
    /// Very old tags have none.
    pub tagger: Option<Stamp>,
    /// Without the signature.
    pub message: String,
    pub signature: Option<RawSignature>,
}

/// What a signature says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// SSHSIG (OpenSSH's PROTOCOL.sshsig).
    Ssh,
    /// RFC 9580.
    OpenPgp,
    /// CMS (RFC 5652), as `gpgsm` makes it.
    X509,
    /// None of those that git knows.
    Unknown,
}

/// A signature of a commit or tag, and the bytes that it is about. Whether it is good, nobody has asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawSignature {
    pub kind: SignatureKind,
    /// In its armour.
    pub armoured: String,
    pub payload: Vec<u8>,
}
