//! JSON pointers (RFC 6901).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Leads to a value within a document: `/spec/containers/0/image`. The empty pointer is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

/// A text that is not a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a JSON pointer: it must be empty or start with `/`, and `~` is written `~0` or `~1`")]
pub struct InvalidPointer(pub String);

impl Pointer {
    /// The whole document.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Whether this is the whole document.
    pub const fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pointer to a member of what this one leads to.
    #[must_use]
    pub fn member(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, key.replace('~', "~0").replace('/', "~1")))
    }

    /// The pointer to an element of what this one leads to.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// The pointer that goes on from this one.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(format!("{}{}", self.0, rest.0))
    }

    /// The pointer to what holds this value; nothing for the whole document.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('/')?;
        Some(Self(parent.to_owned()))
    }

    /// The steps, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Pointer {
    type Err = InvalidPointer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts_well = text.is_empty() || text.starts_with('/');
        let escapes_well = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if starts_well && escapes_well { Ok(Self(text.to_owned())) } else { Err(InvalidPointer(text.to_owned())) }
    }
}

impl TryFrom<String> for Pointer {
    type Error = InvalidPointer;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_rfc_6901_are_read() {
        let tokens = |text: &str| text.parse::<Pointer>().unwrap().tokens().collect::<Vec<_>>();
        assert_eq!(tokens(""), Vec::<String>::new());
        assert_eq!(tokens("/"), [""]);
        assert_eq!(tokens("/a~1b"), ["a/b"]);
        assert_eq!(tokens("/m~0n/0"), ["m~n", "0"]);
        assert_eq!(tokens("/~01"), ["~1"]);
    }

    #[test]
    fn a_lone_tilde_and_a_missing_slash_are_refused() {
        for text in ["a", "/~", "/~2", "/a~"] {
            assert_eq!(text.parse::<Pointer>(), Err(InvalidPointer(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn any_key_survives_the_way_through_a_pointer(keys: Vec<String>) {
            let pointer = keys.iter().fold(Pointer::root(), |pointer, key| pointer.member(key));
            prop_assert_eq!(pointer.as_str().parse::<Pointer>().unwrap().tokens().collect::<Vec<_>>(), keys);
        }
    }
}
