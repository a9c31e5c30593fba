//! GitHub, and what speaks its REST API (version 2022-11-28).

mod answers;
mod writing;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tollgate_core::forge::{ForgeRequest, ForgeReview, ReviewState, ReviewedHead};
use tollgate_core::ports::{ForgeError, ReadForge};
use tollgate_core::time::Timestamp;
use tollgate_web::Limits;

use crate::api::Api;
use crate::credential::Credential;
use crate::latest::latest;
use crate::{is_commit, short};
use answers::{Event, Permission, Pull, Review};

const HEADERS: [(&str, &str); 2] = [("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")];

/// One repository there.
#[derive(Debug)]
pub struct Github {
    api: Api,
    /// `/repos/OWNER/NAME`
    place: String,
}

impl Github {
    /// `repository` is `owner/name`.
    pub fn new(api: &str, repository: &str, credential: Credential, limits: Limits) -> Self {
        let steps = repository.split('/').map(|step| utf8_percent_encode(step, NON_ALPHANUMERIC).to_string());
        let place = format!("/repos/{}", steps.collect::<Vec<_>>().join("/"));
        Self { api: Api::new(api, credential, &HEADERS, limits), place }
    }

    /// When the request was last made to be for another branch. Who said yes before saw another difference.
    fn base_changed(&self, number: u64) -> Result<Option<Timestamp>, ForgeError> {
        let what = format!("the events of pull request {number}");
        let events: Vec<Event> = self.api.list(&what, &format!("{}/issues/{number}/events", self.place))?;
        let changes = events.into_iter().filter(Event::changes_base);
        let times = changes.map(|event| event.created_at.ok_or_else(|| self.api.unfit(&what, "an event has no time")));
        Ok(times.collect::<Result<Vec<_>, _>>()?.into_iter().max())
    }

    fn pull(&self, number: u64) -> Result<ForgeRequest, ForgeError> {
        let pull: Pull = self.api.get(&format!("pull request {number}"), &format!("{}/pulls/{number}", self.place))?;
        if !is_commit(&pull.head.sha) {
            let what = format!("pull request {}", pull.number);
            return Err(self.api.unfit(&what, "its head is no commit"));
        }
        let is_own = pull.head.repo.as_ref().zip(pull.base.repo.as_ref()).is_some_and(|(head, base)| head.id == base.id);
        Ok(ForgeRequest {
            number: pull.number,
            head: pull.head.sha,
            branch: pull.head.name.filter(|_| is_own),
            base: pull.base.name,
            author: pull.user.map(|account| account.login),
            merged_by: pull.merged_by.map(|account| account.login),
        })
    }
}

impl ReadForge for Github {
    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError> {
        let what = format!("the pull requests of the commit {}", short(commit));
        let pulls: Vec<Pull> = self.api.list(&what, &format!("{}/commits/{commit}/pulls", self.place))?;
        let merged = pulls.into_iter().filter(|pull| pull.is_merged_as(commit));
        // Who merged it is only told with the whole.
        merged.map(|pull| self.pull(pull.number)).collect()
    }

    fn reviews_of(&self, request: &ForgeRequest) -> Result<Vec<ForgeReview>, ForgeError> {
        let number = request.number;
        let what = format!("the reviews of pull request {number}");
        let reviews: Vec<Review> = self.api.list(&what, &format!("{}/pulls/{number}/reviews", self.place))?;
        let reviews = reviews.into_iter().map(|review| review.read().map_err(|reason| self.api.unfit(&what, reason)));
        let mut reviews = latest(reviews.collect::<Result<Vec<_>, _>>()?.into_iter().flatten());
        if reviews.iter().any(|review| review.state == ReviewState::Approved) {
            let changed = self.base_changed(number)?;
            let before = |review: &&mut ForgeReview| changed.is_some_and(|changed| review.at <= changed);
            for review in reviews.iter_mut().filter(before) {
                review.head = ReviewedHead::Unknown("the request was for another branch when it was given".to_owned());
            }
        }
        Ok(reviews)
    }

    fn request(&self, number: u64) -> Result<ForgeRequest, ForgeError> {
        self.pull(number)
    }

    fn may_write(&self, login: &str) -> Result<bool, ForgeError> {
        let what = format!("what `{login}` may do there");
        let login = utf8_percent_encode(login, NON_ALPHANUMERIC);
        let path = format!("{}/collaborators/{login}/permission", self.place);
        match self.api.get::<Permission>(&what, &path) {
            Ok(Permission { permission }) => Ok(matches!(permission.as_str(), "admin" | "write" | "maintain")),
            Err(ForgeError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
