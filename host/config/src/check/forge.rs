//! `people.forge`: whose reviews on a forge are whose.

use std::collections::BTreeMap;
use std::net::IpAddr;

use tollgate_core::forge::{ForgeKind, ForgeSpec};

use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::people as raw;
use crate::raw::text::Text;

/// The forge. `forges` are the addresses whose keys forges hold.
pub(super) fn forge(raw: &raw::Forge, forges: &[Text], at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> ForgeSpec {
    let kind = match raw.kind {
        raw::ForgeKind::Github => ForgeKind::Github,
        raw::ForgeKind::Gitlab => ForgeKind::Gitlab,
    };
    let repository = raw.repo.as_str().to_owned();
    if kind == ForgeKind::Github && repository.matches('/').count() != 1 {
        problems.push(at.member("repo").problem(format!("`{repository}` is not the `owner/name` of a repository on GitHub")));
    }
    check_accounts(raw, forges, &at.member("accounts"), problems);
    let accounts = raw.accounts.iter().map(|(login, principal)| (login.as_str().to_owned(), principal.as_str().to_owned()));
    ForgeSpec {
        kind,
        repository,
        api: api(raw, kind, &at.member("api"), problems),
        token: raw.token.as_ref().map(|token| token.env.as_str().to_owned()),
        accounts: accounts.collect(),
    }
}

/// A token goes there, so it has to be a place that proves who it is.
fn api(raw: &raw::Forge, kind: ForgeKind, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> String {
    let Some(api) = &raw.api else { return kind.public_api().to_owned() };
    let api = api.as_str().trim_end_matches('/');
    if let Some(fault) = fault_of_url(api) {
        problems.push(at.problem(format!("`{api}` {fault}")).hint(format!("write it as `{}`", kind.public_api())));
    }
    api.to_owned()
}

fn fault_of_url(url: &str) -> Option<&'static str> {
    let is_plain = url.starts_with("http://");
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return Some("is no URL") };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_local = || host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if authority.contains('@') {
        return Some("has credentials in it");
    }
    if host.is_empty() || rest.contains(['?', '#', ' ']) {
        return Some("is no URL of an API");
    }
    (is_plain && !is_local()).then_some("is not `https`, so anybody on the way could read the token and write the answers")
}

fn check_accounts(raw: &raw::Forge, forges: &[Text], at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for (login, principal) in &raw.accounts {
        let login = login.as_str();
        let at = at.member(login);
        let principal = principal.as_str();
        if let Some(other) = known.insert(login.to_lowercase(), login) {
            problems.push(at.key_problem(format!("`{login}` and `{other}` are one account: a forge has its name in every case")));
        }
        if !principal.contains('@') {
            problems.push(at.problem(format!("`{principal}` is no mail address, as people have it in `people`")));
        }
        if forges.iter().any(|forge| forge.as_str().eq_ignore_ascii_case(principal)) {
            problems.push(at.problem(format!("`{principal}` is a forge, which is no person that reviews")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_only_sent_where_nobody_reads_along() {
        for good in
            ["https://api.github.com", "https://forge.example.com:8443/api/v4", "http://127.0.0.1:8080", "http://localhost:1/x"]
        {
            assert_eq!(fault_of_url(good), None, "{good}");
        }
        for bad in [
            "http://forge.example.com",
            "http://localhost.example.com",
            "https://u:p@forge.example.com",
            "forge.example.com",
            "https://",
            "https:///api",
            "https://forge.example.com/?a=b",
            "ftp://localhost",
        ] {
            assert!(fault_of_url(bad).is_some(), "{bad}");
        }
    }
}
