//! What was planted and what was found, in words that all tools share.

use std::collections::BTreeMap;

/// The rules that all tools judge by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Image,
    Limits,
    NonRoot,
    Privileged,
}

impl Rule {
    pub(super) const ALL: [Self; 4] = [Self::Image, Self::Limits, Self::NonRoot, Self::Privileged];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Limits => "limits",
            Self::NonRoot => "non-root",
            Self::Privileged => "privileged",
        }
    }
}

/// A rule that a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) rule: String,
}

/// How what was found differs from what was planted; nothing when it does not.
pub(super) fn difference(planted: &[Finding], found: &[Finding]) -> Option<String> {
    let mut balance: BTreeMap<&Finding, i64> = BTreeMap::new();
    planted.iter().for_each(|finding| *balance.entry(finding).or_default() -= 1);
    found.iter().for_each(|finding| *balance.entry(finding).or_default() += 1);
    let (finding, count) = balance.iter().find(|(_, count)| **count != 0)?;
    let what = if *count < 0 { "it missed" } else { "it also found" };
    let counts = format!("{} planted, {} found", planted.len(), found.len());
    Some(format!("{counts}; among others {what} `{}` in `{}`", finding.rule, finding.file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_finding(file: &str, rule: &str) -> Finding {
        Finding { file: file.to_owned(), rule: rule.to_owned() }
    }

    #[test]
    fn what_is_missing_too_much_or_failed_is_a_difference() {
        let planted = [mk_finding("a.yaml", "image")];
        assert_eq!(difference(&planted, &planted), None);
        assert!(difference(&planted, &[]).unwrap().contains("0 found; among others it missed `image` in `a.yaml`"));
        let twice = [planted[0].clone(), planted[0].clone()];
        assert!(difference(&planted, &twice).unwrap().contains("it also found `image`"));
    }
}
