//! JUnit's XML as an in-toto test result.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};
use tollgate_core::digest::Digest;

use super::json::Unreadable;

/// The most tests that are named of each outcome; the counts are of all.
const NAMED: usize = 1_000;

/// The longest name of a test, in characters.
const LONGEST_NAME: usize = 300;

/// Whether a file looks like XML rather than JSON.
pub(super) fn is_xml(file: &[u8]) -> bool {
    file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii_start().starts_with(b"<")
}

/// The predicate of a test result. It is `FAILED` if any test failed or had an error, or if a suite counts one: a report that
/// was cut short does not pass. A report without any test that ran proves nothing, and is refused.
///
/// # Errors
/// When the file is no JUnit XML, or no test ran.
pub(super) fn result(file: &[u8], name: &str) -> Result<Value, Unreadable> {
    let tests = read(file)?;
    if tests.passed.count + tests.failed.count == 0 && !tests.counts_failure {
        return Err(Unreadable::whole("no test ran, so this proves nothing"));
    }
    let result = if tests.failed.count > 0 || tests.counts_failure { "FAILED" } else { "PASSED" };
    Ok(json!({
        "result": result,
        "configuration": [{"name": name, "digest": {"sha256": Digest::of(file).hex()}}],
        "passedTests": tests.passed.names,
        "failedTests": tests.failed.names,
        "skippedTests": tests.skipped.names,
        "counts": {"passed": tests.passed.count, "failed": tests.failed.count, "skipped": tests.skipped.count},
    }))
}

#[derive(Default)]
struct Tests {
    passed: Named,
    failed: Named,
    skipped: Named,
    /// Whether a suite says that something failed.
    counts_failure: bool,
}

#[derive(Default)]
struct Named {
    names: Vec<String>,
    count: u64,
}

impl Named {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.names.len() < NAMED {
            self.names.push(name.chars().take(LONGEST_NAME).collect());
        }
    }
}

/// A `testcase` that is being read.
struct OpenTest {
    name: String,
    failed: bool,
    skipped: bool,
}

fn read(file: &[u8]) -> Result<Tests, Unreadable> {
    let text = std::str::from_utf8(file).map_err(|_| Unreadable::whole("the XML is not UTF-8"))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    reader.config_mut().expand_empty_elements = true;
    let mut reading = Reading::default();
    loop {
        let event = reader.read_event().map_err(|error| at(text, reader.error_position(), error.to_string()))?;
        let place = reader.buffer_position();
        match event {
            Event::Eof => break,
            Event::Start(element) => reading.start(&element).map_err(|reason| at(text, place, reason))?,
            Event::End(_) => reading.end(),
            Event::DocType(_) => return Err(at(text, place, "it has a DOCTYPE, which no report needs".to_owned())),
            _ => {}
        }
    }
    if reading.depth > 0 || !reading.has_root {
        return Err(at(text, text.len() as u64, "it ends before its last element does".to_owned()));
    }
    Ok(reading.tests)
}

#[derive(Default)]
struct Reading {
    tests: Tests,
    test: Option<(usize, OpenTest)>,
    depth: usize,
    has_root: bool,
}

impl Reading {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let local = element.local_name();
        let name = local.as_ref();
        if self.depth == 0 {
            if self.has_root || !matches!(name, b"testsuites" | b"testsuite") {
                return Err("its root is neither `testsuites` nor `testsuite`, so this is no JUnit report".to_owned());
            }
            self.has_root = true;
        }
        match (name, &mut self.test) {
            (b"testsuites" | b"testsuite", _) => self.tests.counts_failure |= counts_failure(element)?,
            (b"testcase", None) => self.test = Some((self.depth, test(element)?)),
            (b"testcase", Some(_)) => return Err("a `testcase` stands within another".to_owned()),
            (b"failure" | b"error", Some((_, test))) => test.failed = true,
            (b"skipped", Some((_, test))) => test.skipped = true,
            _ => {}
        }
        self.depth += 1;
        Ok(())
    }

    fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        let Some((_, test)) = self.test.take_if(|(depth, _)| *depth == self.depth) else { return };
        let outcome = match (test.failed, test.skipped) {
            (true, _) => &mut self.tests.failed,
            (false, true) => &mut self.tests.skipped,
            (false, false) => &mut self.tests.passed,
        };
        outcome.add(&test.name);
    }
}

fn test(element: &BytesStart<'_>) -> Result<OpenTest, String> {
    let (class, name) = (attribute(element, "classname")?, attribute(element, "name")?);
    let name = name.ok_or("a `testcase` has no `name`")?;
    let name = class.filter(|class| !class.is_empty()).map_or_else(|| name.clone(), |class| format!("{class}.{name}"));
    Ok(OpenTest { name, failed: false, skipped: false })
}

/// Whether a suite says that some of its tests failed. A count that is none may hide one.
fn counts_failure(element: &BytesStart<'_>) -> Result<bool, String> {
    let mut counts = false;
    for name in ["failures", "errors"] {
        if let Some(text) = attribute(element, name)? {
            let count: u64 = text.trim().parse().map_err(|_| format!("`{name}` is `{text}`, which is no number"))?;
            counts |= count > 0;
        }
    }
    Ok(counts)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_ref() == name.as_bytes() {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// What is wrong at a place.
fn at(text: &str, position: u64, reason: String) -> Unreadable {
    let position = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    let before = &text.as_bytes()[..position];
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    Unreadable { reason, at: Some((number(lines + 1), number(column.max(1)))) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Result<Value, Unreadable> {
        result(text.as_bytes(), "report.xml")
    }

    fn refused(text: &str) -> String {
        of(text).unwrap_err().reason
    }

    const PASSES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="0"><testsuite name="cart" errors="0">
  <testcase classname="cart.add" name="one &amp; two"/>
  <testcase name="three"><skipped message="no network"/></testcase>
  <testcase name="four"><system-out>failure</system-out></testcase>
</testsuite></testsuites>"#;

    #[test]
    fn tests_are_named_by_what_became_of_them() {
        let passes = of(PASSES).unwrap();
        assert_eq!(passes["result"], "PASSED");
        assert_eq!(passes["passedTests"], json!(["cart.add.one & two", "four"]));
        assert_eq!(passes["skippedTests"], json!(["three"]));
        assert_eq!(passes["counts"], json!({"passed": 2, "failed": 0, "skipped": 1}));
        assert_eq!(passes["configuration"][0]["digest"]["sha256"], Digest::of(PASSES.as_bytes()).hex());
        for element in ["failure", "error"] {
            let fails = of(&PASSES.replace("<skipped", &format!("<{element}"))).unwrap();
            assert_eq!((&fails["result"], &fails["failedTests"]), (&json!("FAILED"), &json!(["three"])), "{element}");
        }
    }

    #[test]
    fn a_suite_that_counts_what_is_not_listed_does_not_pass() {
        for (from, to) in [("failures=\"0\"", "failures=\"1\""), ("errors=\"0\"", "errors=\" 2 \"")] {
            assert_eq!(of(&PASSES.replace(from, to)).unwrap()["result"], "FAILED");
        }
        assert!(refused(&PASSES.replace("errors=\"0\"", "errors=\"none\"")).contains("no number"));
    }

    #[test]
    fn a_report_in_which_no_test_ran_proves_nothing() {
        assert!(refused("<testsuite/>").contains("no test ran"));
        assert!(refused(r#"<testsuite><testcase name="a"><skipped/></testcase></testsuite>"#).contains("no test ran"));
    }

    #[test]
    fn what_is_cut_short_or_something_else_is_refused_at_its_place() {
        for cut in ["</testsuites>", "</testsuite></testsuites>", "</testcase>\n</testsuite></testsuites>"] {
            let error = of(PASSES.strip_suffix(cut).unwrap()).unwrap_err();
            assert!(error.at.is_some(), "{error:?}");
        }
        assert!(refused("<html/>").contains("no JUnit report"));
        assert!(refused("<testsuite/><testsuite/>").contains("no JUnit report"));
        assert!(refused("<testsuite><testcase/></testsuite>").contains("no `name`"));
        assert!(refused("<testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite>").contains("within another"));
        let entity = r#"<!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>"#;
        assert!(refused(entity).contains("DOCTYPE"));
        assert!(refused(r#"<testsuite><testcase name="&a;"/></testsuite>"#).contains('a'));
        assert_eq!(of("<testsuite>\n<a></b></testsuite>").unwrap_err().at.map(|(line, _)| line), Some(2));
    }

    proptest! {
        /// One failing test among any others fails the whole.
        #[test]
        fn one_failure_is_a_failure(outcomes in prop::collection::vec(0_u8..4, 1..20)) {
            let element = |outcome: &u8| ["", "<skipped/>", "<failure/>", "<error>x</error>"][usize::from(*outcome)];
            let cases: String = outcomes.iter().map(|outcome| format!("<testcase name='t'>{}</testcase>", element(outcome))).collect();
            let read = of(&format!("<testsuite>{cases}</testsuite>"));
            if outcomes.iter().all(|outcome| *outcome == 1) {
                prop_assert!(read.is_err());
            } else {
                let failed = outcomes.iter().any(|outcome| *outcome > 1);
                prop_assert_eq!(&read.unwrap()["result"], if failed { "FAILED" } else { "PASSED" });
            }
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, text: String, at: prop::sample::Index, byte: u8) {
            let _ = result(&bytes, "x");
            let _ = of(&format!("<testsuite>{text}</testsuite>"));
            let mut changed = PASSES.as_bytes().to_vec();
            let at = at.index(changed.len());
            changed[at] = byte;
            let _ = result(&changed, "x");
        }
    }
}
