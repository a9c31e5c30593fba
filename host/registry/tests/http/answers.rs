//! What servers may answer, and what is made of it.

use std::thread;
use std::time::Duration;

use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::HttpRegistrySpec;
use tollgate_core::ports::{ResolveDigest as _, ResolveError};
use tollgate_registry::{HttpRegistries, Limits};

use crate::asked::{image, mk_registries, resolve};
use crate::images::{at, found, manifest};
use tollgate_scripted::{Script, answer};

fn digest(text: &str) -> Digest {
    Digest::of(manifest(text).as_bytes())
}

#[test]
fn a_server_that_fails_twice_is_asked_until_it_answers() {
    let script = Script::start(|number, _| if number < 2 { answer("500 Internal Server Error", &[], "") } else { found("cart") });
    assert_eq!(resolve(&at(&script, "cart:1")).unwrap(), digest("cart"));
    assert_eq!(script.requests().len(), 3);
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let script = Script::start(|number, _| if number == 0 { String::new() } else { found("cart") });
    assert_eq!(resolve(&at(&script, "cart:1")).unwrap(), digest("cart"));
}

#[test]
fn a_server_that_always_fails_is_unavailable_with_its_status() {
    let script = Script::start(|_, _| answer("503 Service Unavailable", &[], ""));
    let error = resolve(&at(&script, "cart:1")).unwrap_err();
    assert!(matches!(error, ResolveError::Unavailable { status: 503, .. }), "{error:?}");
    assert!(error.to_string().contains(&at(&script, "cart:1")), "{error}");
    assert_eq!(script.requests().len(), 5);
}

#[test]
fn too_many_requests_are_made_again_when_the_server_says_so() {
    let busy = |after: &str| answer("429 Too Many Requests", &[&format!("Retry-After: {after}")], "");
    let soon = Script::start(move |number, _| if number == 0 { busy("0") } else { found("cart") });
    assert_eq!(resolve(&at(&soon, "cart:1")).unwrap(), digest("cart"));
    let much_later = Script::start(move |_, _| busy("86400"));
    assert!(matches!(resolve(&at(&much_later, "cart:1")), Err(ResolveError::Unavailable { status: 429, .. })));
    assert_eq!(much_later.requests().len(), 1);
}

#[test]
fn a_server_that_does_not_answer_in_time_blocks() {
    let script = Script::start(|_, _| {
        thread::sleep(Duration::from_secs(600));
        String::new()
    });
    let limits = Limits { request: Duration::from_millis(100), total: Duration::from_millis(400) };
    let registries = HttpRegistries::new(HttpRegistrySpec::default(), Vec::new(), limits);
    let error = registries.resolve(&image(&at(&script, "cart:1"))).unwrap_err();
    assert!(matches!(error, ResolveError::TimedOut { .. }), "{error:?}");
}

#[test]
fn nobody_who_listens_is_unreachable() {
    let error = resolve("127.0.0.1:1/cart:1").unwrap_err();
    assert!(matches!(error, ResolveError::Unreachable { .. }), "{error:?}");
}

#[test]
fn a_digest_that_is_only_said_is_not_believed() {
    let said = Digest::of(b"something else");
    let lie = move |_, _: &str| answer("200 OK", &[&format!("Docker-Content-Digest: {said}")], &manifest("cart"));
    let script = Script::start(lie);
    let error = resolve(&at(&script, "cart:1")).unwrap_err();
    assert!(matches!(error, ResolveError::Mismatch { found, said: it, .. } if found == digest("cart") && it == said), "{error:?}");
}

#[test]
fn other_bytes_than_those_of_the_digest_that_was_asked_for_are_refused() {
    let script = Script::start(|_, _| answer("200 OK", &[], &manifest("mail")));
    let asked = digest("cart");
    let error = resolve(&at(&script, &format!("cart@{asked}"))).unwrap_err();
    assert!(matches!(error, ResolveError::Mismatch { said, .. } if said == asked), "{error:?}");
}

#[test]
fn a_digest_need_not_be_said() {
    let script = Script::start(|_, _| answer("200 OK", &[], &manifest("cart")));
    assert_eq!(resolve(&at(&script, "cart:1")).unwrap(), digest("cart"));
}

#[test]
fn what_is_no_image_is_refused_with_the_reason() {
    let sha512 = format!("Docker-Content-Digest: sha512:{}", "a".repeat(128));
    let cases = [
        (answer("200 OK", &[], "<html>please log in</html>"), "manifest"),
        (answer("200 OK", &[], r#"{"schemaVersion": 1}"#), "manifest"),
        (answer("200 OK", &[], &" ".repeat((4 << 20) + 1)), "bytes"),
        (answer("200 OK", &[&sha512], &manifest("cart")), "Docker-Content-Digest"),
        (answer("400 Bad Request", &[], ""), "status 400"),
        (answer("302 Found", &["Location: http://registry.example.com/"], ""), "not `https`"),
        (answer("307 Temporary Redirect", &["Location: /v2/again"], ""), "redirects more than"),
    ];
    for (answered, expected) in cases {
        let script = Script::start(move |_, _| answered.clone());
        match resolve(&at(&script, "cart:1")) {
            Err(ResolveError::NotAnImage { reason, .. }) => assert!(reason.contains(expected), "{reason}"),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn what_is_forbidden_is_not_taken_for_what_is_missing() {
    let script = Script::start(|_, _| answer("403 Forbidden", &[], ""));
    assert!(matches!(resolve(&at(&script, "cart:1")), Err(ResolveError::Forbidden { .. })));
    let registries = mk_registries(Vec::new());
    assert!(registries.exists(&image(&at(&script, "cart:1")), digest("cart")).is_err(), "nobody knows");
}

#[test]
fn a_name_without_tag_and_digest_asks_nobody() {
    let script = Script::start(|_, _| found("latest"));
    assert!(matches!(resolve(&at(&script, "cart")), Err(ResolveError::Untagged { .. })));
    assert!(script.requests().is_empty());
}

#[test]
fn several_are_asked_for_together_and_answered_in_their_order() {
    let script = Script::start(|_, request| {
        thread::sleep(Duration::from_millis(50));
        let name = request.split('/').nth(2).unwrap_or_default();
        if name == "gone" { answer("404 Not Found", &[], "") } else { found(name) }
    });
    let names: Vec<String> = (0..24).map(|number| if number == 7 { "gone".to_owned() } else { format!("s{number}") }).collect();
    let references: Vec<ImageReference> = names.iter().map(|name| image(&at(&script, &format!("{name}:1")))).collect();
    let answers = mk_registries(Vec::new()).resolve_all(&references);
    for (name, answer) in names.iter().zip(&answers) {
        match answer {
            Ok(found) => assert_eq!(*found, digest(name)),
            Err(error) => assert!(name == "gone" && matches!(error, ResolveError::NotFound { .. }), "{name}: {error:?}"),
        }
    }
    assert!(answers[7].is_err());
    assert!((2..=8).contains(&script.most_at_once()), "{}", script.most_at_once());
}
