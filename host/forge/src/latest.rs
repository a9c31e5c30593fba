//! The last word of each account.

use tollgate_core::forge::ForgeReview;

/// Of reviews in the order in which they were given, the last of each account.
pub(crate) fn latest(reviews: impl IntoIterator<Item = ForgeReview>) -> Vec<ForgeReview> {
    let mut latest: Vec<ForgeReview> = Vec::new();
    for review in reviews {
        latest.retain(|known| !known.login.eq_ignore_ascii_case(&review.login));
        latest.push(review);
    }
    latest
}

#[cfg(test)]
mod tests {
    use tollgate_core::forge::{ReviewState, ReviewedHead};
    use tollgate_core::time::Timestamp;

    use super::*;

    fn mk_review(login: &str, state: ReviewState) -> ForgeReview {
        let head = ReviewedHead::Commit("a".repeat(40));
        ForgeReview { login: login.to_owned(), state, at: Timestamp::UNIX_EPOCH, head }
    }

    #[test]
    fn what_somebody_said_before_counts_no_more() {
        let (yes, no) = (ReviewState::Approved, ReviewState::ChangesRequested);
        let given = [mk_review("lead", yes), mk_review("dev", no), mk_review("Lead", no), mk_review("dev", yes)];
        assert_eq!(latest(given), [mk_review("Lead", no), mk_review("dev", yes)]);
    }
}
