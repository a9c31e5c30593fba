//! Asking a forge.

use std::error::Error;

use crate::forge::{CommitStatus, ForgeRequest, ForgeReview};

/// Why a forge could not be asked. Exit code 13: what nobody knows blocks.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    #[error("`{forge}` shows {what} only to who logs in, and {reason}")]
    Unauthorized { forge: String, what: String, reason: String },
    #[error("`{forge}` forbids {what}; give the token that is used here the right to it")]
    Forbidden { forge: String, what: String },
    #[error("`{forge}` does not have {what}; it hides what an account may not see, and {reason}")]
    NotFound { forge: String, what: String, reason: String },
    #[error("`{forge}` was asked too often and does not tell {what} now; try again in {seconds} seconds")]
    TooOften { forge: String, what: String, seconds: u64 },
    #[error("`{forge}` answers {what} with status {status}, again and again; try later")]
    Unavailable { forge: String, what: String, status: u16 },
    #[error("`{forge}` did not tell {what} in time; try later")]
    TimedOut { forge: String, what: String },
    #[error("`{forge}` can't be asked for {what}; check its name, the network and the certificates")]
    Unreachable {
        forge: String,
        what: String,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("what `{forge}` answers for {what} can't be used: {reason}; is `api` of `people.forge` right?")]
    Unfit { forge: String, what: String, reason: String },
}

/// Reads what a forge knows of proposals and reviews.
pub trait ReadForge: Send + Sync {
    /// The requests that were merged, by the forge's word, as this commit (full id).
    ///
    /// # Errors
    /// When the forge can't be asked, or answers something else. That nobody knows is never an empty list.
    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError>;

    /// The last word of each account about a request.
    ///
    /// # Errors
    /// As for [`ReadForge::requests_of`].
    fn reviews_of(&self, request: &ForgeRequest) -> Result<Vec<ForgeReview>, ForgeError>;

    /// A request, merged or not.
    ///
    /// # Errors
    /// As for [`ReadForge::requests_of`], and when there is none of this number.
    fn request(&self, number: u64) -> Result<ForgeRequest, ForgeError>;

    /// Whether an account may write to the repository. One that the forge does not know may not.
    ///
    /// # Errors
    /// As for [`ReadForge::requests_of`].
    fn may_write(&self, login: &str) -> Result<bool, ForgeError>;
}

/// Writes what people see beside a commit or a request. Nothing that is decided rests on it.
pub trait WriteForge: Send + Sync {
    /// Sets the status of a commit (full id), in the place of an earlier one about the same.
    ///
    /// # Errors
    /// When the forge can't be asked, or does not take it.
    fn set_status(&self, commit: &str, status: &CommitStatus) -> Result<(), ForgeError>;

    /// Writes the own comment on a request that begins with `marker`: it changes the one that is there, or adds one.
    ///
    /// # Errors
    /// As for [`WriteForge::set_status`].
    fn write_comment(&self, number: u64, marker: &str, text: &str) -> Result<(), ForgeError>;

    /// Adds a comment to a request.
    ///
    /// # Errors
    /// As for [`WriteForge::set_status`].
    fn add_comment(&self, number: u64, text: &str) -> Result<(), ForgeError>;
}
