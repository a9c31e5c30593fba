//! Through which proxy an API server is asked, as Go's programs have it.

use std::net::IpAddr;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::failure::ServerError;

/// The cluster's own proxy, or that of the environment where `NO_PROXY` does not leave the server out.
///
/// # Errors
/// When a proxy is named that can't be one.
pub(super) fn proxy(
    own: Option<&str>,
    server: &Uri,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Uri>, ServerError> {
    let of = |names: [&str; 2]| names.into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let Some(text) = own.map(ToOwned::to_owned).or_else(|| of(["HTTPS_PROXY", "https_proxy"])) else { return Ok(None) };
    let no = of(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    if own.is_none() && (is_here(server) || is_left_out(server, &no)) {
        return Ok(None);
    }
    let url = if text.contains("://") { text.replacen("socks5h://", "socks5://", 1) } else { format!("http://{text}") };
    url.parse().map(Some).map_err(ServerError::Proxy)
}

/// What runs on the same machine is asked directly.
fn is_here(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_left_out(server: &Uri, no: &str) -> bool {
    Matcher::builder().all("http://proxy").no(no).build().intercept(server).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTSIDE: &str = "http://outside:3128";

    fn ask(own: Option<&str>, server: &str, environment: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        proxy(own, &server.parse().unwrap(), variable).unwrap().map(|uri| uri.to_string())
    }

    #[test]
    fn the_clusters_own_proxy_is_asked_whatever_the_environment_says() {
        let environment = [("HTTPS_PROXY", OUTSIDE), ("NO_PROXY", "*")];
        assert_eq!(ask(Some("http://own:3128"), "https://10.0.0.1:6443", &environment).as_deref(), Some("http://own:3128/"));
        assert_eq!(ask(Some("http://own:3128"), "https://127.0.0.1:6443", &[]).as_deref(), Some("http://own:3128/"));
    }

    #[test]
    fn no_proxy_leaves_servers_out_and_not_proxies() {
        let with = |no: &str, server: &str| ask(None, server, &[("HTTPS_PROXY", OUTSIDE), ("NO_PROXY", no)]);
        let through = Some("http://outside:3128/".to_owned());
        assert_eq!(with("", "https://10.0.0.1:6443"), through);
        assert_eq!(with("outside", "https://10.0.0.1:6443"), through);
        assert_eq!(with("example.com", "https://api.example.org"), through);
        for (no, server) in [
            ("10.0.0.0/8", "https://10.0.0.1:6443"),
            ("10.0.0.1", "https://10.0.0.1:6443"),
            (".example.com, 192.0.2.1", "https://api.example.com"),
            ("example.com", "https://api.example.com"),
            ("*", "https://api.example.com"),
            ("", "https://127.0.0.1:6443"),
            ("", "https://[::1]:6443"),
            ("", "https://localhost:6443"),
        ] {
            assert_eq!(with(no, server), None, "{no} {server}");
        }
    }

    #[test]
    fn a_proxy_may_be_named_as_people_name_it() {
        let own = |text: &str| ask(Some(text), "https://10.0.0.1", &[]);
        assert_eq!(own("outside:3128").as_deref(), Some("http://outside:3128/"));
        assert_eq!(own("socks5h://outside:1080").as_deref(), Some("socks5://outside:1080/"));
        assert_eq!(ask(None, "https://10.0.0.1", &[("https_proxy", "outside:3128")]).as_deref(), Some("http://outside:3128/"));
        assert_eq!(ask(None, "https://10.0.0.1", &[("HTTPS_PROXY", "")]), None);
        assert!(proxy(Some("http://a b"), &"https://10.0.0.1".parse().unwrap(), |_| None).is_err());
    }
}
