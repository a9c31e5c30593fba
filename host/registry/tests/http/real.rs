//! What the distribution project's own registry says.

use std::process::Command;

use tollgate_core::digest::Digest;
use tollgate_core::ports::{ResolveDigest as _, ResolveError};
use tollgate_servers::CRANE;

use crate::asked::{image, mk_registries, resolve};
use crate::server::Server;

/// The digest that crane finds.
fn by_crane(image: &str) -> Digest {
    let output = Command::new(CRANE.path().unwrap()).args(["digest", "--insecure", image]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn a_tag_has_the_digest_that_crane_finds_and_that_was_pushed() {
    let server = Server::start();
    let pushed = server.push("shop/cart", "v1", "one");
    assert_eq!(resolve(&server.image("shop/cart:v1")).unwrap(), pushed);
    assert_eq!(by_crane(&server.image("shop/cart:v1")), pushed);
}

#[test]
fn a_tag_that_moved_is_seen_at_once() {
    let server = Server::start();
    let registries = mk_registries(Vec::new());
    let [first, second] = ["one", "two"].map(|text| {
        let pushed = server.push("cart", "v1", text);
        assert_eq!(registries.resolve(&image(&server.image("cart:v1"))).unwrap(), pushed);
        pushed
    });
    assert_ne!(first, second);
}

#[test]
fn what_is_not_there_is_not_found_at_the_registry_that_was_asked() {
    let server = Server::start();
    server.push("cart", "v1", "one");
    for missing in ["cart:v2", "mail:v1"] {
        match resolve(&server.image(missing)) {
            Err(ResolveError::NotFound { place, reference }) => {
                assert_eq!((place, reference.to_string()), (server.host.clone(), server.image(missing)));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_image_exists_until_it_is_deleted_wherever_its_tag_leads() {
    let server = Server::start();
    let registries = mk_registries(Vec::new());
    let first = server.push("cart", "v1", "one");
    let second = server.push("cart", "v1", "two");
    let exists = |digest| registries.exists(&image(&server.image("cart:v1")), digest).unwrap();
    assert!(exists(first) && exists(second));
    server.delete("cart", first);
    assert!(!exists(first) && exists(second));
    assert!(!exists(Digest::of(b"never pushed")));
}
