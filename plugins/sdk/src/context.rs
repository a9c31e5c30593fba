//! Where a question comes from.

use crate::describe::PluginError;
use crate::value::Value;

/// An object that says where the question comes from: `{"place": "check"}`. It is read only when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a>(&'a [u8]);

impl<'a> Context<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The object. Unknown members must be ignored.
    ///
    /// # Errors
    /// `bad-input` when it is not JSON.
    pub fn read(&self) -> Result<Value<'a>, PluginError> {
        Value::read(self.0).map_err(|error| PluginError::BadInput(format!("context: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_read_when_it_is_asked_for() {
        let context = Context::new(br#"{"place": "check"}"#);
        assert_eq!(context.read().unwrap().get("place").and_then(Value::as_str), Some("check"));
        assert!(Context::new(b"x").read().is_err());
    }
}
