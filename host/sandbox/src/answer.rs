//! Checks that hold for everything that a plugin returns.

use tollgate_core::evaluate::EvaluationError;

use crate::limits;

/// Bytes of a plugin's own text that an error quotes.
const QUOTED: usize = 80;

/// The error for an answer that breaks the contract.
pub(crate) fn invalid(reason: String) -> EvaluationError {
    EvaluationError::InvalidOutput { reason }
}

/// A plugin's text for an error message: short, in backticks, and without control characters.
pub(crate) fn quoted(text: &str) -> String {
    let shown = &text[..text.floor_char_boundary(QUOTED)];
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", shown.escape_debug())
}

/// Counts what a plugin returns, and refuses what is too much.
#[derive(Debug, Default)]
pub(crate) struct OutputMeter {
    bytes: u64,
}

impl OutputMeter {
    /// Counts a list of findings.
    ///
    /// # Errors
    /// When there are too many.
    pub(crate) fn findings(count: usize) -> Result<(), EvaluationError> {
        Self::at_most("findings", count as u64, limits::FINDINGS)
    }

    /// Counts texts.
    pub(crate) fn add<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        self.bytes += texts.into_iter().map(|text| text.len() as u64).sum::<u64>();
    }

    /// Counts bytes.
    pub(crate) const fn add_bytes(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
    }

    /// Closes the count.
    ///
    /// # Errors
    /// When the texts are too long together.
    pub(crate) fn finish(self) -> Result<(), EvaluationError> {
        Self::at_most("bytes", self.bytes, limits::OUTPUT_BYTES)
    }

    fn at_most(what: &str, size: u64, limit: u64) -> Result<(), EvaluationError> {
        if size > limit {
            return Err(EvaluationError::OutputTooLarge { what: what.to_owned(), size, limit });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_themselves_are_allowed() {
        assert_eq!(OutputMeter::findings(1_000), Ok(()));
        let refused = EvaluationError::OutputTooLarge { what: "findings".to_owned(), size: 1_001, limit: 1_000 };
        assert_eq!(OutputMeter::findings(1_001), Err(refused));
        let half = "x".repeat(limits::OUTPUT_BYTES as usize / 2);
        let mut meter = OutputMeter::default();
        meter.add([half.as_str(), half.as_str()]);
        assert_eq!(OutputMeter { bytes: meter.bytes }.finish(), Ok(()));
        meter.add(["x"]);
        assert!(meter.finish().is_err());
    }

    #[test]
    fn quoted_texts_are_short_and_carry_no_control_characters() {
        assert_eq!(quoted("tag"), "`tag`");
        assert_eq!(quoted("\u{1b}[2J"), "`\\u{1b}[2J`");
        assert!(quoted(&"é".repeat(1_000)).len() < 100);
    }
}
