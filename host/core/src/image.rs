//! Image references, and where they stand in objects.
//!
//! The grammar is that of the distribution project's `reference` package: `[domain/]path[:tag][@digest]`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::pointer::Pointer;

/// An image as a manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageReference {
    /// Domain and path as written: `registry.example.com/cart`, `redis`.
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is not an image reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an image reference: {reason}")]
pub struct InvalidImageReference {
    pub text: String,
    pub reason: &'static str,
}

impl ImageReference {
    /// Domain and path, as written.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, as written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, as written.
    pub const fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The tag where it is a commit: 40 lower-case hex digits.
    pub fn commit(&self) -> Option<&str> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        self.tag().filter(|tag| tag.len() == 40 && tag.bytes().all(is_hex))
    }

    /// The same reference with a digest: `name:tag@sha256:…`.
    #[must_use]
    pub fn pinned(&self, digest: Digest) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }

    /// The same reference without its digest.
    #[must_use]
    pub fn unpinned(&self) -> Self {
        Self { digest: None, ..self.clone() }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for ImageReference {
    type Err = InvalidImageReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|reason| InvalidImageReference { text: text.to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<ImageReference, &'static str> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest.parse().map_err(|_| "its digest must be `sha256:` and 64 hex digits")?)),
        None => (text, None),
    };
    // A colon before the last slash belongs to the port of the registry.
    let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
    let (repository, tag) = match rest[name_start..].find(':') {
        Some(colon) => (&rest[..name_start + colon], Some(&rest[name_start + colon + 1..])),
        None => (rest, None),
    };
    if !tag.is_none_or(is_tag) {
        return Err("its tag must be 1 to 128 of letters, digits, `_`, `.` and `-`, and not start with `.` or `-`");
    }
    if !is_repository(repository) {
        return Err("its name must be path components of lower-case letters and digits, separated by `/`");
    }
    Ok(ImageReference { repository: repository.to_owned(), tag: tag.map(ToOwned::to_owned), digest })
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let inner = |byte: u8| word(byte) || byte == b'.' || byte == b'-';
    let Some((first, rest)) = tag.as_bytes().split_first() else { return false };
    tag.len() <= 128 && word(*first) && rest.iter().copied().all(inner)
}

fn is_repository(repository: &str) -> bool {
    let mut components: Vec<&str> = repository.split('/').collect();
    let has_domain = components.len() > 1 && (components[0].contains(['.', ':']) || components[0] == "localhost");
    if has_domain && !is_domain(components.remove(0)) {
        return false;
    }
    repository.len() <= 255 && components.iter().all(|component| is_path_component(component))
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = domain.split_once(':').map_or((domain, "1"), |(host, port)| (host, port));
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

impl TryFrom<String> for ImageReference {
    type Error = InvalidImageReference;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ImageReference> for String {
    fn from(reference: ImageReference) -> Self {
        reference.to_string()
    }
}

const CONTAINER_LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Where images stand in an object: the `image` of everything in a list of containers, at any depth and of any kind,
/// the `reference` of image volumes, and what the configured pointers lead to (a `*` step matches every element or member).
///
/// Looking at any depth is on purpose: a pod template in a kind that nobody has heard of still runs images.
pub fn find_images(body: &Value, configured: &[Pointer]) -> Vec<(Pointer, String)> {
    let mut found = Vec::new();
    collect(body, &Pointer::root(), &mut found);
    for pointer in configured {
        let tokens: Vec<String> = pointer.tokens().collect();
        collect_configured(body, &Pointer::root(), &tokens, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn collect(value: &Value, at: &Pointer, found: &mut Vec<(Pointer, String)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let here = at.member(key);
                if CONTAINER_LISTS.contains(&key.as_str()) {
                    collect_member(member, &here, &["image"], found);
                }
                if key == "volumes" {
                    collect_member(member, &here, &["image", "reference"], found);
                }
                collect(member, &here, found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, &at.element(index), found);
            }
        }
        _ => {}
    }
}

/// Adds the text at `path` of every element of a list.
fn collect_member(list: &Value, at: &Pointer, path: &[&str], found: &mut Vec<(Pointer, String)>) {
    for (index, element) in list.as_array().into_iter().flatten().enumerate() {
        let mut value = Some(element);
        let mut here = at.element(index);
        for key in path {
            value = value.and_then(|value| value.get(key));
            here = here.member(key);
        }
        if let Some(image) = value.and_then(Value::as_str) {
            found.push((here, image.to_owned()));
        }
    }
}

fn collect_configured(value: &Value, at: &Pointer, tokens: &[String], found: &mut Vec<(Pointer, String)>) {
    let Some((token, rest)) = tokens.split_first() else {
        if let Some(image) = value.as_str() {
            found.push((at.clone(), image.to_owned()));
        }
        return;
    };
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| token == "*" || token == *key) {
                collect_configured(member, &at.member(key), rest, found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate().filter(|(index, _)| token == "*" || *token == index.to_string()) {
                collect_configured(element, &at.element(index), rest, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn parts(text: &str) -> (String, Option<String>, bool) {
        let image: ImageReference = text.parse().unwrap();
        (image.repository().to_owned(), image.tag().map(ToOwned::to_owned), image.digest().is_some())
    }

    #[test]
    fn names_ports_tags_and_digests_are_told_apart() {
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(parts("redis"), ("redis".into(), None, false));
        assert_eq!(parts("redis:alpine"), ("redis".into(), Some("alpine".into()), false));
        assert_eq!(parts("localhost:5000/a/b"), ("localhost:5000/a/b".into(), None, false));
        assert_eq!(parts("r.example.com:5000/a:1"), ("r.example.com:5000/a".into(), Some("1".into()), false));
        assert_eq!(parts(&format!("a/b:1@{digest}")), ("a/b".into(), Some("1".into()), true));
    }

    #[test]
    fn what_is_no_image_is_refused_with_the_reason() {
        for text in ["", ":", "a:", "A/b", "a b", "a@sha256:12", "a/:1", "a//b", "a:b/c", "a:-x", "$IMAGE", "{{ .image }}"] {
            assert!(text.parse::<ImageReference>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_forty_lower_case_hex_digits_are_a_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(format!("a:{commit}").parse::<ImageReference>().unwrap().commit(), Some(commit));
        assert_eq!(format!("a:{}", commit.to_uppercase()).parse::<ImageReference>().unwrap().commit(), None);
        assert_eq!("a:0123456".parse::<ImageReference>().unwrap().commit(), None);
    }

    #[test]
    fn images_are_found_in_kinds_that_nobody_has_heard_of() {
        let body = json!({"kind": "Rollout", "spec": {"template": {"spec": {
            "initContainers": [{"image": "a"}], "containers": [{"image": "b"}, {"name": "none"}],
            "volumes": [{"image": {"reference": "c"}}, {"name": "x"}]}}, "tool": {"images": ["d"]}}});
        let found = find_images(&body, &["/spec/tool/images/*".parse().unwrap()]);
        let images: Vec<&str> = found.iter().map(|(_, image)| image.as_str()).collect();
        assert_eq!(images, ["b", "a", "c", "d"]);
        for (pointer, image) in &found {
            assert_eq!(body.pointer(pointer.as_str()).unwrap(), image.as_str());
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_parses_is_written_back(text in "[a-z0-9./:@_-]{0,80}") {
            if let Ok(image) = text.parse::<ImageReference>() {
                prop_assert_eq!(image.to_string(), text);
            }
        }
    }
}
