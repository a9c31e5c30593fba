//! What to log in with.

use tollgate_web::Secret;

/// How this program logs in at a forge.
#[derive(Clone, Debug)]
pub struct Credential {
    variable: Option<String>,
    token: Option<Secret>,
    is_of_job: bool,
}

impl Credential {
    /// Nobody logs in: what everybody may see can be seen.
    pub const fn nobody() -> Self {
        Self { variable: None, token: None, is_of_job: false }
    }

    /// The token that an environment variable holds. Without a value, nobody logs in, and errors say which variable is empty.
    pub fn of_variable(name: &str, value: Option<String>) -> Self {
        Self { variable: Some(name.to_owned()), token: value.map(Secret::new), is_of_job: false }
    }

    /// The token that GitLab gives to a job, which goes by a header of its own.
    #[must_use]
    pub const fn of_job(mut self) -> Self {
        self.is_of_job = true;
        self
    }

    /// Name and value of the header.
    pub(crate) fn header(&self) -> Option<(&'static str, Secret)> {
        let token = self.token.as_ref()?;
        Some(match self.is_of_job {
            true => ("JOB-TOKEN", token.clone()),
            false => ("Authorization", Secret::new(format!("Bearer {}", token.reveal()))),
        })
    }

    /// Why it does not help, after "and".
    pub(crate) fn reason(&self) -> String {
        match (&self.variable, &self.token) {
            (Some(name), Some(_)) => format!("does not take the token of `{name}` for it"),
            (Some(name), None) => format!("`{name}`, which is to hold the token, is not set"),
            (None, _) => "no token is configured; name the variable that holds one in `people.forge.token`".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_in_no_text_but_the_header() {
        let credential = Credential::of_variable("FORGE_TOKEN", Some("open sesame".to_owned()));
        assert!(!format!("{credential:?} {}", credential.reason()).contains("sesame"));
        let (name, value) = credential.header().unwrap();
        assert_eq!((name, value.reveal()), ("Authorization", "Bearer open sesame"));
        let (name, value) = credential.of_job().header().unwrap();
        assert_eq!((name, value.reveal()), ("JOB-TOKEN", "open sesame"));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(Credential::of_variable("FORGE_TOKEN", None).header().is_none());
        assert!(Credential::of_variable("FORGE_TOKEN", None).reason().contains("`FORGE_TOKEN`"));
        assert!(Credential::nobody().reason().contains("people.forge.token"));
    }
}
