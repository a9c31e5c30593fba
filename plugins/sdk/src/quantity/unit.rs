//! What the number of a quantity is counted in.

/// How a quantity is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// With `m`, `k`, `M`, or nothing behind the number.
    Decimal,
    /// With `Ki`, `Mi`, `Gi`.
    Binary,
    /// With `e3`.
    Exponent,
}

/// Suffixes with their power of ten, each a thousand times the one before.
pub(super) const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

/// Suffixes with their power of two.
pub(super) const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// A power of ten or two.
pub(super) enum Unit {
    Ten(i32, Notation),
    Two(u32),
}

impl Unit {
    /// What a suffix stands for.
    pub(super) fn read(suffix: &str) -> Option<Self> {
        let ten = DECIMAL.iter().find(|(name, _)| *name == suffix).map(|(_, power)| Self::Ten(*power, Notation::Decimal));
        let two = || BINARY.iter().find(|(name, _)| *name == suffix).map(|(_, power)| Self::Two(*power));
        let exponent = || Some(Self::Ten(suffix.strip_prefix(['e', 'E'])?.parse().ok()?, Notation::Exponent));
        ten.or_else(two).or_else(exponent)
    }
}
