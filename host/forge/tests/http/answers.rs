//! What servers may answer instead, and what is made of it.

use std::thread;
use std::time::Duration;

use tollgate_core::ports::{ForgeError, ReadForge as _};
use tollgate_forge::{Credential, Github, Limits};

use crate::asked::{LIMITS, commit, github, gitlab, mk_request};
use tollgate_scripted::{Script, answer};

fn error_of(answered: String) -> (ForgeError, usize) {
    let script = Script::start(move |_, _| answered.clone());
    let error = github(&script.url).requests_of(&commit("c")).unwrap_err();
    (error, script.requests().len())
}

#[test]
fn a_server_that_fails_twice_is_asked_until_it_answers() {
    let script = Script::start(|number, _| match number {
        0 => answer("502 Bad Gateway", &[], "<html>"),
        1 => String::new(),
        _ => answer("200 OK", &[], "[]"),
    });
    assert_eq!(github(&script.url).requests_of(&commit("c")).unwrap(), []);
    assert_eq!(script.requests().len(), 3);
}

#[test]
fn a_server_that_always_fails_is_unavailable_with_its_status() {
    let (error, asked) = error_of(answer("503 Service Unavailable", &[], ""));
    assert!(matches!(error, ForgeError::Unavailable { status: 503, .. }), "{error:?}");
    assert_eq!(asked, 5);
}

#[test]
fn who_may_not_look_is_told_what_would_help() {
    let (error, asked) = error_of(answer("401 Unauthorized", &[], r#"{"message": "Bad credentials"}"#));
    assert!(matches!(error, ForgeError::Unauthorized { .. }) && error.to_string().contains("`FORGE_TOKEN`"), "{error}");
    assert_eq!(asked, 1);
    let (error, _) = error_of(answer("403 Forbidden", &["X-RateLimit-Remaining: 4000"], ""));
    assert!(matches!(error, ForgeError::Forbidden { .. }), "{error:?}");
    let (error, _) = error_of(answer("404 Not Found", &[], ""));
    assert!(matches!(error, ForgeError::NotFound { .. }) && error.to_string().contains("cccccccccccc"), "{error}");
}

#[test]
fn nobody_logs_in_without_a_token_and_that_is_said() {
    let script = Script::start(|_, _| answer("404 Not Found", &[], ""));
    let asked = |credential| Github::new(&script.url, "shop/deployment", credential, LIMITS).requests_of(&commit("c"));
    let missing = asked(Credential::of_variable("FORGE_TOKEN", None)).unwrap_err().to_string();
    assert!(missing.contains("`FORGE_TOKEN`, which is to hold the token, is not set"), "{missing}");
    let nobody = asked(Credential::nobody()).unwrap_err().to_string();
    assert!(nobody.contains("`people.forge.token`"), "{nobody}");
    assert!(script.requests().iter().all(|request| !request.to_lowercase().contains("authorization")));
}

#[test]
fn a_limit_that_is_over_soon_is_waited_for_and_a_longer_one_is_said() {
    let soon = Script::start(|number, _| match number {
        0 => answer("403 Forbidden", &["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1"], ""),
        1 => answer("429 Too Many Requests", &["Retry-After: 0"], ""),
        _ => answer("200 OK", &[], "[]"),
    });
    assert!(github(&soon.url).requests_of(&commit("c")).is_ok());
    let (error, asked) = error_of(answer("403 Forbidden", &["Retry-After: 86400"], ""));
    assert!(matches!(error, ForgeError::TooOften { seconds: 86_400, .. }), "{error:?}");
    assert_eq!(asked, 1);
}

#[test]
fn a_server_that_does_not_answer_in_time_blocks() {
    let script = Script::start(|_, _| {
        thread::sleep(Duration::from_secs(600));
        String::new()
    });
    let limits = Limits { request: Duration::from_millis(100), total: Duration::from_millis(400) };
    let error = Github::new(&script.url, "a/b", Credential::nobody(), limits).requests_of(&commit("c")).unwrap_err();
    assert!(matches!(error, ForgeError::TimedOut { .. }), "{error:?}");
}

#[test]
fn nobody_who_listens_is_unreachable() {
    let error = github("http://127.0.0.1:1").requests_of(&commit("c")).unwrap_err();
    assert!(matches!(error, ForgeError::Unreachable { .. }), "{error:?}");
}

#[test]
fn an_answer_that_is_not_the_api_s_is_refused_and_not_repeated() {
    let whole = r#"[{"number": 7, "head": {"sha": "planted secret"}}]"#;
    let cases = [
        (answer("200 OK", &[], "<html>please log in</html>"), "is no JSON (line 1"),
        (answer("200 OK", &[], &whole[..20]), "is no JSON (line 1"),
        (answer("200 OK", &[], whole), "not as the API is documented (line 1"),
        (answer("200 OK", &[], r#"{"message": "planted secret"}"#), "not as the API is documented"),
        (answer("301 Moved Permanently", &["Location: https://forge.example.com/repositories/1"], "[]"), "leads elsewhere"),
        (answer("418 I'm a teapot", &[], "[]"), "status 418"),
        (answer("200 OK", &[], &" ".repeat((16 << 20) + 1)), "bytes"),
    ];
    for (answered, expected) in cases {
        match error_of(answered) {
            (ForgeError::Unfit { reason, .. }, asked) => {
                assert!(reason.contains(expected) && !reason.contains("planted"), "{reason}");
                assert_eq!(asked, 1);
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again_and_never_taken_for_whole() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n[]";
    let (error, asked) = error_of(cut.to_owned());
    assert!(matches!(error, ForgeError::Unreachable { .. }), "{error:?}");
    assert_eq!(asked, 5);
}

#[test]
fn gitlab_has_the_same_limits() {
    let script = Script::start(|_, _| answer("429 Too Many Requests", &["RateLimit-Remaining: 0", "Retry-After: 3600"], ""));
    let error = gitlab(&script.url).reviews_of(&mk_request(7)).unwrap_err();
    assert!(matches!(error, ForgeError::TooOften { seconds: 3_600, .. }), "{error:?}");
}
