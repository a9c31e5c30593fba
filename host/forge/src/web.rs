//! Single requests, with limits that no server can stretch.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use ureq::http::uri::Scheme;
use ureq::http::{HeaderMap, Response, Uri};
use ureq::{Agent, Body};

use crate::roots;
use crate::secret::Secret;

/// How this program calls itself.
const USER_AGENT: &str = concat!("tollgate/", env!("CARGO_PKG_VERSION"));

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

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum WebError {
    /// It took too long.
    Late,
    /// Trying again may help.
    Connection(ureq::Error),
    /// Trying again does not help: the name, the certificate.
    Hopeless(ureq::Error),
    /// An answer that is not taken.
    Unfit(String),
}

/// Speaks HTTP/1.1, over TLS unless the host is this machine. It follows no redirect, so that nobody else is told a token.
#[derive(Default)]
pub(crate) struct Web {
    plain: OnceLock<Agent>,
    /// Made when it is first needed, because reading certificates takes a while.
    secure: OnceLock<Agent>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Web")
    }
}

impl Web {
    pub(crate) fn ask(&self, request: &Request<'_>) -> Result<Answer, WebError> {
        let agent = self.agent(request.url);
        let response = match request.method {
            Method::Get => bare(agent.get(request.url), request).call(),
            Method::Post => send(agent.post(request.url), request),
            Method::Put => send(agent.put(request.url), request),
            Method::Patch => send(agent.patch(request.url), request),
        };
        answer(&mut response.map_err(web_error)?)
    }

    fn agent(&self, url: &Uri) -> &Agent {
        if url.scheme() == Some(&Scheme::HTTP) {
            return self.plain.get_or_init(|| agent().build().into());
        }
        self.secure.get_or_init(|| agent().tls_config(roots::tls_config()).build().into())
    }
}

fn agent() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder().user_agent(USER_AGENT).http_status_as_error(false).max_redirects(0).max_redirects_will_error(false)
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

/// Whether two URLs are of one server.
pub(crate) fn is_same_server(one: &Uri, other: &Uri) -> bool {
    (one.scheme(), one.authority()) == (other.scheme(), other.authority())
}

fn is_local(url: &Uri) -> bool {
    let Some(host) = url.host() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn answer(response: &mut Response<Body>) -> Result<Answer, WebError> {
    let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(web_error)?;
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

fn web_error(error: ureq::Error) -> WebError {
    match error {
        ureq::Error::Timeout(_) => WebError::Late,
        ureq::Error::Io(source) if source.kind() == io::ErrorKind::TimedOut => WebError::Late,
        // TLS: the certificate, or no TLS at all on the other side.
        ureq::Error::Io(source) if source.kind() == io::ErrorKind::InvalidData => WebError::Hopeless(ureq::Error::Io(source)),
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => WebError::Connection(error),
        ureq::Error::BodyExceedsLimit(limit) => WebError::Unfit(format!("it has more than {limit} bytes")),
        error => WebError::Hopeless(error),
    }
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

    #[test]
    fn another_port_or_scheme_is_another_server() {
        let here = url("https://forge.example.com/a").unwrap();
        assert!(is_same_server(&here, &url("https://forge.example.com/b?c").unwrap()));
        for other in ["https://forge.example.com:444/a", "https://forge.example.com.example.org/a", "https://other.example.com/a"] {
            assert!(!is_same_server(&here, &url(other).unwrap()), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_for_a_url(text in "\\PC{0,30}") {
            let _ = url(&text);
        }
    }
}
