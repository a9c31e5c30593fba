//! The line that the SDK's panic hook logs.

use tollgate_core::evaluate::LogLevel;

/// How the line of the SDK's panic hook begins. `src/lib.rs:7:9: index out of bounds` follows.
const MARKER: &str = "panicked at ";
/// Bytes of a panic's message that are shown.
const SHOWN: usize = 4 * 1024;

/// Place and message, when this line was logged by the hook.
pub(crate) fn of_line(level: LogLevel, message: &str) -> Option<String> {
    let rest = message.strip_prefix(MARKER).filter(|_| level == LogLevel::Error)?;
    Some(rest[..rest.floor_char_boundary(SHOWN)].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hooks_line_tells_of_a_panic() {
        assert_eq!(of_line(LogLevel::Error, "panicked at a.rs:1:2: b"), Some("a.rs:1:2: b".to_owned()));
        assert_eq!(of_line(LogLevel::Warn, "panicked at a.rs:1:2: b"), None);
        assert_eq!(of_line(LogLevel::Error, "it panicked at a.rs:1:2: b"), None);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let line = format!("panicked at {}", "é".repeat(SHOWN));
        assert_eq!(of_line(LogLevel::Error, &line).unwrap().len(), SHOWN);
    }
}
