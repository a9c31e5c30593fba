//! Where results go: standard output, or a file that appears whole or not at all.

use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::format::{Format, UnknownFormat};

/// Writes text to standard output. A reader that has gone away is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(ExitCode::Unexpected, &error)),
        _ => Ok(()),
    }
}

/// Writes a line to standard error. When nobody can read it, there is nobody to tell.
pub(crate) fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a file by way of a temporary one beside it.
pub(crate) fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = Utf8PathBuf::from(format!("{path}.{}.new", std::process::id()));
    let written = fs_err::write(&temporary, bytes).and_then(|()| fs_err::rename(&temporary, path));
    written.map_err(|error| {
        let _ = fs_err::remove_file(&temporary);
        Failure::new(ExitCode::Unexpected, &error)
    })
}

/// The JSON of a report.
pub(crate) fn json<T: Serialize>(report: &T) -> Result<String, Failure> {
    tollgate_report::json::to_string(report).map_err(|error| Failure::new(ExitCode::Unexpected, &error))
}

/// A format and where it goes; no file is standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) format: Format,
    pub(crate) file: Option<Utf8PathBuf>,
}

/// Reads `--output` options. None at all is text on standard output.
pub(crate) fn destinations(options: &[String]) -> Result<Vec<Destination>, Failure> {
    if options.is_empty() {
        return Ok(vec![Destination { format: Format::Text, file: None }]);
    }
    let destinations: Vec<Destination> = options.iter().map(|option| destination(option)).collect::<Result<_, _>>()?;
    if destinations.iter().filter(|destination| destination.file.is_none()).count() > 1 {
        let message = "only one format can go to standard output; give the others a file: `-o json=report.json`";
        return Err(Failure::of_message(ExitCode::Usage, message));
    }
    Ok(destinations)
}

fn destination(option: &str) -> Result<Destination, Failure> {
    let (name, file) = option.split_once('=').map_or((option, None), |(name, file)| (name, Some(Utf8PathBuf::from(file))));
    let format = name.parse().map_err(|error: UnknownFormat| Failure::new(ExitCode::Usage, &error))?;
    Ok(Destination { format, file: file.filter(|file| !file.as_str().is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_formats_on_standard_output_are_refused() {
        let options = |list: &[&str]| list.iter().map(|option| (*option).to_owned()).collect::<Vec<_>>();
        assert!(destinations(&options(&["text", "json"])).is_err());
        assert_eq!(destinations(&options(&["text", "json=a.json"])).unwrap().len(), 2);
        assert_eq!(destinations(&[]).unwrap()[0].format, Format::Text);
        assert!(destinations(&options(&["sarif", "markdown"])).is_err());
    }

    #[test]
    fn a_format_may_have_a_file_and_an_empty_one_is_standard_output() {
        let all = destinations(&["json=report.json".to_owned(), "text=".to_owned()]).unwrap();
        let files: Vec<Option<&str>> = all.iter().map(|destination| destination.file.as_deref().map(Utf8Path::as_str)).collect();
        assert_eq!(files, [Some("report.json"), None]);
    }

    #[test]
    fn a_format_that_does_not_exist_is_a_slip_of_usage_and_is_named() {
        let failure = destinations(&["yaml=a".to_owned()]).unwrap_err();
        assert_eq!(failure.exit, ExitCode::Usage);
        assert!(failure.message.starts_with("`yaml` is no format; there are `text`, `json`, `sarif`"), "{}", failure.message);
    }

    #[test]
    fn a_file_appears_whole_and_nothing_stays_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        write_file(&root.join("a.json"), b"old").unwrap();
        write_file(&root.join("a.json"), b"new").unwrap();
        assert_eq!(fs_err::read(root.join("a.json")).unwrap(), b"new");
        let names: Vec<_> = fs_err::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.json"]);
    }

    #[test]
    fn a_file_that_can_not_be_written_is_an_error_and_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        fs_err::create_dir(root.join("taken")).unwrap();
        assert!(write_file(&root.join("taken"), b"x").is_err());
        assert!(write_file(&root.join("no/such/directory"), b"x").is_err());
        assert_eq!(fs_err::read_dir(&root).unwrap().count(), 1);
    }
}
