//! Questions to an API that speaks JSON: pages, tries, limits of how often, and what each status means.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::Value;
use tollgate_core::ports::ForgeError;
use tollgate_web::{Limits, Patience, Secret, WebError, is_same_server};
use ureq::http::{HeaderMap, Uri};

use crate::credential::Credential;
use crate::web::{self, Answer, Header, Method, Request, Web};

/// Longer lists are of something else than one change.
const MAX_PAGES: usize = 50;

/// How long to wait where a forge says "too often" and no more.
const A_WHILE: Duration = Duration::from_secs(60);

/// The API of one repository at one forge.
#[derive(Debug)]
pub(crate) struct Api {
    web: Web,
    /// Without a slash at its end.
    base: String,
    credential: Credential,
    headers: Vec<Header>,
    limits: Limits,
}

/// Why a try led to nothing.
enum Trouble {
    /// A server's own error, which may pass.
    Broken(u16),
    /// Not before so long.
    TooOften(Option<Duration>),
    Late,
    Connection(ureq::Error),
    /// No other try would end better.
    Final(ForgeError),
}

impl Api {
    /// An API whose URLs begin with `base`. `headers` go with every request.
    pub(crate) fn new(base: &str, credential: Credential, headers: &[(&'static str, &str)], limits: Limits) -> Self {
        let plain = headers.iter().map(|(name, value)| (*name, Secret::new((*value).to_owned())));
        let headers = plain.chain(credential.header()).collect();
        Self { web: Web::default(), base: base.trim_end_matches('/').to_owned(), credential, headers, limits }
    }

    /// The object at a path. `what` it is, is said in errors.
    pub(crate) fn get<T: DeserializeOwned>(&self, what: &str, path: &str) -> Result<T, ForgeError> {
        let url = self.url(what, &format!("{}{path}", self.base))?;
        let answer = self.read(what, &url, &mut Patience::new(self.limits))?;
        self.parse(what, &answer)
    }

    /// All elements of the list at a path.
    pub(crate) fn list<T: DeserializeOwned>(&self, what: &str, path: &str) -> Result<Vec<T>, ForgeError> {
        let mut patience = Patience::new(self.limits);
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut url = self.url(what, &format!("{}{path}{separator}per_page=100", self.base))?;
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            let answer = self.read(what, &url, &mut patience)?;
            all.extend(self.parse::<Vec<T>>(what, &answer)?);
            match next_page(&answer.headers) {
                Some(next) => url = self.own(what, &next)?,
                None => return Ok(all),
            }
        }
        Err(self.unfit(what, format!("it has more than {MAX_PAGES} pages")))
    }

    /// Sends an object, once: a second try might do twice what is asked.
    pub(crate) fn send(&self, method: Method, what: &str, path: &str, body: &Value) -> Result<(), ForgeError> {
        let url = self.url(what, &format!("{}{path}", self.base))?;
        let body = body.to_string();
        let request = Request { method, url: &url, headers: &self.headers, body: Some(&body), limit: self.limits.request };
        let passed = self.passed(what, self.web.ask(&request));
        passed.map(drop).map_err(|trouble| self.given_up(what, trouble))
    }

    fn read(&self, what: &str, url: &Uri, patience: &mut Patience) -> Result<Answer, ForgeError> {
        loop {
            let trouble = match patience.request() {
                Some(limit) => {
                    let request = Request { method: Method::Get, url, headers: &self.headers, body: None, limit };
                    match self.passed(what, self.web.ask(&request)) {
                        Ok(answer) => return Ok(answer),
                        Err(trouble) => trouble,
                    }
                }
                None => return Err(self.given_up(what, Trouble::Late)),
            };
            let asked = match &trouble {
                Trouble::Final(_) => return Err(self.given_up(what, trouble)),
                Trouble::TooOften(wait) => Some(wait.unwrap_or_default()),
                _ => None,
            };
            if !patience.wait(asked) {
                return Err(self.given_up(what, trouble));
            }
        }
    }

    /// An answer that says something, or the trouble that there was.
    fn passed(&self, what: &str, answer: Result<Answer, WebError>) -> Result<Answer, Trouble> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(WebError::Late) => return Err(Trouble::Late),
            Err(WebError::Connection(error)) => return Err(Trouble::Connection(error)),
            Err(WebError::Hopeless(error)) => return Err(Trouble::Final(self.unreachable(what, error))),
            Err(WebError::Unfit(reason)) => return Err(Trouble::Final(self.unfit(what, reason))),
        };
        let (forge, what) = (self.forge(), what.to_owned());
        match answer.status {
            200..=299 => Ok(answer),
            403 | 429 if is_too_often(&answer) => Err(Trouble::TooOften(wait(&answer.headers))),
            401 => Err(Trouble::Final(ForgeError::Unauthorized { forge, what, reason: self.credential.reason() })),
            403 => Err(Trouble::Final(ForgeError::Forbidden { forge, what })),
            404 => Err(Trouble::Final(ForgeError::NotFound { forge, what, reason: self.credential.reason() })),
            status @ 500..=599 => Err(Trouble::Broken(status)),
            301 | 302 | 307 | 308 => {
                let reason = "it leads elsewhere, where no token is sent to; was the repository renamed?";
                Err(Trouble::Final(self.unfit(&what, reason)))
            }
            status => Err(Trouble::Final(self.unfit(&what, format!("it has status {status}")))),
        }
    }

    /// What is said when nobody waits any longer.
    fn given_up(&self, what: &str, trouble: Trouble) -> ForgeError {
        let (forge, what) = (self.forge(), what.to_owned());
        match trouble {
            Trouble::Broken(status) => ForgeError::Unavailable { forge, what, status },
            Trouble::TooOften(wait) => ForgeError::TooOften { forge, what, seconds: wait.unwrap_or(A_WHILE).as_secs() },
            Trouble::Late => ForgeError::TimedOut { forge, what },
            Trouble::Connection(source) => self.unreachable(&what, source.into_io()),
            Trouble::Final(error) => error,
        }
    }

    fn parse<T: DeserializeOwned>(&self, what: &str, answer: &Answer) -> Result<T, ForgeError> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            // Its own words may hold what the answer does.
            let problem = if error.is_data() { "is not as the API is documented" } else { "is no JSON" };
            self.unfit(what, format!("it {problem} (line {}, column {})", error.line(), error.column()))
        })
    }

    /// The URL of the next page, which must be of the same API.
    fn own(&self, what: &str, next: &str) -> Result<Uri, ForgeError> {
        let url = self.url(what, next)?;
        let base = self.url(what, &self.base)?;
        match is_same_server(&url, &base) && url.path().starts_with(base.path().trim_end_matches('/')) {
            true => Ok(url),
            false => Err(self.unfit(what, "its next page is at another place")),
        }
    }

    fn url(&self, what: &str, text: &str) -> Result<Uri, ForgeError> {
        web::url(text).map_err(|reason| self.unfit(what, format!("its URL {reason}")))
    }

    pub(crate) fn unfit(&self, what: &str, reason: impl Into<String>) -> ForgeError {
        ForgeError::Unfit { forge: self.forge(), what: what.to_owned(), reason: reason.into() }
    }

    fn unreachable(&self, what: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ForgeError {
        ForgeError::Unreachable { forge: self.forge(), what: what.to_owned(), source: source.into() }
    }

    /// Its host, for messages.
    fn forge(&self) -> String {
        let authority = self.base.split_once("://").map_or(self.base.as_str(), |(_, rest)| rest);
        authority.split('/').next().unwrap_or_default().to_owned()
    }
}

/// A limit of how often somebody may ask, and not of what they may see.
fn is_too_often(answer: &Answer) -> bool {
    let is_used_up = ["x-ratelimit-remaining", "ratelimit-remaining"].iter().any(|name| text(&answer.headers, name) == Some("0"));
    answer.status == 429 || is_used_up || text(&answer.headers, "retry-after").is_some()
}

/// How long the forge asks to wait.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = |name: &str| text(headers, name)?.parse().ok().map(Duration::from_secs);
    let until = || seconds("x-ratelimit-reset").or_else(|| seconds("ratelimit-reset"));
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    seconds("retry-after").or_else(|| until().map(|until| until.saturating_sub(now())))
}

/// The `next` of a `Link` header (RFC 8288).
fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = text(headers, "link")?;
    let is_next = |link: &&str| link.split(';').skip(1).any(|part| matches!(part.trim(), r#"rel="next""# | "rel=next"));
    let next = links.split(", ").find(is_next)?;
    let (url, _) = next.trim().strip_prefix('<')?.split_once('>')?;
    Some(url.to_owned())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_next_page_is_the_one_that_is_called_so() {
        let link = r#"<https://a/x?page=1>; rel="prev", <https://a/x?page=3>; rel="next", <https://a/x?page=9>; rel="last""#;
        assert_eq!(next_page(&headers(&[("link", link)])).as_deref(), Some("https://a/x?page=3"));
        for none in [r#"<https://a/x?page=1>; rel="prev""#, "", "garbage", r#"https://a; rel="next""#] {
            assert_eq!(next_page(&headers(&[("link", none)])), None, "{none}");
        }
        assert_eq!(next_page(&HeaderMap::new()), None);
    }

    #[test]
    fn a_403_is_a_limit_only_where_the_forge_says_so() {
        let answer = |status, list: &[(&'static str, &str)]| Answer { status, headers: headers(list), body: Vec::new() };
        assert!(!is_too_often(&answer(403, &[])));
        assert!(!is_too_often(&answer(403, &[("x-ratelimit-remaining", "10")])));
        assert!(is_too_often(&answer(403, &[("x-ratelimit-remaining", "0")])));
        assert!(is_too_often(&answer(403, &[("ratelimit-remaining", "0")])));
        assert!(is_too_often(&answer(403, &[("retry-after", "30")])));
        assert!(is_too_often(&answer(429, &[])));
    }

    #[test]
    fn the_wait_is_what_the_forge_says_or_until_the_time_that_it_names() {
        assert_eq!(wait(&headers(&[("retry-after", "30"), ("x-ratelimit-reset", "1")])), Some(Duration::from_secs(30)));
        assert_eq!(wait(&headers(&[("x-ratelimit-reset", "1")])), Some(Duration::ZERO), "it is over");
        assert!(wait(&headers(&[("ratelimit-reset", "99999999999")])) > Some(Duration::from_secs(1 << 30)));
        assert_eq!(wait(&headers(&[("retry-after", "soon")])), None);
    }
}
