//! One way in which a value does not fit its schema.

use serde_json::Value;
use tollgate_core::pointer::Pointer;

use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;

/// What does not fit, and what could be made of it.
#[derive(Debug)]
pub(crate) struct Flaw {
    /// The value; for unknown keys, the value under that key.
    pub(crate) at: Pointer,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) remedy: Remedy,
}

/// How the rest of the file can be understood in spite of a flaw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Remedy {
    /// A key is taken for this one.
    Rename(String),
    /// A key is left out, with what stands under it.
    Remove,
    /// The value is taken for this one.
    Replace(Value),
    /// The value stays: it is of the right type, if of the wrong form.
    Keep,
    /// What holds the value is left out, if nothing depends on it.
    Cut,
}

impl Flaw {
    /// The problem that people see.
    pub(crate) fn problem(self, file: &ConfigurationFile) -> ConfigProblem {
        let location = match self.remedy {
            Remedy::Rename(_) | Remedy::Remove => file.key_location(&self.at),
            Remedy::Replace(_) | Remedy::Keep | Remedy::Cut => file.location(&self.at),
        };
        ConfigProblem { location, message: self.message, hint: self.hint }
    }
}
