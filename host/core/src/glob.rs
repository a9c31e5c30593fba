//! Patterns of paths and names.

/// A path pattern in which `*` stays within one step and `**` crosses steps.
#[derive(Clone, Debug)]
pub struct Glob {
    pattern: String,
    matcher: globset::GlobMatcher,
}

/// A text that is not a glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a glob")]
pub struct InvalidGlob {
    pub pattern: String,
    #[source]
    source: globset::Error,
}

impl Glob {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When the pattern is malformed.
    pub fn new(pattern: &str) -> Result<Self, InvalidGlob> {
        let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
        let matcher = glob.map_err(|source| InvalidGlob { pattern: pattern.to_owned(), source })?.compile_matcher();
        Ok(Self { pattern: pattern.to_owned(), matcher })
    }

    /// Whether a text matches as a whole.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_one_step() {
        assert!(Glob::new("services/*").unwrap().matches("services/cart"));
        assert!(!Glob::new("services/*").unwrap().matches("services/cart/base"));
        assert!(Glob::new("feature/**").unwrap().matches("feature/a/b"));
    }
}
