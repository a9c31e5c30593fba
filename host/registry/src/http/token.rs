//! Getting tokens (the token and OAuth 2 flows of the distribution project).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tollgate_web::Secret;

/// The name under which identity tokens are traded in.
const CLIENT: &str = "tollgate";

/// What a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenRequest {
    pub(crate) realm: String,
    pub(crate) service: Option<String>,
    pub(crate) scope: String,
}

impl TokenRequest {
    /// The URL that gives a token to who is nobody, or comes with user and password.
    pub(crate) fn url(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let separator = if self.realm.contains('?') { '&' } else { '?' };
        let service = self.service.as_deref().map(|service| format!("&service={}", encode(service))).unwrap_or_default();
        format!("{}{separator}scope={}{service}", self.realm, encode(&self.scope))
    }

    /// The form that trades an identity token for one.
    pub(crate) fn form<'a>(&'a self, identity: &'a Secret) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT),
            ("service", self.service.as_deref().unwrap_or_default()),
            ("scope", &self.scope),
            ("refresh_token", identity.reveal()),
        ]
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

/// The token in an answer, under either of its names.
pub(crate) fn token_in(body: &[u8]) -> Option<Secret> {
    let TokenAnswer { token, access_token } = serde_json::from_slice(body).ok()?;
    let token = if token.is_empty() { access_token } else { token };
    // What is no header value could smuggle in other headers.
    let is_fit = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_fit.then(|| Secret::new(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mk_request(realm: &str, service: Option<&str>) -> TokenRequest {
        TokenRequest { realm: realm.to_owned(), service: service.map(ToOwned::to_owned), scope: "repository:a/b:pull".to_owned() }
    }

    #[test]
    fn service_and_scope_are_added_to_the_realm() {
        let url = mk_request("https://a.example.com/token", Some("x&y")).url();
        assert_eq!(url, "https://a.example.com/token?scope=repository%3Aa%2Fb%3Apull&service=x%26y");
        assert_eq!(mk_request("https://a?b=c", None).url(), "https://a?b=c&scope=repository%3Aa%2Fb%3Apull");
    }

    #[test]
    fn an_identity_token_goes_into_the_form_and_not_into_the_url() {
        let request = mk_request("https://a", Some("s"));
        let form = request
            .form(&Secret::new("hunter2".to_owned()))
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>();
        assert!(form.contains(&"refresh_token=hunter2".to_owned()) && form.contains(&"grant_type=refresh_token".to_owned()));
        assert!(!request.url().contains("hunter2"));
    }

    #[test]
    fn a_token_has_one_of_two_names_and_is_never_empty() {
        let token = |text: &str| token_in(text.as_bytes()).map(|token| token.reveal().to_owned());
        assert_eq!(token(r#"{"token": "a", "access_token": "b"}"#), Some("a".to_owned()));
        assert_eq!(token(r#"{"access_token": "b", "expires_in": 60}"#), Some("b".to_owned()));
        for none in ["", "{}", r#"{"token": ""}"#, r#"{"token": 1}"#, r#"{"token": "a\r\nHost: b"}"#, "<html>"] {
            assert_eq!(token(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_answered_a_token_is_one_line(body in prop::collection::vec(any::<u8>(), 0..40), token in "\\PC{0,12}") {
            let written = serde_json::json!({"token": token}).to_string();
            for body in [body, written.into_bytes()] {
                prop_assert!(token_in(&body).is_none_or(|token| !token.reveal().contains([' ', '\r', '\n'])));
            }
        }
    }
}
