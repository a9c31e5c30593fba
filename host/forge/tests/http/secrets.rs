//! The token goes to the forge, and nowhere else.

use tollgate_core::ports::ReadForge as _;

use crate::asked::{commit, github, gitlab, told};
use tollgate_scripted::{Script, answer};

#[test]
fn no_error_and_no_debugging_shows_the_token() {
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "418 Teapot", "200 OK"] {
        let script = Script::start(move |_, request| answer(status, &[], request));
        for text in [
            told(&github(&script.url).requests_of(&commit("c")).unwrap_err()),
            told(&gitlab(&script.url).requests_of(&commit("c")).unwrap_err()),
            format!("{:?} {:?}", github(&script.url), gitlab(&script.url)),
        ] {
            assert!(!text.contains("sesame"), "{status}: {text}");
        }
    }
}

#[test]
fn who_a_redirect_leads_to_is_told_nothing() {
    let other = Script::start(|_, _| answer("200 OK", &[], "[]"));
    let location = format!("Location: {}/x", other.url);
    let script = Script::start(move |_, _| answer("302 Found", &[&location], ""));
    assert!(github(&script.url).requests_of(&commit("c")).is_err());
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[test]
fn a_forge_without_tls_is_not_asked() {
    let error = github("http://forge.example.com").requests_of(&commit("c")).unwrap_err();
    assert!(error.to_string().contains("not `https`"), "{error}");
}
