//! Files, written whole or not at all.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use camino::Utf8Path;
use tollgate_core::document::SourceFile;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::real_path;
use crate::cli::check::Check;
use crate::fixing::Mended;
use crate::output;

/// Whether to write: on a terminal somebody is asked, who has just seen the changes.
pub(super) fn is_wanted(arguments: &Check, files: usize) -> Result<bool, Failure> {
    if arguments.dry_run || arguments.yes || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(!arguments.dry_run);
    }
    output::tell(&format!("write {files} changed file{}? [y/N] ", if files == 1 { "" } else { "s" }));
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Writes all files, after a look whether each is still what was judged.
pub(super) fn all(root: Option<&Utf8Path>, before: &BTreeMap<String, Arc<SourceFile>>, mended: &Mended) -> Result<(), Failure> {
    for path in mended.files.keys() {
        let now = fs_err::read(real_path(root, path)).map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
        if before.get(path).is_none_or(|file| file.bytes != now) {
            let failure =
                Failure::of_message(ExitCode::SourceUnreadable, format!("`{path}` has changed meanwhile, so nothing is written"));
            return Err(failure.with_hint("run it again"));
        }
    }
    mended.files.iter().try_for_each(|(path, file)| one(&real_path(root, path), &file.bytes))
}

/// By way of a file beside it, with its permissions; behind a symbolic link the file that it leads to.
fn one(path: &Utf8Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(ExitCode::Unexpected, &error);
    let target = path.canonicalize_utf8().map_err(failed)?;
    let permissions = fs_err::metadata(&target).map_err(failed)?.permissions();
    let temporary = camino::Utf8PathBuf::from(format!("{target}.{}.new", std::process::id()));
    let written = fs_err::write(&temporary, bytes)
        .and_then(|()| fs_err::set_permissions(&temporary, permissions))
        .and_then(|()| fs_err::rename(&temporary, &target));
    written.map_err(|error| {
        let _ = fs_err::remove_file(&temporary);
        failed(error)
    })
}
