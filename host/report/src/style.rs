//! How text is drawn: how wide, with colours or without, with line-drawing characters or plain ASCII.

use std::fmt::Display;

use anstyle::{AnsiColor, Effects, Style as Ansi};

/// The width where nothing says how wide the output is.
pub const DEFAULT_WIDTH: usize = 100;

/// How text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// In columns.
    pub width: usize,
    /// Colours, and line-drawing characters.
    pub fancy: bool,
}

/// What a piece of text means to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Caution,
    Heading,
    Quiet,
}

impl Style {
    /// Plain ASCII without colours: for pipes, files and CI logs.
    pub const fn plain(width: usize) -> Self {
        Self { width, fancy: false }
    }

    /// Colours and line-drawing characters: for terminals.
    pub const fn fancy(width: usize) -> Self {
        Self { width, fancy: true }
    }

    /// The style for an output. `no_color` is the value of `NO_COLOR` (see no-color.org: any but the empty one counts).
    pub fn choose(is_terminal: bool, no_color: Option<&str>, width: Option<usize>) -> Self {
        let fancy = is_terminal && no_color.is_none_or(str::is_empty);
        Self { width: width.unwrap_or(DEFAULT_WIDTH).max(40), fancy }
    }

    pub(crate) fn paint(self, tone: Tone, text: impl Display) -> String {
        if !self.fancy {
            return text.to_string();
        }
        let ansi = match tone {
            Tone::Good => AnsiColor::Green.on_default().effects(Effects::BOLD),
            Tone::Bad => AnsiColor::Red.on_default().effects(Effects::BOLD),
            Tone::Caution => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
            Tone::Heading => Ansi::new().effects(Effects::BOLD),
            Tone::Quiet => Ansi::new().effects(Effects::DIMMED),
        };
        format!("{ansi}{text}{ansi:#}")
    }

    pub(crate) const fn arrow(self) -> &'static str {
        if self.fancy { "→" } else { "->" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_and_no_color_make_text_plain() {
        assert_eq!(Style::choose(true, None, Some(80)), Style::fancy(80));
        assert_eq!(Style::choose(true, Some(""), Some(80)), Style::fancy(80));
        assert_eq!(Style::choose(true, Some("1"), Some(80)), Style::plain(80));
        assert_eq!(Style::choose(false, None, None), Style::plain(DEFAULT_WIDTH));
    }

    #[test]
    fn a_terminal_that_claims_no_width_still_gets_text() {
        assert_eq!(Style::choose(true, None, Some(0)).width, 40);
    }

    #[test]
    fn plain_text_has_no_escape_sequences() {
        assert_eq!(Style::plain(80).paint(Tone::Bad, "denied"), "denied");
        assert_eq!(Style::fancy(80).paint(Tone::Bad, "denied"), "\u{1b}[1m\u{1b}[31mdenied\u{1b}[0m");
    }
}
