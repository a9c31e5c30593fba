//! Tokens, and who gets to see which secret.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::ports::{ResolveDigest as _, ResolveError};

use crate::asked::{image, mk_registries, told};
use crate::images::{at, found, manifest};
use tollgate_scripted::{Script, answer, header};

const PASSWORD: &str = "correct horse";

/// A directory with a docker config.
struct Config {
    directory: tempfile::TempDir,
}

impl Config {
    fn new(registry: &str, entry: &Value) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config.json"), json!({"auths": {registry: entry}}).to_string()).unwrap();
        Self { directory }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("config.json")
    }
}

fn basic() -> String {
    STANDARD.encode(format!("ada:{PASSWORD}"))
}

fn mk_config(registry: &str) -> Config {
    Config::new(registry, &json!({"auth": basic()}))
}

fn challenge(realm: &str) -> String {
    let header = format!(r#"WWW-Authenticate: Bearer realm="{realm}",service="shop",scope="repository:cart:pull""#);
    answer("401 Unauthorized", &[&header], "")
}

/// A registry that shows its images to who has the token `t0ken` of a realm.
fn mk_registry(realm: String) -> Script {
    Script::start(move |_, request| match header(request, "authorization").as_str() {
        "Bearer t0ken" => found("cart"),
        _ => challenge(&realm),
    })
}

fn token(token: &str) -> String {
    answer("200 OK", &[], &json!({"token": token}).to_string())
}

fn cart() -> Digest {
    Digest::of(manifest("cart").as_bytes())
}

#[test]
fn a_token_is_had_for_nothing_where_anybody_may_read() {
    let realm = Script::start(|_, _| token("t0ken"));
    let registry = mk_registry(format!("http://{}/token", realm.host));
    let registries = mk_registries(Vec::new());
    for _ in 0..2 {
        assert_eq!(registries.resolve(&image(&at(&registry, "cart:1"))).unwrap(), cart());
    }
    assert_eq!(realm.requests().len(), 1, "a token is used again");
    let asked = &realm.requests()[0];
    assert!(asked.starts_with("GET /token?scope=repository%3Acart%3Apull&service=shop "), "{asked}");
    assert_eq!(header(asked, "authorization"), "");
}

#[test]
fn user_and_password_go_to_the_realm_and_only_the_token_to_the_registry() {
    let realm = Script::start(|_, request| {
        if header(request, "authorization") == format!("Basic {}", basic()) { token("t0ken") } else { answer("401 No", &[], "") }
    });
    let registry = mk_registry(format!("http://{}/token", realm.host));
    let config = mk_config(&registry.host);
    assert_eq!(mk_registries(vec![config.file()]).resolve(&image(&at(&registry, "cart:1"))).unwrap(), cart());
    assert!(registry.requests().iter().all(|request| !request.contains(&basic())));
    let error = mk_registries(Vec::new()).resolve(&image(&at(&registry, "cart:1"))).unwrap_err();
    assert!(matches!(error, ResolveError::Unauthorized { reason, .. } if reason.contains("no credentials")), "{error:?}");
}

#[test]
fn an_identity_token_is_traded_in() {
    let realm = Script::start(|_, request| {
        let is_trade = request.starts_with("POST ") && request.contains("refresh_token=ref%2Bresh");
        if is_trade { answer("200 OK", &[], r#"{"access_token": "t0ken"}"#) } else { answer("400 Bad Request", &[], "") }
    });
    let registry = mk_registry(format!("http://{}/token", realm.host));
    let config = Config::new(&registry.host, &json!({"auth": basic(), "identitytoken": "ref+resh"}));
    assert_eq!(mk_registries(vec![config.file()]).resolve(&image(&at(&registry, "cart:1"))).unwrap(), cart());
    let ended = Config::new(&registry.host, &json!({"identitytoken": "hunter2"}));
    let error = mk_registries(vec![ended.file()]).resolve(&image(&at(&registry, "cart:1"))).unwrap_err();
    assert!(matches!(error, ResolveError::Unauthorized { reason, .. } if reason.contains("refuses")), "{error:?}");
    assert!(!told(&error).contains("hunter2"), "{}", told(&error));
}

#[test]
fn a_token_that_has_ended_is_asked_for_again() {
    let realm = Script::start(|number, _| token(&format!("t{number}")));
    let host = realm.host.clone();
    let registry = Script::start(move |number, request| match (number, header(request, "authorization").as_str()) {
        (_, "Bearer t1") | (0..=2, "Bearer t0") => found("cart"),
        _ => challenge(&format!("http://{host}/token")),
    });
    let registries = mk_registries(Vec::new());
    for _ in 0..3 {
        assert_eq!(registries.resolve(&image(&at(&registry, "cart:1"))).unwrap(), cart());
    }
    assert_eq!(realm.requests().len(), 2);
}

#[test]
fn no_secret_is_sent_to_a_realm_without_tls() {
    let registry = mk_registry("http://auth.example.com/token".to_owned());
    let config = mk_config(&registry.host);
    let error = mk_registries(vec![config.file()]).resolve(&image(&at(&registry, "cart:1"))).unwrap_err();
    assert!(matches!(&error, ResolveError::NotAnImage { reason, .. } if reason.contains("not `https`")), "{error:?}");
    assert!(!told(&error).contains(PASSWORD) && !told(&error).contains(&basic()));
}

#[test]
fn a_redirect_takes_no_secret_to_another_server() {
    let other = Script::start(|_, _| found("cart"));
    let location = format!("Location: http://{}/elsewhere", other.host);
    let registry = Script::start(move |_, request| match header(request, "authorization").is_empty() {
        true => answer("401 Unauthorized", &["WWW-Authenticate: Basic realm=\"r\""], ""),
        false => answer("307 Temporary Redirect", &[&location], ""),
    });
    let config = mk_config(&registry.host);
    assert_eq!(mk_registries(vec![config.file()]).resolve(&image(&at(&registry, "cart:1"))).unwrap(), cart());
    assert!(header(&registry.requests()[1], "authorization").starts_with("Basic "));
    assert_eq!(header(&other.requests()[0], "authorization"), "");
}

#[test]
fn a_server_that_was_redirected_to_can_not_ask_for_the_secrets_of_the_registry() {
    let other = Script::start(|_, _| answer("401 Unauthorized", &["WWW-Authenticate: Basic realm=\"r\""], ""));
    let location = format!("Location: http://{}/elsewhere", other.host);
    let registry = Script::start(move |_, _| answer("307 Temporary Redirect", &[&location], ""));
    let config = mk_config(&registry.host);
    let error = mk_registries(vec![config.file()]).resolve(&image(&at(&registry, "cart:1"))).unwrap_err();
    assert!(matches!(error, ResolveError::Unauthorized { .. }), "{error:?}");
    assert!(other.requests().iter().chain(&registry.requests()).all(|request| header(request, "authorization").is_empty()));
}

#[test]
fn a_realm_that_gives_no_token_blocks() {
    for answered in [answer("200 OK", &[], "{}"), answer("404 Not Found", &[], ""), token("a\r\nHost: evil.example.com")] {
        let realm = Script::start(move |_, _| answered.clone());
        let registry = mk_registry(format!("http://{}/token", realm.host));
        let error = mk_registries(Vec::new()).resolve(&image(&at(&registry, "cart:1"))).unwrap_err();
        assert!(matches!(&error, ResolveError::NotAnImage { reason, .. } if reason.contains("realm")), "{error:?}");
    }
}
