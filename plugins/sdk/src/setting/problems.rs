//! What is wrong with settings.

use std::fmt::Display;

use crate::settings::SettingsError;

/// Gathers what is wrong, each with the pointer (RFC 6901) to it.
#[derive(Debug, Default)]
pub struct Problems(Vec<SettingsError>);

impl Problems {
    /// Adds one.
    pub fn add(&mut self, pointer: &str, message: impl Into<String>) {
        self.0.push(SettingsError { pointer: pointer.to_owned(), message: message.into() });
    }

    /// A value that may not be smaller.
    pub fn at_least<T: PartialOrd + Display>(&mut self, value: &T, least: &T, pointer: &str) {
        if value < least {
            self.add(pointer, format!("must be at least {least}, not {value}"));
        }
    }

    /// A value that may not be greater.
    pub fn at_most<T: PartialOrd + Display>(&mut self, value: &T, most: &T, pointer: &str) {
        if value > most {
            self.add(pointer, format!("must be at most {most}, not {value}"));
        }
    }

    /// A list or text that must hold something.
    pub fn not_empty(&mut self, is_empty: bool, pointer: &str) {
        if is_empty {
            self.add(pointer, "must not be empty");
        }
    }

    /// What a check of the plugin's own said.
    pub fn check<E: Display>(&mut self, checked: Result<(), E>, pointer: &str) {
        if let Err(message) = checked {
            self.add(pointer, message.to_string());
        }
    }

    /// All of them, in their order.
    pub fn into_vec(self) -> Vec<SettingsError> {
        self.0
    }
}
