//! What the forge says of commits, as far as git bears it out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::json;
use tollgate_core::deciding::Fact;
use tollgate_core::forge::{ForgeRequest, ForgeReview, ForgeSpec, ReviewState, ReviewedHead};
use tollgate_core::people::{People, Person};
use tollgate_core::ports::{Commit, ForgeError, ReadForge, ReadRepository, SourceError};
use tollgate_core::time::Timestamp;

use super::{ChangeError, short};

/// A request that was merged as a commit, by the forge's word.
#[derive(Debug)]
pub(super) struct MergedRequest {
    pub(super) request: ForgeRequest,
    pub(super) reviews: Vec<ForgeReview>,
    /// Why the commit is not what merging the request's head gives; nothing: it is.
    pub(super) doubt: Option<String>,
}

/// A forge, and what it means when it does not answer.
#[derive(Clone, Copy)]
pub(crate) struct AskedForge<'a> {
    pub(crate) forge: &'a dyn ReadForge,
    /// Nothing goes on without its answer. Otherwise nothing of it counts, which lets through less and never more.
    pub(crate) must_answer: bool,
}

/// Asks the forge about commits, once about each.
pub(super) struct ForgeFacts<'a> {
    repository: &'a dyn ReadRepository,
    forge: Option<(&'a ForgeSpec, AskedForge<'a>)>,
    known: RefCell<BTreeMap<String, Rc<[MergedRequest]>>>,
    /// Why it does not answer. It is not asked again then.
    silence: RefCell<Option<ForgeError>>,
}

impl<'a> ForgeFacts<'a> {
    pub(super) fn new(repository: &'a dyn ReadRepository, forge: Option<(&'a ForgeSpec, AskedForge<'a>)>) -> Self {
        Self { repository, forge, known: RefCell::default(), silence: RefCell::default() }
    }

    /// The forge that is asked; nothing: none is.
    pub(super) fn spec(&self) -> Option<&'a ForgeSpec> {
        self.forge.map(|(spec, _)| spec)
    }

    /// Whether it was asked and did not answer.
    pub(super) fn is_silent(&self) -> bool {
        self.silence.borrow().is_some()
    }

    /// Why it did not answer.
    pub(super) fn into_silence(self) -> Option<ForgeError> {
        self.silence.into_inner()
    }

    /// The requests that were merged as a commit. Without a forge there are none, and neither from one that need not answer and
    /// does not.
    ///
    /// # Errors
    /// When the forge must answer and does not, or git can't make the merge again.
    pub(super) fn of(&self, commit: &Commit) -> Result<Rc<[MergedRequest]>, ChangeError> {
        let Some((spec, AskedForge { forge, must_answer })) = self.forge.filter(|_| !self.is_silent()) else {
            return Ok(Rc::default());
        };
        if let Some(known) = self.known.borrow().get(&commit.id) {
            return Ok(Rc::clone(known));
        }
        let heard = match heard(forge, &commit.id) {
            Err(error) if !must_answer => {
                self.silence.replace(Some(error));
                return Ok(Rc::default());
            }
            heard => heard?,
        };
        let merged = heard.into_iter().map(|(request, reviews)| {
            let doubt = self.doubt(spec, commit, &request)?;
            Ok::<_, ChangeError>(MergedRequest { request, reviews, doubt })
        });
        let merged: Rc<[MergedRequest]> = merged.collect::<Result<_, _>>()?;
        self.known.borrow_mut().insert(commit.id.clone(), Rc::clone(&merged));
        Ok(merged)
    }

    /// All that was heard, as it is kept with the decision.
    pub(super) fn heard(&self, now: Timestamp) -> Vec<Fact> {
        let Some(spec) = self.spec() else { return Vec::new() };
        let known = self.known.borrow();
        let all = known.iter().flat_map(|(commit, merged)| merged.iter().map(move |one| (commit, one)));
        let fact = |(commit, merged): (&String, &MergedRequest)| Fact {
            name: format!("{}/{}", spec.kind.request().replace(' ', "-"), merged.request.number),
            value: json!({"commit": commit, "request": merged.request, "reviews": merged.reviews, "doubt": merged.doubt}),
            source: format!("{} {}", spec.api, spec.repository),
            at: now,
            // It is asked for anew for each decision.
            max_age: 0,
        };
        all.map(fact).chain(self.unheard(spec, now)).collect()
    }

    /// That it did not answer, so that it is known later why nothing of it counted.
    fn unheard(&self, spec: &ForgeSpec, now: Timestamp) -> Option<Fact> {
        let silence = self.silence.borrow();
        let value = json!({"error": silence.as_ref()?.to_string()});
        let source = format!("{} {}", spec.api, spec.repository);
        Some(Fact { name: "forge".to_owned(), value, source, at: now, max_age: 0 })
    }

    /// A head counts for the commit that it is, and for one with the tree that git gives to the merge of it into what was there.
    fn doubt(&self, spec: &ForgeSpec, commit: &Commit, request: &ForgeRequest) -> Result<Option<String>, ChangeError> {
        let head = short(&request.head);
        if commit.id == request.head {
            return Ok(None);
        }
        let Some(before) = commit.parents.first() else { return Ok(Some("it is the first commit of all".to_owned())) };
        if !self.has_head(spec, request)? {
            return Ok(Some(format!("its head {head} is not at the remote any more")));
        }
        Ok(match self.repository.merged_tree(before, &request.head) {
            Ok(tree) if tree == commit.tree => None,
            Ok(tree) => {
                let (tree, found) = (short(&tree), short(&commit.tree));
                Some(format!("merging its head {head} gives the tree {tree}, but {} has {found}", short(&commit.id)))
            }
            Err(SourceError::Conflict { files, .. }) => Some(format!("its head {head} conflicts in {files} with what was there")),
            Err(SourceError::Unrelated { .. }) => Some(format!("its head {head} has a history of its own")),
            Err(error) => return Err(error.into()),
        })
    }

    /// Whether the clone has the head, or gets it: its branch may be gone, but forges keep it under a name of their own.
    fn has_head(&self, spec: &ForgeSpec, request: &ForgeRequest) -> Result<bool, ChangeError> {
        match self.repository.commit(&request.head) {
            Ok(_) => return Ok(true),
            Err(SourceError::UnknownRevision { .. } | SourceError::Shallow { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match self.repository.head_at_remote(&spec.kind.head_name(request.number)) {
            Ok(found) => Ok(found == request.head),
            Err(SourceError::UnknownReference { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Requests, each with its reviews.
fn heard(forge: &dyn ReadForge, commit: &str) -> Result<Vec<(ForgeRequest, Vec<ForgeReview>)>, ForgeError> {
    let with_reviews = |request: ForgeRequest| {
        let reviews = forge.reviews_of(&request)?;
        Ok((request, reviews))
    };
    forge.requests_of(commit)?.into_iter().map(with_reviews).collect()
}

impl MergedRequest {
    /// Who opened it, and who merged it, as far as they are people that are known.
    pub(super) fn people<'s>(&'s self, spec: &'s ForgeSpec, people: &'s People) -> impl Iterator<Item = Person> {
        let accounts = [&self.request.author, &self.request.merged_by].into_iter().flatten();
        accounts.filter_map(|login| spec.principal(login)).map(|principal| people.person(principal))
    }

    /// Who reviewed, and why the review says nothing about what was merged; nothing: it says yes to it.
    pub(super) fn heard_of(&self, review: &ForgeReview, spec: &ForgeSpec, people: &People) -> (Person, Option<String>) {
        let Some(principal) = spec.principal(&review.login) else {
            let nobody = Person { principal: review.login.clone(), teams: Vec::new(), automation: false };
            let why = format!("`people.forge.accounts` does not have the account `{}`, so nobody knows who that is", review.login);
            return (nobody, Some(why));
        };
        let by = people.person(principal);
        let void = self.void(review, &by);
        (by, void)
    }

    fn void(&self, review: &ForgeReview, by: &Person) -> Option<String> {
        match review.state {
            ReviewState::Approved => {}
            ReviewState::ChangesRequested => return Some("it asks for changes".to_owned()),
            ReviewState::Dismissed => return Some("it was dismissed".to_owned()),
        }
        let (merged, reviewed) = (&self.request.head, &review.head);
        match reviewed {
            ReviewedHead::Unknown(why) => return Some(format!("the forge does not say of which head it is: {why}")),
            ReviewedHead::Commit(head) if head != merged => {
                return Some(format!("it is of the older head {}, and {} was merged", short(head), short(merged)));
            }
            ReviewedHead::Commit(_) => {}
        }
        if by.automation {
            return Some("a machine gave it".to_owned());
        }
        self.doubt.clone()
    }
}
