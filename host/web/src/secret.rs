//! Texts that nobody may see.

use std::fmt;

/// A password or token. It shows itself to no one who prints or debugs it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one who sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_in_what_is_printed_of_it() {
        let secret = Secret::new("open sesame".to_owned());
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("sesame"));
        assert_eq!(secret.reveal(), "open sesame");
    }
}
