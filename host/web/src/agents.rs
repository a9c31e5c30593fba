//! Who speaks HTTP/1.1, with TLS and without.

use std::fmt;
use std::sync::OnceLock;

use ureq::Agent;
use ureq::http::Uri;
use ureq::http::uri::Scheme;

use crate::roots;

/// How this program calls itself.
const USER_AGENT: &str = concat!("tollgate/", env!("CARGO_PKG_VERSION"));

/// One that speaks plain, and one that speaks TLS. Neither follows a redirect, so that nobody else is told a secret, and to neither a
/// status is an error.
#[derive(Default)]
pub struct Agents {
    plain: OnceLock<Agent>,
    /// Made when it is first needed, because reading certificates takes a while.
    secure: OnceLock<Agent>,
}

impl fmt::Debug for Agents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agents")
    }
}

impl Agents {
    /// Who speaks to a URL: plain where it says `http`, and over TLS to all others. Whether a URL may be spoken to is not known here.
    pub fn of(&self, url: &Uri) -> &Agent {
        if url.scheme() == Some(&Scheme::HTTP) {
            return self.plain.get_or_init(|| agent().build().into());
        }
        self.secure.get_or_init(|| agent().tls_config(roots::tls_config()).build().into())
    }
}

fn agent() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder().user_agent(USER_AGENT).http_status_as_error(false).max_redirects(0).max_redirects_will_error(false)
}

/// Whether two URLs are of one server: the same scheme, host and port.
pub fn is_same_server(one: &Uri, other: &Uri) -> bool {
    (one.scheme(), one.authority()) == (other.scheme(), other.authority())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn another_port_or_scheme_is_another_server() {
        let here = uri("https://forge.example.com/a");
        assert!(is_same_server(&here, &uri("https://forge.example.com/b?c")));
        let others = ["http://forge.example.com/", "https://forge.example.com:444/a", "https://forge.example.com.example.org/a"];
        for other in others.into_iter().chain(["https://example.com/a"]) {
            assert!(!is_same_server(&here, &uri(other)), "{other}");
        }
    }
}
