//! Whether the fields are filled in, and as they have to be.

use tollgate_sdk::promotion::listing::listed;
use tollgate_sdk::promotion::{Change, Commit, Finding, Vouching};

use crate::record::{Record, trailers};
use crate::rules;
use crate::settings::{Per, Settings};

/// What is wrong with the fields of a change.
pub(crate) fn judge(settings: &Settings, change: &Change, record: &Record) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (field, glob) in &settings.fields {
        findings.extend(missing(settings, change, record, field));
        let values = values(settings, change, record, field);
        let unfit: Vec<String> = values.iter().filter(|value| !fits(glob, value)).map(|value| format!("`{value}`")).collect();
        if !unfit.is_empty() {
            let message = format!("`{field}` must be like `{glob}`, and is {}", listed(&unfit));
            findings.push(rules::PATTERN.of_promotion(message));
        }
    }
    if matches!(settings.per, Per::Commit) && !change.is_complete {
        let message = format!("the change has more than the {} commits that are looked at", change.commits.len());
        findings.push(rules::INCOMPLETE.of_promotion(message).fix("Promote an earlier commit first"));
    }
    findings
}

/// All values of a field, each once. Where each commit speaks for itself, the record says nothing.
pub(crate) fn values(settings: &Settings, change: &Change, record: &Record, field: &str) -> Vec<String> {
    let of_commits = change.commits.iter().flat_map(|commit| trailers(commit, field));
    let of_record = record.values(field).into_iter().filter(|_| matches!(settings.per, Per::Change));
    let mut values: Vec<String> = of_commits.chain(of_record).map(str::to_owned).collect();
    values.sort();
    values.dedup();
    values
}

fn missing(settings: &Settings, change: &Change, record: &Record, field: &str) -> Option<Finding> {
    let remediation = format!("Write a trailer `{field}: …` into the commit message");
    match settings.per {
        Per::Change => {
            let is_missing = values(settings, change, record, field).is_empty();
            let message = || format!("no commit of the change says `{field}`, and neither does its record");
            is_missing.then(|| rules::MISSING.of_promotion(message()).fix(remediation))
        }
        Per::Commit => {
            let lacks = |commit: &&Commit| !is_merge_of_forge(commit) && trailers(commit, field).is_empty();
            let named: Vec<String> =
                change.commits.iter().filter(lacks).map(|commit| format!("{} ({})", commit.short(), commit.summary)).collect();
            let message = || format!("`{field}` is missing in {}", listed(&named));
            (!named.is_empty()).then(|| rules::MISSING.of_promotion(message()).fix(remediation))
        }
    }
}

/// The forge writes no trailers, and brings nothing of its own. Who merges by hand can write them.
const fn is_merge_of_forge(commit: &Commit) -> bool {
    commit.is_merge && matches!(commit.vouching, Vouching::Forge(_))
}

/// Whether a text fits a glob. The library means paths, where `*` ends at a slash; in texts a slash is a character like others.
pub(crate) fn fits(glob: &str, value: &str) -> bool {
    let plain = |text: &str| text.replace('/', "\u{1f}");
    fast_glob::glob_match(plain(glob), plain(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_glob_is_of_a_text_and_not_of_a_path() {
        assert!(fits("*", "none/low") && fits("*", "../.. and so on"));
        assert!(fits("SHOP-[0-9]*", "SHOP-12") && fits("https://tickets.example.com/*", "https://tickets.example.com/shop/12"));
        assert!(fits("{SHOP,OPS}-[0-9]*", "OPS-1"));
        for other in ["SHOP-", "shop-12", "XSHOP-12", "SHOP-x", ""] {
            assert!(!fits("SHOP-[0-9]*", other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_star_fits_every_value(value in "\\PC{1,40}") {
            prop_assert!(fits("*", &value));
        }

        #[test]
        fn a_prefix_with_a_star_fits_what_begins_with_it(value in "[ -~]{0,20}", prefix in "[a-z/]{1,4}") {
            prop_assert_eq!(fits(&format!("{prefix}*"), &value), value.starts_with(&prefix));
        }
    }
}
