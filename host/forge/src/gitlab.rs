//! GitLab, and what speaks its REST API (version 4).

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
use answers::{Approvals, Approved, Member, MergeRequest, Version};

/// One project there.
#[derive(Debug)]
pub struct Gitlab {
    api: Api,
    /// `/projects/GROUP%2FNAME`
    place: String,
}

impl Gitlab {
    /// `repository` is the path of the project, with its groups.
    pub fn new(api: &str, repository: &str, credential: Credential, limits: Limits) -> Self {
        let place = format!("/projects/{}", utf8_percent_encode(repository, NON_ALPHANUMERIC));
        Self { api: Api::new(api, credential, &[("Accept", "application/json")], limits), place }
    }

    fn read(&self, request: MergeRequest) -> Result<ForgeRequest, ForgeError> {
        let head = request.sha.filter(|head| is_commit(head));
        let head = head.ok_or_else(|| self.api.unfit(&format!("merge request {}", request.iid), "its head is no commit"))?;
        let is_own = request.source_project_id.is_some() && request.source_project_id == request.target_project_id;
        let merged_by = request.merge_user.or(request.merged_by);
        Ok(ForgeRequest {
            number: request.iid,
            head,
            branch: request.source_branch.filter(|_| is_own),
            base: request.target_branch,
            author: request.author.map(|account| account.username),
            merged_by: merged_by.map(|account| account.username),
        })
    }

    /// What each push to the request made of it, the first first. Another target branch makes a new one, too.
    fn versions(&self, number: u64) -> Result<Vec<Version>, ForgeError> {
        let what = format!("the versions of merge request {number}");
        let mut versions: Vec<Version> = self.api.list(&what, &format!("{}/merge_requests/{number}/versions", self.place))?;
        if versions.is_empty() || !versions.iter().all(|version| is_commit(&version.head_commit_sha)) {
            return Err(self.api.unfit(&what, "there is none, or one has no head"));
        }
        versions.sort_by_key(|version| (version.created_at, version.id));
        Ok(versions)
    }
}

impl ReadForge for Gitlab {
    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError> {
        let what = format!("the merge requests of the commit {}", short(commit));
        let path = format!("{}/repository/commits/{commit}/merge_requests", self.place);
        let requests: Vec<MergeRequest> = self.api.list(&what, &path)?;
        requests.into_iter().filter(|request| request.is_merged_as(commit)).map(|request| self.read(request)).collect()
    }

    fn reviews_of(&self, request: &ForgeRequest) -> Result<Vec<ForgeReview>, ForgeError> {
        let number = request.number;
        let what = format!("the approvals of merge request {number}");
        let approvals: Approvals = self.api.get(&what, &format!("{}/merge_requests/{number}/approvals", self.place))?;
        if approvals.approved_by.is_empty() {
            return Ok(Vec::new());
        }
        let versions = self.versions(number)?;
        Ok(latest(approvals.approved_by.into_iter().filter_map(|approved| review(approved, &versions))))
    }

    fn request(&self, number: u64) -> Result<ForgeRequest, ForgeError> {
        let what = format!("merge request {number}");
        self.read(self.api.get(&what, &format!("{}/merge_requests/{number}", self.place))?)
    }

    fn may_write(&self, login: &str) -> Result<bool, ForgeError> {
        let what = format!("what `{login}` may do there");
        let query = utf8_percent_encode(login, NON_ALPHANUMERIC);
        let members: Vec<Member> = self.api.list(&what, &format!("{}/members/all?query={query}", self.place))?;
        // The query finds all whose names have it somewhere.
        Ok(members.iter().any(|member| member.username.eq_ignore_ascii_case(login) && member.may_write()))
    }
}

/// An approval says of no head what it is of. With its time it is of the version of then; and where there never was but one
/// version, of that. Of an account that is gone nobody can say whose it was.
fn review(approved: Approved, versions: &[Version]) -> Option<ForgeReview> {
    let first = versions.first()?;
    let login = approved.user?.username;
    let (at, head) = match approved.approved_at {
        Some(at) => (at, head_at(at, versions)),
        None if versions.len() == 1 => (first.created_at, ReviewedHead::Commit(first.head_commit_sha.clone())),
        None => {
            let reason = "this GitLab does not say when it was given, and there were several versions";
            (first.created_at, ReviewedHead::Unknown(reason.to_owned()))
        }
    };
    Some(ForgeReview { login, state: ReviewState::Approved, at, head })
}

fn head_at(at: Timestamp, versions: &[Version]) -> ReviewedHead {
    let before = versions.iter().take_while(|version| version.created_at <= at);
    let Some((position, version)) = before.enumerate().last() else {
        return ReviewedHead::Unknown("it was given before there was anything to see".to_owned());
    };
    let is_newest = position + 1 == versions.len();
    let newest = versions.last().map(|newest| newest.head_commit_sha.as_str());
    match !is_newest && newest == Some(version.head_commit_sha.as_str()) {
        true => ReviewedHead::Unknown("the request was for another branch, or from another base, when it was given".to_owned()),
        false => ReviewedHead::Commit(version.head_commit_sha.clone()),
    }
}

#[cfg(test)]
mod tests;
