//! Versions of the Pod Security Standards: one for each minor version of Kubernetes 1.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A version of the standards, `v1.0` to `v1.37`.
///
/// The standards are versioned with Kubernetes, see <https://kubernetes.io/docs/concepts/security/pod-security-admission/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// `v1.0`, the oldest one.
    pub(crate) const FIRST: Self = Self(0);
    /// `v1.37`, the newest one that this plugin knows, and what `latest` means.
    pub(crate) const LATEST: Self = Self(37);

    /// Version `v1.<minor>`. It is for the table of checks; what people write goes through `Version::parse`.
    pub(crate) const fn minor(minor: u8) -> Self {
        Self(minor)
    }

    /// Reads `latest` or `v1.N`. Anything else, later versions and leading zeros included, is nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::LATEST);
        }
        let digits = text.strip_prefix("v1.")?;
        let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        let minor = digits.parse().ok().filter(|_| canonical).map(Self)?;
        (minor <= Self::LATEST).then_some(minor)
    }

    /// All versions, oldest first.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (Self::FIRST.0..=Self::LATEST.0).map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}", self.0)
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::LATEST
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let (first, last) = (Self::FIRST, Self::LATEST);
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format_args!("version `{text}` is not known: it must be `latest`, or one of `{first}` to `{last}`"))
        })
    }
}

impl Serialize for Version {
    /// The newest version is `latest`, which is the default.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::LATEST { serializer.serialize_str("latest") } else { serializer.collect_str(self) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_version_is_read_back_as_it_is_written() {
        assert_eq!(Version::all().count(), 38);
        for version in Version::all() {
            assert_eq!(Version::parse(&version.to_string()), Some(version));
        }
    }

    #[test]
    fn latest_is_the_newest_version() {
        assert_eq!(Version::parse("latest"), Version::parse("v1.37"));
        assert_eq!(Version::all().max(), Version::parse("latest"));
    }

    #[test]
    fn ten_comes_after_nine() {
        assert!(Version::parse("v1.10") > Version::parse("v1.9"));
    }

    #[test]
    fn what_is_not_a_version_is_refused() {
        for text in
            ["", "v", "v1", "v1.", "1.30", "v1.38", "v1.256", "v1.030", "v1.+3", "v2.0", "v1.30.1", "V1.3", "Latest", " v1.3"]
        {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn only_the_written_form_is_read(text in ".{0,8}") {
            if let Some(version) = Version::parse(&text) {
                prop_assert!(text == "latest" || text == version.to_string());
            }
        }
    }
}
