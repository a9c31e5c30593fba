//! Single requests, with limits that no server can stretch.

use std::time::Duration;

use tollgate_web::{Agents, Secret, WebError, is_same_server};
use ureq::Body;
use ureq::http::uri::Authority;
use ureq::http::{HeaderMap, Response, Uri};

use super::place::is_loopback;
use crate::manifest::MAX_MANIFEST_BYTES;

/// Redirects that are followed for one answer.
const MAX_REDIRECTS: usize = 5;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a str,
    pub(crate) accept: &'a str,
    /// The value of `Authorization`. It goes to the scheme, host and port of `url` and to no other.
    pub(crate) authorization: Option<&'a Secret>,
    pub(crate) limit: Duration,
}

/// What came back, with the headers that somebody looks at.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) content_digest: Option<String>,
    pub(crate) challenges: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// Speaks HTTP/1.1, over TLS unless the host is this machine or named as insecure.
#[derive(Debug)]
pub(crate) struct Web {
    insecure: Vec<String>,
    agents: Agents,
}

impl Web {
    pub(crate) fn new(insecure: Vec<String>) -> Self {
        Self { insecure, agents: Agents::default() }
    }

    /// The URL of a path at a host.
    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        let scheme = if self.may_be_plain(host) { "http" } else { "https" };
        format!("{scheme}://{host}{path}")
    }

    /// Gets an answer, following redirects.
    pub(crate) fn get(&self, request: &Request<'_>) -> Result<Answer, WebError> {
        let first = self.parse(request.url)?;
        let mut here = first.clone();
        for _ in 0..=MAX_REDIRECTS {
            let authorization = request.authorization.filter(|_| is_same_server(&first, &here));
            let mut response = self.get_once(&here, request, authorization)?;
            match location(&response) {
                Some(location) => here = self.parse(&target(&here, &location))?,
                None => {
                    let mut answer = answer(&mut response)?;
                    // What another server wants to know is not for it to be told.
                    answer.challenges.retain(|_| is_same_server(&first, &here));
                    return Ok(answer);
                }
            }
        }
        Err(WebError::Unfit(format!("it redirects more than {MAX_REDIRECTS} times")))
    }

    /// Sends a form. It is not sent anywhere else if the answer is a redirect.
    pub(crate) fn post_form(&self, request: &Request<'_>, form: &[(&str, &str)]) -> Result<Answer, WebError> {
        let url = self.parse(request.url)?;
        let call = self.agents.of(&url).post(&url).header("Accept", request.accept).config().timeout_global(Some(request.limit));
        let call = if is_local(&url) { call.proxy(None) } else { call };
        answer(&mut call.build().send_form(form.iter().copied())?)
    }

    fn get_once(&self, url: &Uri, request: &Request<'_>, authorization: Option<&Secret>) -> Result<Response<Body>, WebError> {
        let mut call = self.agents.of(url).get(url).header("Accept", request.accept);
        if let Some(authorization) = authorization {
            call = call.header("Authorization", authorization.reveal());
        }
        let call = call.config().timeout_global(Some(request.limit));
        let call = if is_local(url) { call.proxy(None) } else { call };
        Ok(call.build().call()?)
    }

    /// A URL that may be asked: over TLS, or plain where that is allowed, and without user and password in it.
    fn parse(&self, text: &str) -> Result<Uri, WebError> {
        let unfit = |reason: &str| WebError::Unfit(format!("it leads to a URL that {reason}"));
        let url: Uri = text.parse().map_err(|_| unfit("is none"))?;
        let authority = url.authority().map(Authority::as_str).ok_or_else(|| unfit("names no host"))?;
        if authority.contains('@') {
            return Err(unfit("has credentials in it"));
        }
        match url.scheme_str() {
            Some("https") => Ok(url),
            Some("http") if self.may_be_plain(authority) => Ok(url),
            _ => Err(unfit("is not `https`")),
        }
    }

    fn may_be_plain(&self, authority: &str) -> bool {
        is_loopback(authority) || self.insecure.iter().any(|known| known == authority)
    }
}

fn is_local(url: &Uri) -> bool {
    url.authority().is_some_and(|authority| is_loopback(authority.as_str()))
}

/// Where a redirect leads.
fn location(response: &Response<Body>) -> Option<String> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    header(response.headers(), "location").filter(|_| is_redirect)
}

/// The URL that a `Location` means. One that is relative to the path is none that a registry sends, and leads nowhere.
fn target(from: &Uri, location: &str) -> String {
    match (location.starts_with('/') && !location.starts_with("//"), from.scheme_str(), from.authority()) {
        (true, Some(scheme), Some(authority)) => format!("{scheme}://{authority}{location}"),
        _ => location.to_owned(),
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
}

fn answer(response: &mut Response<Body>) -> Result<Answer, WebError> {
    let body = response.body_mut().with_config().limit(MAX_MANIFEST_BYTES).read_to_vec()?;
    let headers = response.headers();
    let challenges = headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok());
    Ok(Answer {
        status: response.status().as_u16(),
        retry_after: header(headers, "retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs),
        content_digest: header(headers, "docker-content-digest"),
        challenges: challenges.map(ToOwned::to_owned).collect(),
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn a_redirect_leads_to_a_path_of_the_same_server_or_to_a_whole_url() {
        let from = uri("https://registry.example.com/v2/a/manifests/1");
        assert_eq!(target(&from, "/there?a=b"), "https://registry.example.com/there?a=b");
        assert_eq!(target(&from, "https://cdn.example.com/x"), "https://cdn.example.com/x");
        assert_eq!(target(&from, "//cdn.example.com/x"), "//cdn.example.com/x");
    }

    #[test]
    fn only_this_machine_and_what_is_named_is_spoken_to_without_tls() {
        let web = Web::new(vec!["registry.example.com:5000".to_owned()]);
        assert_eq!(web.url("localhost:5000", "/v2/"), "http://localhost:5000/v2/");
        assert_eq!(web.url("registry.example.com:5000", "/v2/"), "http://registry.example.com:5000/v2/");
        assert_eq!(web.url("registry.example.com", "/v2/"), "https://registry.example.com/v2/");
        for unfit in ["http://registry.example.com/", "ftp://localhost/", "https://u:p@registry.example.com/", "/v2/", "", "//x/y"]
        {
            assert!(matches!(web.parse(unfit), Err(WebError::Unfit(_))), "{unfit}");
        }
    }

    proptest! {
        #[test]
        fn no_location_leads_out_of_tls(location in "(https?:)?/{0,3}[a-z.@:/]{0,12}") {
            let web = Web::new(Vec::new());
            let from = uri("https://registry.example.com/v2/");
            if let Ok(url) = web.parse(&target(&from, &location)) {
                prop_assert!(url.scheme_str() == Some("https") || is_local(&url), "{url}");
            }
        }
    }
}
