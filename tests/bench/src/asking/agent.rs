//! A connection that is used again and again.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::tls::TlsConfig;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an answer may be: a list of some thousand objects is some MiB.
const LONGEST: u64 = 1 << 30;

/// Somebody who asks one question after the other, over a connection of their own.
pub(super) struct Asker {
    agent: ureq::Agent,
    token: Option<String>,
}

/// A question.
pub(super) struct Question<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    /// Media type of the body.
    pub(super) kind: &'a str,
    pub(super) body: &'a [u8],
}

impl Asker {
    /// With a token, where the server wants one.
    pub(super) fn new(token: Option<&str>) -> Self {
        // Servers on this machine that were started for this alone, each with a certificate of its own.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).disable_verification(true).build();
        let config = ureq::Agent::config_builder().tls_config(tls).timeout_global(Some(PATIENCE)).http_status_as_error(false);
        Self { agent: config.build().new_agent(), token: token.map(str::to_owned) }
    }

    /// What the server answers. The error is what it said instead.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Vec<u8>, String> {
        let Question { method, url, kind, body } = *question;
        let request = ureq::http::Request::builder().method(method).uri(url).header("Content-Type", kind);
        let request = match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        let answer = match body {
            [] => self.agent.run(request.body(()).map_err(|error| error.to_string())?),
            body => self.agent.run(request.body(body).map_err(|error| error.to_string())?),
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let said = answer.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(|error| error.to_string())?;
        if answer.status().is_success() { Ok(said) } else { Err(format!("{}: {}", answer.status(), first_words(&said))) }
    }
}

/// The message of a Status, or what else was said.
fn first_words(said: &[u8]) -> String {
    let status: Option<Value> = serde_json::from_slice(said).ok();
    let message = status.as_ref().and_then(|status| status["message"].as_str()).map(str::to_owned);
    message.unwrap_or_else(|| String::from_utf8_lossy(said).chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_status_the_message_is_told() {
        assert_eq!(first_words(br#"{"kind": "Status", "message": "no"}"#), "no");
        assert_eq!(first_words(b"too much"), "too much");
    }
}
