//! A forge that says what a test has it say.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tollgate_core::forge::{ForgeKind, ForgeRequest, ForgeReview, ForgeSpec, ReviewState, ReviewedHead};
use tollgate_core::ports::{ForgeError, ReadForge};

use super::place::{MADE, Place, mail, time};

/// Requests by the commit that they were merged as, each with its reviews.
#[derive(Default)]
pub(super) struct Requests {
    merged: BTreeMap<String, Vec<(ForgeRequest, Vec<ForgeReview>)>>,
    pub(super) is_silent: bool,
    asked: Mutex<Vec<String>>,
}

impl Requests {
    /// The commits that it was asked about.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl ReadForge for Requests {
    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError> {
        if self.is_silent {
            return Err(ForgeError::TimedOut { forge: "forge.example.com".to_owned(), what: "anything".to_owned() });
        }
        self.asked.lock().unwrap().push(commit.to_owned());
        Ok(self.merged.get(commit).into_iter().flatten().map(|(request, _)| request.clone()).collect())
    }

    fn reviews_of(&self, request: &ForgeRequest) -> Result<Vec<ForgeReview>, ForgeError> {
        let all = self.merged.values().flatten();
        Ok(all.filter(|(known, _)| known == request).flat_map(|(_, reviews)| reviews.clone()).collect())
    }

    fn request(&self, number: u64) -> Result<ForgeRequest, ForgeError> {
        let found = self.merged.values().flatten().find(|(request, _)| request.number == number);
        let not_found =
            || ForgeError::NotFound { forge: "forge.example.com".to_owned(), what: "it".to_owned(), reason: String::new() };
        found.map(|(request, _)| request.clone()).ok_or_else(not_found)
    }

    fn may_write(&self, _: &str) -> Result<bool, ForgeError> {
        Ok(false)
    }
}

pub(super) fn mk_review(login: &str, state: ReviewState, head: &str) -> ForgeReview {
    ForgeReview { login: login.to_owned(), state, at: time(MADE), head: ReviewedHead::Commit(head.to_owned()) }
}

pub(super) fn approved(login: &str, head: &str) -> ForgeReview {
    mk_review(login, ReviewState::Approved, head)
}

impl Place {
    /// With a forge, on which the accounts of `dev`, `lead` and `robot` are known.
    pub(super) fn with_forge() -> Self {
        let mut place = Self::with_people();
        let accounts = ["dev", "lead", "robot"].map(|name| (format!("{name}-1"), mail(name)));
        place.people.forge = Some(ForgeSpec {
            kind: ForgeKind::Github,
            repository: "shop/deployment".to_owned(),
            api: "https://forge.example.com".to_owned(),
            token: None,
            accounts: accounts.into(),
        });
        place.forge = Some(Requests::default());
        place
    }

    /// The forge has merged a head, of a request by an account, as a commit.
    pub(super) fn merged_on_forge(&mut self, author: &str, head: &str, commit: &str, reviews: &[ForgeReview]) {
        let forge = self.forge.as_mut().unwrap();
        let number = 7 + forge.merged.len() as u64;
        let (author, merged_by) = (Some(author.to_owned()), Some("lead-1".to_owned()));
        let (head, base) = (head.to_owned(), "master".to_owned());
        let request = ForgeRequest { number, head, branch: None, base, author, merged_by };
        forge.merged.entry(commit.to_owned()).or_default().push((request, reviews.to_vec()));
    }

    /// A commit by the forge on what is checked out, with the tree that merging a head gives.
    pub(super) fn squash(&self, who: &str, head: &str) -> String {
        self.git(&["merge", "--quiet", "--squash", head]);
        self.git_with(who, "forge", MADE, &["commit", "--quiet", "--gpg-sign", "--message", "squashed"]);
        self.head()
    }
}
