use super::*;
use crate::exit_code::ExitCode;
use crate::format::tests::{failed, rich};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A command, as the runner understands it.
pub(crate) struct Parsed {
    kind: String,
    properties: BTreeMap<String, String>,
    pub(crate) message: String,
}

/// Reads as the runner does; a line that is no command is a panic.
pub(crate) fn parsed(text: &str) -> Vec<Parsed> {
    text.lines().map(command).collect()
}

fn command(line: &str) -> Parsed {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
    let (head, message) = rest.split_once("::").unwrap();
    let (kind, properties) = head.split_once(' ').unwrap();
    assert!(["error", "warning", "notice"].contains(&kind), "{line}");
    let property = |property: &str| {
        let (name, value) = property.split_once('=').unwrap_or_else(|| panic!("no property: {property}"));
        (name.to_owned(), unescaped(&value.replace("%3A", ":").replace("%2C", ",")))
    };
    Parsed { kind: kind.to_owned(), properties: properties.split(',').map(property).collect(), message: unescaped(message) }
}

fn unescaped(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

fn mk(count: usize, standing: Standing) -> Vec<FindingReport> {
    let all = rich().findings;
    let one = all.iter().find(|finding| finding.standing() == standing).unwrap();
    vec![one.clone(); count]
}

fn kinds(text: &str) -> Vec<String> {
    parsed(text).into_iter().map(|command| command.kind).collect()
}

#[test]
fn the_worst_comes_first_and_errors_are_among_it() {
    let kinds = kinds(&to_string(&rich()));
    assert!(kinds.is_sorted_by_key(|kind| ["error", "warning", "notice"].iter().position(|known| known == kind)), "{kinds:?}");
    assert!(to_string(&rich()).starts_with("::error file=tollgate.yaml,line=4,endLine=4,col=3,endColumn=3,title=tollgate%3A "));
    assert_eq!(self::kinds(&to_string(&failed())), ["error"]);
}

#[test]
fn the_last_column_is_part_of_the_place_and_places_over_lines_have_none() {
    let commands = parsed(&to_string(&rich()));
    let on_line = |line: &str| commands.iter().find(|command| command.properties.get("line").is_some_and(|at| at == line)).unwrap();
    assert_eq!((on_line("9").properties["col"].as_str(), on_line("9").properties["endColumn"].as_str()), ("18", "49"));
    assert_eq!((on_line("8").properties["endLine"].as_str(), on_line("8").properties.get("col")), ("9", None));
}

#[test]
fn what_github_will_not_show_is_counted_where_it_is_still_shown() {
    let mut report = failed();
    report.errors.clear();
    report.findings = [mk(10, Standing::Blocks), mk(10, Standing::Warns), mk(10, Standing::Notes)].concat();
    assert!(!to_string(&report).contains("GitHub shows"));
    report.findings.extend(mk(2, Standing::Blocks));
    let commands = parsed(&to_string(&report));
    let summary = &commands[22];
    assert_eq!((commands.len(), summary.kind.as_str()), (33, "notice"));
    assert!(summary.message.starts_with("2 more of kind error, 1 more of kind notice: "), "{}", summary.message);
}

#[test]
fn what_is_fixed_is_not_shown_and_what_is_waived_is_a_notice() {
    let mut report = failed();
    report.errors.clear();
    report.findings = [mk(1, Standing::Fixed), mk(1, Standing::Waived)].concat();
    let text = to_string(&report);
    assert_eq!(kinds(&text), ["notice"]);
    assert!(text.contains("::waived until"), "{text}");
}

#[test]
fn nothing_to_say_is_nothing() {
    assert_eq!(to_string(&crate::check::tests::mk_empty()), "");
}

proptest! {
    #[test]
    fn any_text_arrives_as_it_was_and_stays_on_its_line(message in any::<String>(), title in any::<String>(), file in any::<String>()) {
        let place = Some(Place { file: &file, span: None });
        let text = Command { kind: Kind::Error, place, title: format!("t{title}"), message: message.clone() }.to_string();
        prop_assert!(!text.contains(['\n', '\r']));
        let command = command(&text);
        prop_assert_eq!(command.message, message);
        prop_assert_eq!(&command.properties["file"], &clean::line(&file));
        prop_assert_eq!(&command.properties["title"], &sentence::clip(&format!("t{title}"), TITLE));
    }

    #[test]
    fn any_failure_is_one_command(text in any::<String>()) {
        let mut report = failed();
        report.errors = vec![Failure::of_message(ExitCode::Unexpected, text)];
        prop_assert_eq!(kinds(&to_string(&report)), ["error"]);
    }
}
