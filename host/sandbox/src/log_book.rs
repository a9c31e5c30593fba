//! The log of one call, and what its last line says about a panic.

use tollgate_core::evaluate::{LogLevel, LogLine};

use crate::limits;
use crate::panic_line;

/// The note that stands in the log where it was cut.
const CUT: &str = "log cut here: a call may write 64 KiB";

/// The log of one call.
#[derive(Debug, Default)]
pub(crate) struct LogBook {
    lines: Vec<LogLine>,
    bytes: usize,
    is_cut: bool,
    /// What the last line says about a panic, whether or not it was kept.
    panic: Option<String>,
}

impl LogBook {
    /// Keeps a line, as far as there is room. What does not fit is cut, once, with a note.
    pub(crate) fn write(&mut self, level: LogLevel, message: &str) {
        self.panic = panic_line::of_line(level, message);
        if self.is_cut {
            return;
        }
        let room = limits::LOG_BYTES.saturating_sub(self.bytes);
        let kept = &message[..message.floor_char_boundary(room)];
        self.bytes += kept.len() + LINE_OVERHEAD;
        self.is_cut = kept.len() < message.len() || self.bytes >= limits::LOG_BYTES;
        self.lines.push(LogLine { level, message: kept.to_owned() });
        if self.is_cut {
            self.lines.push(LogLine { level: LogLevel::Warn, message: CUT.to_owned() });
        }
    }

    /// The panic that the last line tells of.
    pub(crate) fn panic(&self) -> Option<&str> {
        self.panic.as_deref()
    }

    /// The lines that were kept.
    pub(crate) fn into_lines(self) -> Vec<LogLine> {
        self.lines
    }
}

/// What a line costs besides its text, so that a flood of empty lines is cut as well.
const LINE_OVERHEAD: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_log_is_kept_whole() {
        let mut log = LogBook::default();
        log.write(LogLevel::Info, "one");
        log.write(LogLevel::Debug, "");
        let expected = [(LogLevel::Info, "one"), (LogLevel::Debug, "")];
        let lines = log.into_lines();
        assert_eq!(lines.iter().map(|line| (line.level, line.message.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_long_line_is_cut_with_a_note() {
        let mut log = LogBook::default();
        log.write(LogLevel::Info, &"é".repeat(limits::LOG_BYTES));
        log.write(LogLevel::Info, "never seen");
        let lines = log.into_lines();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].message.len() <= limits::LOG_BYTES);
        assert_eq!(lines[1].message, CUT);
    }

    #[test]
    fn a_panic_is_seen_behind_a_cut_and_forgotten_after_another_line() {
        let mut log = LogBook::default();
        log.write(LogLevel::Info, &"x".repeat(limits::LOG_BYTES + 1));
        log.write(LogLevel::Error, "panicked at src/lib.rs:1:2: oops");
        assert_eq!(log.panic(), Some("src/lib.rs:1:2: oops"));
        log.write(LogLevel::Error, "another line");
        assert_eq!(log.panic(), None);
    }

    proptest! {
        #[test]
        fn no_flood_grows_past_the_limit_and_the_note_stands_once(lines: Vec<(u16, char)>) {
            let mut log = LogBook::default();
            for (length, character) in lines {
                log.write(LogLevel::Info, &character.to_string().repeat(usize::from(length)));
            }
            let is_cut = log.is_cut;
            let lines = log.into_lines();
            let notes = lines.iter().filter(|line| line.message == CUT).count();
            prop_assert_eq!(notes, usize::from(is_cut));
            let bytes: usize = lines.iter().map(|line| line.message.len()).sum();
            prop_assert!(bytes <= limits::LOG_BYTES + CUT.len());
        }
    }
}
