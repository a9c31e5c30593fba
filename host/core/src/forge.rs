//! A forge: where people propose, review and merge. What it says counts as far as the host can make it again from git.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Which API a forge speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    /// The REST API of GitHub, version 2022-11-28.
    Github,
    /// The REST API of GitLab, version 4.
    Gitlab,
}

impl ForgeKind {
    /// What people call a proposal there.
    pub const fn request(self) -> &'static str {
        match self {
            Self::Github => "pull request",
            Self::Gitlab => "merge request",
        }
    }

    /// The name under which the remote has the head of a proposal, also when its branch is gone.
    pub fn head_name(self, number: u64) -> String {
        match self {
            Self::Github => format!("refs/pull/{number}/head"),
            Self::Gitlab => format!("refs/merge-requests/{number}/head"),
        }
    }

    /// Where the API of the public service is.
    pub const fn public_api(self) -> &'static str {
        match self {
            Self::Github => "https://api.github.com",
            Self::Gitlab => "https://gitlab.com/api/v4",
        }
    }
}

/// `people.forge` of tollgate.yaml: whose reviews there are whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeSpec {
    pub kind: ForgeKind,
    /// `owner/name`, or with more steps where the forge has groups.
    pub repository: String,
    /// URL of the API, without a slash at its end.
    pub api: String,
    /// The environment variable that holds the token; nothing: nobody logs in.
    pub token: Option<String>,
    /// Principals, by the name of the account.
    pub accounts: BTreeMap<String, String>,
}

impl ForgeSpec {
    /// The principal of an account. Names of accounts are the same in every case, as the forges have it.
    pub fn principal(&self, login: &str) -> Option<&str> {
        let mut known = self.accounts.iter().filter(|(account, _)| account.eq_ignore_ascii_case(login));
        known.next().map(|(_, principal)| principal.as_str())
    }

    /// For messages: `pull request 7`.
    pub fn request(&self, number: u64) -> String {
        format!("{} {number}", self.kind.request())
    }
}

/// A pull or merge request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForgeRequest {
    pub number: u64,
    /// The commit that it proposes, in full.
    pub head: String,
    /// The branch that it comes from; nothing where that is in another repository.
    pub branch: Option<String>,
    /// The branch that it is for.
    pub base: String,
    /// The account that opened it; nothing where that is gone.
    pub author: Option<String>,
    /// The account that merged it; nothing where that is gone, or where it is not merged.
    pub merged_by: Option<String>,
}

/// What a reviewer said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewState {
    Approved,
    ChangesRequested,
    /// Somebody took it back.
    Dismissed,
}

/// Which head a review is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewedHead {
    /// This commit, in full.
    Commit(String),
    /// The forge does not say: why not.
    Unknown(String),
}

/// The last word of one account about a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgeReview {
    /// The account.
    pub login: String,
    pub state: ReviewState,
    /// Not before this.
    pub at: Timestamp,
    pub head: ReviewedHead,
}

/// How a commit stands with somebody who judged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    Success,
    Failure,
    /// It could not be judged.
    Error,
    Pending,
}

/// What is shown beside a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitStatus {
    /// What it is about, which a later one about the same replaces: `tollgate/check`.
    pub context: String,
    pub state: StatusState,
    /// One line.
    description: String,
    /// Where more is told.
    pub url: Option<String>,
}

/// The longest description that a forge takes, in characters.
const MAX_DESCRIPTION: usize = 140;

impl CommitStatus {
    /// A status. Of its description the first line is taken, as far as a forge takes it.
    pub fn new(context: String, state: StatusState, description: &str, url: Option<String>) -> Self {
        let line = description.lines().next().unwrap_or_default();
        let is_long = line.chars().count() > MAX_DESCRIPTION;
        let cut = || line.chars().take(MAX_DESCRIPTION - 1).chain(['…']).collect();
        let description = if is_long { cut() } else { line.to_owned() };
        Self { context, state, description, url }
    }

    /// At most 140 characters, in one line.
    pub fn description(&self) -> &str {
        &self.description
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_one_line_that_every_forge_takes() {
        let of = |text: &str| {
            let status = CommitStatus::new("tollgate/check".to_owned(), StatusState::Pending, text, None);
            status.description().to_owned()
        };
        assert_eq!(of("waits for one\nand more"), "waits for one");
        assert_eq!(of(&"ä".repeat(140)), "ä".repeat(140));
        assert_eq!(of(&"ä".repeat(141)), format!("{}…", "ä".repeat(139)));
        assert_eq!(of(""), "");
    }

    fn mk_spec() -> ForgeSpec {
        ForgeSpec {
            kind: ForgeKind::Github,
            repository: "shop/deployment".to_owned(),
            api: ForgeKind::Github.public_api().to_owned(),
            token: None,
            accounts: BTreeMap::from([("Lead-1".to_owned(), "lead@example.com".to_owned())]),
        }
    }

    #[test]
    fn an_account_is_the_same_in_every_case_and_never_a_part_of_one() {
        let spec = mk_spec();
        for known in ["Lead-1", "lead-1", "LEAD-1"] {
            assert_eq!(spec.principal(known), Some("lead@example.com"));
        }
        for unknown in ["", "lead", "lead-12", " lead-1"] {
            assert_eq!(spec.principal(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn each_forge_has_its_own_words_and_names() {
        assert_eq!(mk_spec().request(7), "pull request 7");
        assert_eq!(ForgeKind::Github.head_name(7), "refs/pull/7/head");
        assert_eq!(ForgeKind::Gitlab.request(), "merge request");
        assert_eq!(ForgeKind::Gitlab.head_name(7), "refs/merge-requests/7/head");
    }
}
