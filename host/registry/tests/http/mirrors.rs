//! Who is asked when, and whose word counts.

use tollgate_core::digest::Digest;
use tollgate_core::pipeline::{HttpRegistrySpec, MirrorSpec};
use tollgate_core::ports::{ResolveDigest as _, ResolveError};
use tollgate_registry::HttpRegistries;

use crate::asked::{LIMITS, image};
use crate::images::{at, found, manifest};
use tollgate_scripted::{Script, answer};

/// Where nobody listens.
const GONE: &str = "127.0.0.1:1";

fn mk_registries(of: &str, mirrors: &[(&str, bool)]) -> HttpRegistries {
    let mirror = |&(at, tags): &(&str, bool)| MirrorSpec { of: of.to_owned(), at: at.to_owned(), tags };
    let spec = HttpRegistrySpec { mirrors: mirrors.iter().map(mirror).collect(), insecure: Vec::new() };
    HttpRegistries::new(spec, Vec::new(), LIMITS)
}

fn cart() -> Digest {
    Digest::of(manifest("cart").as_bytes())
}

#[test]
fn a_mirror_gives_a_digest_that_the_registry_can_not_be_asked_for() {
    let mirror = Script::start(|_, _| found("cart"));
    let registries = mk_registries(GONE, &[(&format!("{}/proxy", mirror.host), false)]);
    assert!(registries.exists(&image(&format!("{GONE}/shop/cart:1")), cart()).unwrap());
    let asked = format!("GET /v2/proxy/shop/cart/manifests/{} ", cart());
    assert!(mirror.requests()[0].starts_with(&asked), "{}", mirror.requests()[0]);
}

#[test]
fn a_mirror_is_believed_about_tags_only_where_it_is_said() {
    let mirror = Script::start(|_, _| found("cart"));
    let tag = image(&format!("{GONE}/cart:1"));
    assert!(matches!(mk_registries(GONE, &[(&mirror.host, false)]).resolve(&tag), Err(ResolveError::Unreachable { .. })));
    assert!(mirror.requests().is_empty());
    assert_eq!(mk_registries(GONE, &[(&mirror.host, true)]).resolve(&tag).unwrap(), cart());
}

#[test]
fn a_mirror_that_lies_about_a_digest_is_passed_over() {
    let liar = Script::start(|_, _| found("mail"));
    let honest = Script::start(|_, _| found("cart"));
    let registries = mk_registries(GONE, &[(&liar.host, false), (&honest.host, false)]);
    assert!(registries.exists(&image(&format!("{GONE}/cart:1")), cart()).unwrap());
    assert_eq!((liar.requests().len(), honest.requests().len()), (1, 1));
}

#[test]
fn what_the_registry_says_stands_whatever_a_mirror_has() {
    let mirror = Script::start(|_, _| found("old cart"));
    let origin = Script::start(|_, request| if request.contains("/1 ") { found("cart") } else { answer("404 Not Found", &[], "") });
    let registries = mk_registries(&origin.host, &[(&mirror.host, true)]);
    assert_eq!(registries.resolve(&image(&at(&origin, "cart:1"))).unwrap(), cart());
    assert!(matches!(registries.resolve(&image(&at(&origin, "cart:2"))), Err(ResolveError::NotFound { .. })));
    assert!(mirror.requests().is_empty());
}

#[test]
fn that_mirrors_do_not_have_an_image_says_nothing_of_the_registry() {
    let mirror = Script::start(|_, _| answer("404 Not Found", &[], ""));
    let registries = mk_registries(GONE, &[(&mirror.host, true)]);
    let error = registries.exists(&image(&format!("{GONE}/cart:1")), cart()).unwrap_err();
    assert!(matches!(&error, ResolveError::Unreachable { registry, .. } if registry == GONE), "{error:?}");
}

#[test]
fn a_registry_that_was_out_of_reach_is_not_waited_for_again_where_it_has_a_mirror() {
    let origin = Script::start(|_, _| answer("503 Service Unavailable", &[], ""));
    let mirror = Script::start(|_, _| found("cart"));
    let registries = mk_registries(&origin.host, &[(&mirror.host, true)]);
    assert_eq!(registries.resolve(&image(&at(&origin, "cart:1"))).unwrap(), cart());
    let asked = origin.requests().len();
    assert_eq!(registries.resolve(&image(&at(&origin, "cart:2"))).unwrap(), cart());
    assert_eq!(origin.requests().len(), asked);
}
