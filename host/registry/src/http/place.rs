//! Where the images of a reference are.

use std::net::IpAddr;

use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::MirrorSpec;

/// Docker Hub as references name it, where none is named, and where it is really.
const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_HOST: &str = "registry-1.docker.io";
const DOCKER_HUB_LEGACY: &str = "index.docker.io";

/// A repository at a registry or a mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The registry as people name it.
    pub(crate) registry: String,
    /// `host` or `host:port` to connect to.
    pub(crate) host: String,
    /// The name of the repository there.
    pub(crate) repository: String,
}

impl Place {
    /// The place that a reference names. A name without a host is one of Docker Hub, below `library/` if it has one step.
    pub(crate) fn of(reference: &ImageReference) -> Self {
        let written = reference.repository();
        let (registry, path) = match written.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
            _ => (DOCKER_HUB, written),
        };
        if ![DOCKER_HUB, DOCKER_HUB_LEGACY, DOCKER_HUB_HOST].contains(&registry) {
            return Self { registry: registry.to_owned(), host: registry.to_owned(), repository: path.to_owned() };
        }
        let repository = if path.contains('/') { path.to_owned() } else { format!("library/{path}") };
        Self { registry: DOCKER_HUB.to_owned(), host: DOCKER_HUB_HOST.to_owned(), repository }
    }

    /// Where a mirror has the same repository.
    pub(crate) fn at_mirror(&self, mirror: &MirrorSpec) -> Self {
        let (host, path) = mirror.at.split_once('/').unwrap_or((&mirror.at, ""));
        let path = path.trim_matches('/');
        let repository = if path.is_empty() { self.repository.clone() } else { format!("{path}/{}", self.repository) };
        Self { registry: host.to_owned(), host: host.to_owned(), repository }
    }

    /// The names that the docker config may have for this registry, the usual one first.
    pub(crate) fn credential_names(&self) -> Vec<&str> {
        if self.host == DOCKER_HUB_HOST { vec!["https://index.docker.io/v1/", DOCKER_HUB] } else { vec![&self.host] }
    }
}

/// Whether a `host` or `host:port` is this machine.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(text: &str) -> (String, String, String) {
        let Place { registry, host, repository } = Place::of(&text.parse().unwrap());
        (registry, host, repository)
    }

    fn owned(registry: &str, host: &str, repository: &str) -> (String, String, String) {
        (registry.to_owned(), host.to_owned(), repository.to_owned())
    }

    #[test]
    fn a_host_is_what_has_a_dot_or_a_port_or_is_localhost() {
        assert_eq!(place("registry.example.com/shop/cart:1"), owned("registry.example.com", "registry.example.com", "shop/cart"));
        assert_eq!(place("registry:5000/cart"), owned("registry:5000", "registry:5000", "cart"));
        assert_eq!(place("localhost/cart"), owned("localhost", "localhost", "cart"));
    }

    #[test]
    fn what_names_no_host_is_of_docker_hub() {
        let hub = |repository| owned("docker.io", "registry-1.docker.io", repository);
        assert_eq!(place("redis:7"), hub("library/redis"));
        assert_eq!(place("docker.io/redis"), hub("library/redis"));
        assert_eq!(place("index.docker.io/library/redis"), hub("library/redis"));
        assert_eq!(place("bitnami/redis"), hub("bitnami/redis"));
    }

    #[test]
    fn a_mirror_has_the_repository_below_its_path() {
        let place = Place::of(&"registry.example.com/shop/cart:1".parse().unwrap());
        let at = |at: &str| {
            let mirror = MirrorSpec { of: "registry.example.com".to_owned(), at: at.to_owned(), tags: false };
            let there = place.at_mirror(&mirror);
            (there.host, there.repository)
        };
        assert_eq!(at("mirror.example.com"), ("mirror.example.com".to_owned(), "shop/cart".to_owned()));
        assert_eq!(at("mirror.example.com:5000/proxy/a"), ("mirror.example.com:5000".to_owned(), "proxy/a/shop/cart".to_owned()));
    }

    #[test]
    fn this_machine_is_known_by_its_addresses_and_name() {
        for own in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3"] {
            assert!(is_loopback(own), "{own}");
        }
        for other in ["localhost.example.com", "10.0.0.1:5000", "127.0.0.1.example.com", "registry.example.com:443"] {
            assert!(!is_loopback(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_reference_has_a_place(text in "([a-z]{1,3}(\\.[a-z]{2})?(:[0-9]{2})?/)?[a-z]{1,4}(/[a-z]{1,3})?:[a-z]{1,3}") {
            let place = Place::of(&text.parse().unwrap());
            prop_assert!(!place.host.is_empty() && !place.repository.is_empty());
            prop_assert!(text.contains(place.repository.trim_start_matches("library/")));
        }
    }
}
