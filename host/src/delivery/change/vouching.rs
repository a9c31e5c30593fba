//! Who vouches for a commit or a tag.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use tollgate_core::deciding::Vouching;
use tollgate_core::people::People;
use tollgate_core::ports::{
    Commit, CommitRange, RawSignature, ReadRepository, SignatureKind, Tag, VerifyGitObject, VerifySignature,
};
use tollgate_core::signature::{BadSignature, GIT_NAMESPACE, GitObject, Signer};
use tollgate_core::time::Timestamp;

use super::facts::ForgeFacts;
use super::forge::{MadeByForge, Parent};
use super::seen::FirstSeen;
use super::squash::{Squash, Squashed};
use super::{ChangeError, Vouched};

const UNSIGNED: &str = "it is not signed";

/// Those whose signatures count.
pub(super) struct Vouchers<'a> {
    repository: &'a dyn ReadRepository,
    people: &'a People,
    signers: &'a dyn VerifySignature,
    /// Made when the first OpenPGP signature is met, since it takes a process or two.
    ring: OnceCell<Result<Box<dyn VerifyGitObject + 'a>, BadSignature>>,
}

/// Something signed.
struct Signed<'s> {
    signature: Option<&'s RawSignature>,
    object: GitObject<'s>,
    /// The date that it has by its own account.
    own_date: Option<Timestamp>,
    /// When the key has to be good.
    at: Timestamp,
}

impl<'a> Vouchers<'a> {
    pub(super) const fn new(repository: &'a dyn ReadRepository, people: &'a People, signers: &'a dyn VerifySignature) -> Self {
        Self { repository, people, signers, ring: OnceCell::new() }
    }

    /// Whether anybody could vouch for anything.
    pub(super) fn is_nobody(&self) -> bool {
        self.signers.is_empty() && self.people.openpgp.is_none()
    }

    /// One for each commit of a range, in its order. `facts` are asked about squashes.
    ///
    /// # Errors
    /// When history can't be read to make a merge again, or the forge can't be asked.
    pub(super) fn commits(&self, range: CommitRange, seen: &FirstSeen, facts: &ForgeFacts<'a>) -> Result<Vouched, ChangeError> {
        let mut known: HashMap<&str, bool> = HashMap::new();
        let mut vouchings = Vec::with_capacity(range.commits.len());
        let mut squashed = BTreeMap::new();
        for commit in range.commits.iter().rev() {
            let parents = commit.parents.iter().map(|parent| match known.get(parent.as_str()) {
                Some(true) => Parent::Vouched,
                Some(false) => Parent::Unvouched,
                None if range.is_complete => Parent::Before,
                None => Parent::Unvouched,
            });
            let vouching = match self.signer(&signed(commit, seen.at(&commit.id))) {
                Err(reason) => Vouching::Unsigned(reason),
                Ok(signer) if self.people.is_forge(&signer.principal) => match commit.parents.as_slice() {
                    [parent] => match self.squash(commit, parent, seen.at(&commit.id), facts)? {
                        Ok(Squashed { by, commits }) => {
                            squashed.insert(commit.id.clone(), commits);
                            Vouching::Forge(by)
                        }
                        Err(reason) => Vouching::Unsigned(reason),
                    },
                    _ => {
                        let made = MadeByForge { repository: self.repository, commit, parents: parents.collect() };
                        made.vouching(self.people)?
                    }
                },
                Ok(signer) => Vouching::Signed(self.people.person(&signer.principal)),
            };
            known.insert(&commit.id, vouching.person().is_some());
            vouchings.push(vouching);
        }
        vouchings.reverse();
        Ok(Vouched { range, vouchings, squashed })
    }

    /// A commit with one parent that a forge signed, and the ledger saw then.
    fn squash(
        &self,
        commit: &Commit,
        parent: &str,
        seen: Timestamp,
        facts: &ForgeFacts<'a>,
    ) -> Result<Result<Squashed, String>, ChangeError> {
        let nothing = ForgeFacts::new(self.repository, None);
        let vouch = |range| self.commits(range, &FirstSeen::all_at(seen), &nothing);
        let (repository, people) = (self.repository, self.people);
        Squash { repository, people, facts, commit, parent, vouch: &vouch }.judge()
    }

    /// A commit by itself. A forge vouches for no person here.
    pub(super) fn commit(&self, commit: &Commit, at: Timestamp) -> Vouching {
        self.alone(&signed(commit, at))
    }

    /// An annotated tag. A signature is of the name that the tag has for itself: under another name it says nothing.
    pub(super) fn tag(&self, tag: &Tag, at: Timestamp) -> Vouching {
        if tag.name != tag.own_name {
            return Vouching::Unsigned(format!("it was made as the tag `{}`, and not as `{}`", tag.own_name, tag.name));
        }
        let own_date = tag.tagger.as_ref().map(|tagger| tagger.at);
        self.alone(&Signed { signature: tag.signature.as_ref(), object: GitObject::Tag(&tag.id), own_date, at })
    }

    fn alone(&self, signed: &Signed<'_>) -> Vouching {
        match self.signer(signed) {
            Ok(signer) if self.people.is_forge(&signer.principal) => {
                Vouching::Unsigned(format!("`{}` is a forge, which vouches for no person here", signer.principal))
            }
            Ok(signer) => Vouching::Signed(self.people.person(&signer.principal)),
            Err(reason) => Vouching::Unsigned(reason),
        }
    }

    /// Whose signature it is, else why it is nobody's.
    fn signer(&self, signed: &Signed<'_>) -> Result<Signer, String> {
        let signature = signed.signature.ok_or(UNSIGNED)?;
        let signer = match signature.kind {
            SignatureKind::Ssh => return self.ssh_signer(signature, signed),
            SignatureKind::OpenPgp => self.ring().and_then(|ring| ring.verify(signed.object)),
            SignatureKind::X509 => return Err("X.509 signatures are not supported; sign with an SSH or OpenPGP key".to_owned()),
            SignatureKind::Unknown => return Err("its signature is of no kind that git knows".to_owned()),
        };
        signer.map_err(|error| error.to_string())
    }

    /// The key has to be good when it was first seen, and also when it says that it was used, as git has it.
    fn ssh_signer(&self, signature: &RawSignature, signed: &Signed<'_>) -> Result<Signer, String> {
        let RawSignature { armoured, payload, .. } = signature;
        let verify = |at| self.signers.verify(GIT_NAMESPACE, payload, armoured, at).map_err(|error| error.to_string());
        let signer = verify(signed.at)?;
        match signed.own_date {
            Some(date) if self.signers.principals(&signer.key, GIT_NAMESPACE, date).contains(&signer.principal) => Ok(signer),
            Some(date) => Err(format!("the key `{}` of `{}` was not valid at {date}, its own date", signer.key, signer.principal)),
            None => Err("it has no date".to_owned()),
        }
    }

    fn ring(&self) -> Result<&dyn VerifyGitObject, BadSignature> {
        let none = || BadSignature::Unchecked { reason: "the policy in force names no OpenPGP keys (`people.openpgp`)".to_owned() };
        let make = || match &self.people.openpgp {
            Some(keys) => self.repository.ring_of_keys(&keys.text),
            None => Err(none()),
        };
        self.ring.get_or_init(make).as_ref().map(AsRef::as_ref).map_err(Clone::clone)
    }
}

fn signed(commit: &Commit, at: Timestamp) -> Signed<'_> {
    let (signature, object) = (commit.signature.as_ref(), GitObject::Commit(&commit.id));
    Signed { signature, object, own_date: Some(commit.committer.at), at }
}
