//! Output without what differs from run to run.

use std::collections::BTreeMap;

use camino::Utf8Path;
use regex_lite::{Captures, Regex};

/// Paths, digests, commits and times replaced by words. Equal digests get equal words, so that a snapshot shows which of
/// them are the same.
pub(crate) fn form(text: &str, root: Option<&Utf8Path>) -> String {
    let text = root.map_or_else(|| text.to_owned(), |root| text.replace(root.as_str(), "WORLD"));
    let text = replace(&text, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", |_| "[time]".to_owned());
    let text = replace(&text, r"by [A-Za-z0-9_.-]+:\d+;", |_| "by [worker];".to_owned());
    let mut names = Names::default();
    // The longest first; what is left of twelve digits is a short form, or the beginning of one that was cut.
    let text = replace(&text, r"\b[0-9a-f]{64}\b", |captures| names.name("digest", &captures[0]));
    let text = replace(&text, r"\b[0-9a-f]{40}\b", |captures| names.name("commit", &captures[0]));
    replace(&text, r"\b[0-9a-f]{12}\b", |captures| names.short(&captures[0]))
}

fn replace(text: &str, pattern: &str, mut by: impl FnMut(&Captures<'_>) -> String) -> String {
    let pattern = Regex::new(pattern).unwrap();
    pattern.replace_all(text, |captures: &Captures<'_>| by(captures)).into_owned()
}

#[derive(Default)]
struct Names {
    known: BTreeMap<String, String>,
}

impl Names {
    fn name(&mut self, kind: &str, digits: &str) -> String {
        let next = self.known.values().filter(|name| name.starts_with(&format!("[{kind}"))).count() + 1;
        self.known.entry(digits.to_owned()).or_insert_with(|| format!("[{kind} {next}]")).clone()
    }

    fn short(&mut self, digits: &str) -> String {
        let is_whole = |known: &str| known.len() > digits.len() && known.starts_with(digits);
        let whole = self.known.iter().find(|(known, _)| is_whole(known)).map(|(_, name)| name.replace(']', " short]"));
        whole.unwrap_or_else(|| self.name("short", digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_digests_get_equal_words_and_short_forms_are_known() {
        let (one, other) = ("a".repeat(64), "b".repeat(64));
        let text = form(&format!("{one} {other} {one} {} {}", &one[..12], "c".repeat(12)), None);
        assert_eq!(text, "[digest 1] [digest 2] [digest 1] [digest 1 short] [short 1]");
    }

    #[test]
    fn paths_and_times_are_replaced() {
        let text = form("/tmp/x/a at 2026-01-01T00:00:00Z", Some(Utf8Path::new("/tmp/x")));
        assert_eq!(text, "WORLD/a at [time]");
    }
}
