//! Asking as the program does.

use std::error::Error;
use std::time::Duration;

use tollgate_core::forge::{ForgeRequest, ForgeReview, ReviewState, ReviewedHead};
use tollgate_core::ports::ForgeError;
use tollgate_core::time::Timestamp;
use tollgate_forge::{Credential, Github, Gitlab, Limits};

/// Limits under which a test ends soon even on a busy machine.
pub(crate) const LIMITS: Limits = Limits { request: Duration::from_secs(10), total: Duration::from_secs(30) };

pub(crate) fn github(url: &str) -> Github {
    Github::new(url, "shop/deployment", Credential::of_variable("FORGE_TOKEN", Some("open sesame".to_owned())), LIMITS)
}

pub(crate) fn gitlab(url: &str) -> Gitlab {
    let credential = Credential::of_variable("FORGE_TOKEN", Some("open sesame".to_owned()));
    Gitlab::new(&format!("{url}/api/v4"), "acme/shop/deployment", credential, LIMITS)
}

pub(crate) fn commit(digit: &str) -> String {
    digit.repeat(40)
}

/// A request with the head `b…`.
pub(crate) fn mk_request(number: u64) -> ForgeRequest {
    let account = |name: &str| Some(name.to_owned());
    let (author, merged_by) = (account("dev-1"), account("lead-1"));
    let branch = account("newer-cart");
    ForgeRequest { number, head: commit("b"), branch, base: "master".to_owned(), author, merged_by }
}

pub(crate) fn mk_review(login: &str, state: ReviewState, at: &str, digit: &str) -> ForgeReview {
    let head = ReviewedHead::Commit(commit(digit));
    ForgeReview { login: login.to_owned(), state, at: at.parse::<Timestamp>().unwrap(), head }
}

/// All that an error says to people and to who debugs it.
pub(crate) fn told(error: &ForgeError) -> String {
    let mut text = String::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        text += &format!("{error} {error:?}\n");
        next = error.source();
    }
    text
}
