//! Image references, and where they stand in objects.
//!
//! The grammar is that of the distribution project's `reference` package, `[domain/]path[:tag][@digest]`, exactly as the
//! host reads it (`host/core/src/image.rs`, same rules and same tests). It is here a second time because a plugin's bytes
//! are pinned: they must not change with the host's domain types.

use crate::node::Node;

/// An image as a manifest names it, borrowed from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// Reads a reference.
    ///
    /// # Errors
    /// When the text is none: a lower-case fragment that says what must be otherwise.
    pub fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        if !digest.is_none_or(is_digest) {
            return Err("its digest must be `sha256:` and 64 hex digits");
        }
        // A colon before the last slash belongs to the port of the registry.
        let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (path, name) = rest.split_at(name_start);
        let (repository, tag) = match name.split_once(':') {
            Some((name, tag)) => (&rest[..path.len() + name.len()], Some(tag)),
            None => (rest, None),
        };
        if !tag.is_none_or(is_tag) {
            return Err("its tag must be 1 to 128 of letters, digits, `_`, `.` and `-`, and not start with `.` or `-`");
        }
        if !is_repository(repository) {
            return Err("its name must be path components of lower-case letters and digits, separated by `/`");
        }
        Ok(Self { repository, tag, digest })
    }

    /// Domain and path, as written.
    pub const fn repository(&self) -> &'a str {
        self.repository
    }

    /// The tag, as written.
    pub const fn tag(&self) -> Option<&'a str> {
        self.tag
    }

    /// The digest, as written: `sha256:…`.
    pub const fn digest(&self) -> Option<&'a str> {
        self.digest
    }

    /// The tag where it is a commit: 40 lower-case hex digits.
    pub fn commit(&self) -> Option<&'a str> {
        self.tag.filter(|tag| is_commit(tag))
    }
}

/// Whether a text is a commit's whole id: 40 lower-case hex digits.
pub fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn is_digest(digest: &str) -> bool {
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    digest.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(lower_hex))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let inner = |byte: u8| word(byte) || byte == b'.' || byte == b'-';
    let Some((first, rest)) = tag.as_bytes().split_first() else { return false };
    tag.len() <= 128 && word(*first) && rest.iter().copied().all(inner)
}

fn is_repository(repository: &str) -> bool {
    let path = match repository.split_once('/') {
        Some((domain, path)) if domain.contains(['.', ':']) || domain == "localhost" => {
            if !is_domain(domain) {
                return false;
            }
            path
        }
        _ => repository,
    };
    repository.len() <= 255 && path.split('/').all(is_path_component)
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = domain.split_once(':').unwrap_or((domain, "1"));
    let label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    host.split('.').all(label) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_path_component(component: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    bytes.first().copied().is_some_and(word)
        && bytes.last().copied().is_some_and(word)
        && bytes.iter().all(|&byte| word(byte) || matches!(byte, b'.' | b'_' | b'-'))
}

/// Where images stand in an object: the `image` of everything in a list of containers, at any depth and of any kind, and the
/// `reference` of image volumes. Nodes that are no text are among them: what can't be read must not be passed over.
///
/// Looking at any depth is on purpose: a pod template in a kind that nobody has heard of still runs images.
pub fn find_images<'a>(root: &Node<'a>) -> Vec<Node<'a>> {
    let holders = root.find_objects(|members| members.iter().any(|(name, _)| way_to_image(name).is_some()));
    holders.iter().flat_map(images_of).collect()
}

/// The images of an object that holds lists of containers or volumes.
fn images_of<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    let lists = node.members().filter_map(|(name, list)| Some((list, way_to_image(name)?)));
    let images = lists.flat_map(|(list, way)| list.elements().map(|element| element.walk(way)).collect::<Vec<_>>());
    images.filter(Node::exists).collect()
}

/// Where the elements of a list have their image; nothing for a member that is no such list.
fn way_to_image(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "containers" | "initContainers" | "ephemeralContainers" => Some(&["image"]),
        "volumes" => Some(&["image", "reference"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    fn parts(text: &str) -> (&str, Option<&str>, bool) {
        let image = ImageReference::parse(text).unwrap();
        (image.repository(), image.tag(), image.digest().is_some())
    }

    #[test]
    fn names_ports_tags_and_digests_are_told_apart() {
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(parts("redis"), ("redis", None, false));
        assert_eq!(parts("redis:alpine"), ("redis", Some("alpine"), false));
        assert_eq!(parts("localhost:5000/a/b"), ("localhost:5000/a/b", None, false));
        assert_eq!(parts("r.example.com:5000/a:1"), ("r.example.com:5000/a", Some("1"), false));
        assert_eq!(parts(&format!("a/b:1@{digest}")), ("a/b", Some("1"), true));
    }

    #[test]
    fn what_is_no_image_is_refused_with_the_reason() {
        for text in ["", ":", "a:", "A/b", "a b", "a@sha256:12", "a/:1", "a//b", "a:b/c", "a:-x", "$IMAGE", "{{ .image }}"] {
            assert!(ImageReference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_forty_lower_case_hex_digits_are_a_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(ImageReference::parse(&format!("a:{commit}")).unwrap().commit(), Some(commit));
        assert_eq!(ImageReference::parse(&format!("a:{}", commit.to_uppercase())).unwrap().commit(), None);
        assert_eq!(ImageReference::parse("a:0123456").unwrap().commit(), None);
    }

    #[test]
    fn images_are_found_in_kinds_that_nobody_has_heard_of() {
        let body = br#"{"kind": "Rollout", "spec": {"template": {"spec": {
            "initContainers": [{"image": "a"}], "containers": [{"image": "b"}, {"name": "none"}, {"image": 1}, {"image": null}],
            "volumes": [{"image": {"reference": "c"}}, {"name": "x"}]}}, "image": "not in a list"}}"#;
        let value = Value::read(body).unwrap();
        let found: Vec<String> = find_images(&Node::root(0, &value)).iter().map(Node::pointer).collect();
        let pointers = ["initContainers/0/image", "containers/0/image", "containers/2/image", "volumes/0/image/reference"];
        assert_eq!(found, pointers.map(|pointer| format!("/spec/template/spec/{pointer}")));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_parses_is_all_of_it(text in "[a-z0-9./:@_-]{0,80}") {
            if let Ok(image) = ImageReference::parse(&text) {
                let tag = image.tag().map(|tag| format!(":{tag}")).unwrap_or_default();
                let digest = image.digest().map(|digest| format!("@{digest}")).unwrap_or_default();
                prop_assert_eq!(format!("{}{tag}{digest}", image.repository()), text);
            }
        }

        #[test]
        fn no_unicode_panics(text in ".{0,40}") {
            let _ = ImageReference::parse(&text);
        }
    }

    #[test]
    fn the_grammar_of_names_has_its_bounds() {
        let (longest, too_long) = ("a".repeat(255), "a".repeat(256));
        let (tag, long_tag) = (format!("a:{}", "t".repeat(128)), format!("a:{}", "t".repeat(129)));
        for text in ["0", "a.b_c-d", "Registry.Example.com/a", "a-b:5000/c", "localhost/a", "a.b:1/c:d", "a:_", &longest, &tag] {
            assert!(ImageReference::parse(text).is_ok(), "{text}");
        }
        for text in [".a", "a-", "a/-b", "A.b/C", "a.b:/c", "a.b:x/c", "..b/c", "a:.x", "a@", "a@@b", "a:b:c", &too_long, &long_tag]
        {
            assert!(ImageReference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_digest_is_sha_256_in_lower_case_and_whole() {
        let digest = |algorithm: &str, hex: String| ImageReference::parse(&format!("a@{algorithm}:{hex}")).is_ok();
        assert!(digest("sha256", "0f".repeat(32)));
        assert!(!digest("sha256", "0F".repeat(32)) && !digest("sha256", "0".repeat(63)) && !digest("sha256", "0".repeat(65)));
        assert!(!digest("sha512", "0".repeat(128)) && !digest("sha512", "0".repeat(64)) && !digest("SHA256", "0".repeat(64)));
    }

    proptest! {
        #[test]
        fn what_is_put_together_by_the_grammar_is_taken_apart_again(
            domain in prop::option::of("[a-z]{1,5}\\.[a-z]{2,3}(:[0-9]{1,5})?"),
            path in "[a-z0-9]{1,5}(/[a-z0-9]{1,5}){0,2}",
            tag in prop::option::of("[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}"),
            digest in prop::option::of("sha256:[0-9a-f]{64}"),
        ) {
            let repository = domain.map_or(path.clone(), |domain| format!("{domain}/{path}"));
            let with = |separator: char, part: &Option<String>| part.as_ref().map(|part| format!("{separator}{part}")).unwrap_or_default();
            let text = format!("{repository}{}{}", with(':', &tag), with('@', &digest));
            let image = ImageReference::parse(&text).unwrap();
            prop_assert_eq!((image.repository(), image.tag(), image.digest()), (repository.as_str(), tag.as_deref(), digest.as_deref()));
        }
    }
}
