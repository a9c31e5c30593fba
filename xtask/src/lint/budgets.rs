//! Sizes: small files, small functions, plenty of tests.

use std::io::{self, Write as _};

use crate::lint::LintError;
use crate::lint::golden;
use crate::lint::measure::{Function, Measure, measure};
use crate::lint::rust_files::{self, RustFile};
use crate::workspaces::Repository;

const FILE_MEDIAN: usize = 120;
const FILE_PERCENTILE_95: usize = 450;
const FILE_CAP: usize = 800;
const FUNCTION_MEDIAN: usize = 8;
const FUNCTION_PERCENTILE_95: usize = 45;
const FUNCTION_CAP: usize = 100;
/// The design wants 1. This is a floor on the way there: it rises with every change that brings more, and never falls.
const TESTS_TO_CODE: f64 = 1.0;

/// One line of the table.
#[derive(Debug, PartialEq)]
struct Row {
    what: &'static str,
    value: f64,
    budget: f64,
    /// The budget is the least that there must be, not the most.
    is_least: bool,
}

/// Prints the table; what is over its budget.
pub(crate) fn check(repository: &Repository) -> Result<Vec<String>, LintError> {
    let rust = rust_files::read(repository)?;
    let measured: Vec<(RustFile, Measure)> =
        rust.files.into_iter().map(|file| (measure(&file), file)).map(|(m, f)| (f, m)).collect();
    let rows = rows(&measured, golden::lines(&repository.root)?);
    print(&rows)?;
    let over = rows.iter().filter(|row| !row.holds()).map(|row| format!("{} is out of its budget", row.what));
    Ok(rust.problems.into_iter().chain(over).chain(too_long(&measured)).collect())
}

fn rows(measured: &[(RustFile, Measure)], golden: usize) -> Vec<Row> {
    let mut files: Vec<usize> = measured.iter().map(|(file, _)| file.lines).collect();
    let functions = measured.iter().flat_map(|(_, measure)| &measure.functions).filter(|function| !function.is_test);
    let mut functions: Vec<usize> = functions.map(|function| function.lines).collect();
    let most = |what, value: usize, budget: usize| Row { what, value: float(value), budget: float(budget), is_least: false };
    let ratio = Row {
        what: "lines of tests to other lines of code",
        value: ratio(measured, golden),
        budget: TESTS_TO_CODE,
        is_least: true,
    };
    vec![
        most("lines of a file, median", percentile(&mut files, 50), FILE_MEDIAN),
        most("lines of a file, 95th percentile", percentile(&mut files, 95), FILE_PERCENTILE_95),
        most("lines of a file, longest", percentile(&mut files, 100), FILE_CAP),
        most("lines of a function, median", percentile(&mut functions, 50), FUNCTION_MEDIAN),
        most("lines of a function, 95th percentile", percentile(&mut functions, 95), FUNCTION_PERCENTILE_95),
        most("lines of a function, longest", percentile(&mut functions, 100), FUNCTION_CAP),
        ratio,
    ]
}

/// Nobody writes so many lines that this is not exact.
fn float(lines: usize) -> f64 {
    u32::try_from(lines).map_or(f64::MAX, f64::from)
}

/// The smallest value that is not exceeded by this many of a hundred.
fn percentile(values: &mut [usize], percent: usize) -> usize {
    values.sort_unstable();
    let index = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(index).copied().unwrap_or_default()
}

/// Golden cases weigh as tests: what they say would otherwise have to be said in Rust.
fn ratio(measured: &[(RustFile, Measure)], golden: usize) -> f64 {
    let all: usize = measured.iter().map(|(file, _)| file.code.len()).sum();
    let tests: usize = measured.iter().map(|(_, measure)| measure.test_lines).sum();
    float(tests + golden) / float((all - tests.min(all)).max(1))
}

impl Row {
    fn holds(&self) -> bool {
        if self.is_least { self.value >= self.budget } else { self.value <= self.budget }
    }
}

fn print(rows: &[Row]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for row in rows {
        let (sign, places) = if row.is_least { (">=", 2) } else { ("<=", 0) };
        writeln!(stdout, "   {:40} {:>6.places$}   {sign} {:.places$}", row.what, row.value, row.budget)?;
    }
    Ok(())
}

/// Files and functions over their caps; for functions, those of tests too.
fn too_long(measured: &[(RustFile, Measure)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, measure) in measured {
        if file.lines > FILE_CAP {
            problems.push(format!("{} has {} lines", file.path, file.lines));
        }
        let is_long = |function: &&Function| function.lines > FUNCTION_CAP;
        let name =
            |function: &Function| format!("{}:{}: `{}` has {} lines", file.path, function.line, function.name, function.lines);
        problems.extend(measure.functions.iter().filter(is_long).map(name));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8Path;

    fn measured(path: &str, text: &str) -> (RustFile, Measure) {
        let file = rust_files::parse(Utf8Path::new(path), text).unwrap();
        let measure = measure(&file);
        (file, measure)
    }

    #[test]
    fn percentiles_are_values_that_occur() {
        let mut values = [5, 1, 4, 2, 3];
        assert_eq!([0, 50, 80, 95, 100].map(|percent| percentile(&mut values, percent)), [1, 3, 4, 5, 5]);
        assert_eq!(percentile(&mut [], 50), 0);
    }

    #[test]
    fn what_is_too_long_is_named() {
        let lines = "    let _ = 1;\n".repeat(FUNCTION_CAP);
        let (long, short) = (format!("fn f() {{\n{lines}}}\n"), "fn g() {}\n".repeat(FILE_CAP + 1));
        let problems = too_long(&[measured("a/src/x.rs", &long), measured("a/src/y.rs", &short)]);
        assert_eq!(problems, ["a/src/x.rs:1: `f` has 102 lines", "a/src/y.rs has 801 lines"]);
    }

    #[test]
    fn tests_are_weighed_against_code() {
        let code = measured("a/src/x.rs", "fn f() {}\nfn g() {}\n");
        let tests = measured("a/tests/x.rs", "// not counted\n\nfn f() {}\n");
        let measured = [code, tests];
        assert!((ratio(&measured, 0) - 0.5).abs() < f64::EPSILON);
        assert!((ratio(&measured, 1) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_budget_holds_up_to_its_bound() {
        let row = |value, is_least| Row { what: "x", value, budget: 10.0, is_least };
        assert!(row(10.0, false).holds() && !row(11.0, false).holds());
        assert!(row(10.0, true).holds() && !row(9.9, true).holds());
    }
}
