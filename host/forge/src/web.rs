//! Single requests, with limits that no server can stretch.

use std::net::IpAddr;
use std::time::Duration;

use tollgate_web::{Agents, Secret, WebError};
use ureq::Body;
use ureq::http::{HeaderMap, Response, Uri};

/// More bytes than an answer of a forge has.
const MAX_BYTES: u64 = 16 << 20;

/// A header of every request.
pub(crate) type Header = (&'static str, Secret);

/// What is done there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a Uri,
    pub(crate) headers: &'a [Header],
    /// JSON; nothing for what only reads.
    pub(crate) body: Option<&'a str>,
    pub(crate) limit: Duration,
}

/// What came back, with the headers that somebody looks at.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Speaks to a forge, over TLS unless the host is this machine. It follows no redirect, so that nobody else is told a token.
#[derive(Debug, Default)]
pub(crate) struct Web(Agents);

impl Web {
    pub(crate) fn ask(&self, request: &Request<'_>) -> Result<Answer, WebError> {
        let agent = self.0.of(request.url);
        let response = match request.method {
            Method::Get => bare(agent.get(request.url), request).call(),
            Method::Post => send(agent.post(request.url), request),
            Method::Put => send(agent.put(request.url), request),
            Method::Patch => send(agent.patch(request.url), request),
        };
        answer(&mut response?)
    }
}

fn bare<B>(call: ureq::RequestBuilder<B>, request: &Request<'_>) -> ureq::RequestBuilder<B> {
    let call = request.headers.iter().fold(call, |call, (name, value)| call.header(*name, value.reveal()));
    let call = call.config().timeout_global(Some(request.limit));
    let call = if is_local(request.url) { call.proxy(None) } else { call };
    call.build()
}

fn send(call: ureq::RequestBuilder<ureq::typestate::WithBody>, request: &Request<'_>) -> Result<Response<Body>, ureq::Error> {
    bare(call.header("Content-Type", "application/json"), request).send(request.body.unwrap_or_default())
}

/// A URL that may be asked: over TLS, or plain where it is this machine's, and without user and password in it.
pub(crate) fn url(text: &str) -> Result<Uri, &'static str> {
    let url: Uri = text.parse().map_err(|_| "is none")?;
    let Some(authority) = url.authority() else { return Err("names no host") };
    if authority.as_str().contains('@') {
        return Err("has credentials in it");
    }
    match url.scheme_str() {
        Some("https") => Ok(url),
        Some("http") if is_local(&url) => Ok(url),
        _ => Err("is not `https`"),
    }
}

fn is_local(url: &Uri) -> bool {
    let Some(host) = url.host() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn answer(response: &mut Response<Body>) -> Result<Answer, WebError> {
    let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec()?;
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for fit in ["https://forge.example.com/api/v4", "http://127.0.0.1:8080", "http://localhost/", "http://[::1]:80/"] {
            assert!(url(fit).is_ok(), "{fit}");
        }
        for unfit in ["http://forge.example.com/", "ftp://localhost/", "https://u:p@forge.example.com/", "/api", "", "https:///x"] {
            assert!(url(unfit).is_err(), "{unfit}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_for_a_url(text in "\\PC{0,30}") {
            let _ = url(&text);
        }
    }
}
