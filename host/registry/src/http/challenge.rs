//! What a registry wants before it answers (RFC 9110, section 11; the token flow of the distribution project).

use http_auth::ChallengeRef;

/// What to come back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A token that somebody else gives.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
    /// User and password.
    Basic,
}

impl Challenge {
    /// The challenge of an answer's `WWW-Authenticate` headers that is taken up: a token where one will do.
    /// Nothing when there is none that is known.
    pub(crate) fn choose(headers: &[String]) -> Option<Self> {
        let all = headers.iter().filter_map(|header| http_auth::parse_challenges(header).ok()).flatten();
        let known: Vec<Self> = all.filter_map(|challenge| Self::of(&challenge)).collect();
        known.iter().find(|challenge| matches!(challenge, Self::Bearer { .. })).or(known.first()).cloned()
    }

    fn of(challenge: &ChallengeRef<'_>) -> Option<Self> {
        let parameter = |name: &str| {
            let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_unescaped())
        };
        if challenge.scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        let is_bearer = challenge.scheme.eq_ignore_ascii_case("bearer");
        let realm = parameter("realm").filter(|_| is_bearer)?;
        Some(Self::Bearer { realm, service: parameter("service"), scope: parameter("scope") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn choose(headers: &[&str]) -> Option<Challenge> {
        Challenge::choose(&headers.iter().map(|header| (*header).to_owned()).collect::<Vec<_>>())
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let owned = |text: &str| text.to_owned();
        Some(Challenge::Bearer { realm: owned(realm), service: service.map(owned), scope: scope.map(owned) })
    }

    #[test]
    fn realm_service_and_scope_are_read() {
        let header = r#"Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull,push""#;
        let expected = bearer("https://auth.example.com/token", Some("registry"), Some("repository:a/b:pull,push"));
        assert_eq!(choose(&[header]), expected);
        assert_eq!(choose(&[r#"bearer REALM="https://a""#]), bearer("https://a", None, None));
    }

    #[test]
    fn a_token_is_taken_before_a_password_wherever_it_stands() {
        let token = bearer("https://a", None, None);
        assert_eq!(choose(&[r#"Basic realm="r", Bearer realm="https://a""#]), token);
        assert_eq!(choose(&[r#"Basic realm="r""#, r#"Bearer realm="https://a""#]), token);
        assert_eq!(choose(&[r#"Basic realm="r""#]), Some(Challenge::Basic));
    }

    #[test]
    fn what_is_not_known_is_no_challenge() {
        for header in ["", "Negotiate", "Bearer", r#"Bearer service="no realm""#, "Bearer realm=\"never closed", "=,="] {
            assert_eq!(choose(&[header]), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn a_challenge_is_read_as_it_was_written(realm in "https://[a-z./]{1,9}", scope in "[a-z:/,]{1,9}", text in "\\PC{0,12}") {
            let header = format!(r#"Bearer realm="{realm}",scope="{scope}""#);
            prop_assert_eq!(choose(&[&text, &header]).filter(|found| *found != Challenge::Basic), bearer(&realm, None, Some(&scope)));
        }
    }
}
