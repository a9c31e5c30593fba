//! What settings are made of. `#[settings]` writes all that is needed of it; a type of its own can be a setting by
//! implementing [`Setting`].

mod kinds;
mod problems;
mod schema;

pub use problems::Problems;
pub use schema::Schema;

use crate::settings::SettingsError;

/// A value that an operator can set.
pub trait Setting {
    /// What it may be, as JSON Schema (2020-12).
    fn schema() -> Schema;

    /// What is wrong with it beyond what its type refuses. `pointer` (RFC 6901) leads to it.
    fn problems(&self, _pointer: &str, _problems: &mut Problems) {}
}

/// All that is wrong with settings.
pub fn problems(settings: &impl Setting) -> Vec<SettingsError> {
    let mut problems = Problems::default();
    settings.problems("", &mut problems);
    problems.into_vec()
}

#[cfg(test)]
mod tests;
