//! What the comments of a case say.

use camino::Utf8Path;
use serde::de::DeserializeOwned;
use tollgate_core::context::Context;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::{Case, Expected, Place, at, beside};
use crate::configuration::Failures;

const MARK: &str = "# expect:";
/// What it asks from elsewhere than `check` goes on, as YAML, for as long as it is indented.
const CONTEXT: &str = "# context:";
const INDENTED: &str = "#  ";

pub(super) fn read(file: &Utf8Path, fails: bool) -> Result<Case, Failures> {
    let text = fs_err::read_to_string(file).map_err(|error| vec![Failure::new(ExitCode::SourceUnreadable, &error)])?;
    let directory = file.parent().unwrap_or(file);
    let shown = file.as_str().trim_start_matches("./");
    let data = |path: &str| fs_err::read(directory.join(path)).ok();
    let mut case = of_text(shown, text, fails, &data)?;
    beside::add(file, &mut case, &data)?;
    require_expectations(&case).map_err(|failure| vec![failure])?;
    Ok(case)
}

/// A case under `fail` proves something only if it says what is found, and one under `pass` if nothing is.
fn require_expectations(case: &Case) -> Result<(), Failure> {
    if case.fails != case.expected.is_empty() {
        return Ok(());
    }
    let wrong = if case.fails { "names nothing that is found in it: add `# expect: RULE`" } else { "names what is found in it" };
    Err(at(&case.file, 1, format!("a case under `{}` {wrong}", if case.fails { "fail" } else { "pass" })))
}

/// Reads the comments of a text. `data` reads a file by its path from the case.
fn of_text(file: &str, text: String, fails: bool, data: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Case, Failures> {
    let mut failures = Failures::new();
    let mut case = Case {
        file: file.to_owned(),
        text: String::new(),
        fails,
        settings: serde_json::Map::new(),
        data: std::collections::BTreeMap::new(),
        context: Context::check(),
        time: None,
        expected: Vec::new(),
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut context: Option<(u32, String)> = None;
    let mut is_context = false;
    for (number, line) in (1_u32..).zip(&lines) {
        is_context = line.trim_end() == CONTEXT || is_context && line.starts_with(INDENTED);
        if is_context {
            let (_, text) = context.get_or_insert((number, String::new()));
            text.extend(line.strip_prefix(INDENTED).into_iter().chain(["\n"]));
        } else if let Err(message) = of_line(&mut case, (number, line), &lines, data) {
            failures.push(at(file, number, message));
        }
    }
    match context.map(|(number, text)| (number, serde_yaml::from_str(&text))) {
        Some((_, Ok(context))) => case.context = context,
        Some((number, Err(error))) => failures.push(at(file, number, format!("`context` is no YAML that fits: {error}"))),
        None => {}
    }
    case.text = text;
    if failures.is_empty() { Ok(case) } else { Err(failures) }
}

fn of_line(
    case: &mut Case,
    (number, line): (u32, &str),
    lines: &[&str],
    data: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<(), String> {
    if let Some(settings) = line.strip_prefix("# settings:") {
        case.settings = json("settings", settings)?;
    } else if let Some(files) = line.strip_prefix("# data:") {
        let files: std::collections::BTreeMap<String, String> = json("data", files)?;
        for (key, path) in files {
            let bytes = data(&path).ok_or_else(|| format!("there is no file `{path}` beside the case"))?;
            case.data.insert(key, bytes);
        }
    } else if let Some(time) = line.strip_prefix("# time:") {
        let time = time.trim();
        case.time = Some(time.parse().map_err(|_| format!("`{time}` is no time: write `2026-12-31T12:00:00Z`"))?);
    } else if let Some((before, finding)) = line.split_once(MARK) {
        case.expected.push(expected(before, finding, number, lines)?);
    }
    Ok(())
}

fn json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, String> {
    serde_json::from_str(text.trim()).map_err(|error| format!("`{what}` is no JSON object that fits: {error}"))
}

/// `RULE`, or `RULE DOCUMENT:POINTER`.
fn expected(before: &str, finding: &str, number: u32, lines: &[&str]) -> Result<Expected, String> {
    let mut words = finding.split_whitespace();
    let rule = words.next().ok_or("`# expect:` names no rule")?.to_owned();
    let place = match words.next() {
        Some(place) => pointer(place)?,
        None if before.trim().is_empty() => Place::Line(next_line(number, lines)),
        None => Place::Line(number),
    };
    if let Some(word) = words.next() {
        return Err(format!("`{word}` is too much: write `# expect: RULE` or `# expect: RULE DOCUMENT:POINTER`"));
    }
    Ok(Expected { rule, place, beside: None, line: number })
}

fn pointer(place: &str) -> Result<Place, String> {
    let parsed = place.split_once(':').and_then(|(document, pointer)| {
        let pointer: tollgate_core::pointer::Pointer = pointer.parse().ok()?;
        Some(Place::Pointer(document.parse().ok()?, pointer.as_str().to_owned()))
    });
    parsed.ok_or_else(|| format!("`{place}` is no place: write `DOCUMENT:POINTER`, such as `0:/metadata/name`"))
}

/// The next line that is no comment.
fn next_line(number: u32, lines: &[&str]) -> u32 {
    let after = (number + 1..).zip(lines.iter().skip(number as usize));
    let mut code = after.filter(|(_, line)| !line.trim_start().starts_with('#') && !line.trim().is_empty());
    code.next().map_or(number, |(line, _)| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, fails: bool) -> Result<Case, Vec<String>> {
        let data = |path: &str| (path == "centres.txt").then(|| b"one\n".to_vec());
        let case = of_text("a.yaml", text.to_owned(), fails, &data);
        let case = case.and_then(|case| require_expectations(&case).map(|()| case).map_err(|failure| vec![failure]));
        case.map_err(|failures| {
            failures.iter().map(|failure| format!("{}: {}", failure.line.unwrap_or_default(), failure.message)).collect()
        })
    }

    #[test]
    fn what_is_expected_has_a_pointer_or_a_line() {
        let text = "# expect: tag 1:/spec/image\n\nkind: Pod # expect: named\n# expect: p/labelled\n# a remark\nmetadata: {}\n";
        let places: Vec<_> =
            read(text, true).unwrap().expected.into_iter().map(|expected| (expected.rule, expected.place)).collect();
        let expected = [
            ("tag".to_owned(), Place::Pointer(1, "/spec/image".to_owned())),
            ("named".to_owned(), Place::Line(3)),
            ("p/labelled".to_owned(), Place::Line(6)),
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn settings_data_and_time_are_taken() {
        let text = "# settings: {\"a\": 1}\n# data: {\"centres\": \"centres.txt\"}\n# time: 2026-12-31T12:00:00Z\nkind: Pod\n";
        let case = read(text, false).unwrap();
        assert_eq!((case.settings["a"].as_u64(), case.data["centres"].as_slice()), (Some(1), b"one\n".as_slice()));
        assert_eq!(case.time.unwrap().to_string(), "2026-12-31T12:00:00Z");
    }

    #[test]
    fn a_context_goes_on_for_as_long_as_it_is_indented() {
        let text = "# context:\n#   place: promote\n#   target: prod\n# expect: a\nkind: Pod\n";
        let case = read(text, true).unwrap();
        assert_eq!((case.context, case.expected.len()), (Context::promote(Some("prod".to_owned())), 1));
        let problems = read("kind: Pod\n# context:\n#   place: nowhere\n", false).unwrap_err();
        assert!(problems[0].starts_with("2: `context` is no YAML that fits"), "{problems:?}");
    }

    #[test]
    fn what_can_not_be_understood_is_named_at_its_line() {
        for (text, fails, expected) in [
            ("# settings: [1]\n", false, "1: `settings` is no JSON object"),
            ("\n# data: {\"a\": \"b\"}\n", false, "2: there is no file `b`"),
            ("# time: today\n", false, "1: `today` is no time"),
            ("# expect:\n", true, "1: `# expect:` names no rule"),
            ("# expect: a 0\n", true, "1: `0` is no place"),
            ("# expect: a 0:b\n", true, "1: `0:b` is no place"),
            ("# expect: a 0:/b c\n", true, "1: `c` is too much"),
            ("kind: Pod\n", true, "1: a case under `fail` names nothing"),
            ("kind: Pod # expect: a\n", false, "1: a case under `pass` names what"),
        ] {
            let problems = read(text, fails).unwrap_err();
            assert!(problems[0].starts_with(expected), "{problems:?} for {text:?}");
        }
    }
}
