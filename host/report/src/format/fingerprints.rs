//! Fingerprints that are each there once.

use std::collections::BTreeMap;

/// Tells equal fingerprints of one report apart. Findings come in the report's order, so the same report has the same ones.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints(BTreeMap<String, usize>);

impl Fingerprints {
    /// The fingerprint itself the first time, then with a counter.
    pub(crate) fn unique(&mut self, fingerprint: &str) -> String {
        let count = self.0.entry(fingerprint.to_owned()).or_default();
        *count += 1;
        if *count == 1 { fingerprint.to_owned() } else { format!("{fingerprint}-{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_fingerprints_are_told_apart() {
        let mut fingerprints = Fingerprints::default();
        assert_eq!(["a", "b", "a", "a"].map(|one| fingerprints.unique(one)), ["a", "b", "a-2", "a-3"]);
    }
}
