//! Releases of Kubernetes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A minor release of Kubernetes: `v1.37`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Release(u8);

impl Release {
    /// The first release that took a beta API away.
    pub(crate) const FIRST: Self = Self(16);
    /// The newest release whose removals are known.
    pub(crate) const NEWEST: Self = Self(37);

    /// `v1.MINOR`.
    pub(crate) const fn minor(minor: u8) -> Self {
        Self(minor)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}", self.0)
    }
}

impl From<Release> for String {
    fn from(release: Release) -> Self {
        release.to_string()
    }
}

impl TryFrom<String> for Release {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = (Self::FIRST.0..=Self::NEWEST.0).map(Self).find(|release| release.to_string() == text);
        known.ok_or_else(|| format!("release `{text}` is not known: it must be one of `{}` to `{}`", Self::FIRST, Self::NEWEST))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn releases_are_ordered_by_number() {
        assert!(Release::minor(9) < Release::minor(10));
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        for text in ["", "v1.15", "v1.38", "1.30", "v1.30.1", "v1.030", "V1.30", " v1.30", "latest"] {
            let refused = Release::try_from(text.to_owned()).unwrap_err();
            assert_eq!(refused, format!("release `{text}` is not known: it must be one of `v1.16` to `v1.37`"));
        }
    }

    proptest! {
        #[test]
        fn only_the_written_form_is_read(text in "v?1?[.]?[0-9]{0,3}") {
            if let Ok(release) = Release::try_from(text.clone()) {
                prop_assert_eq!(release.to_string(), text);
            }
        }
    }
}
