//! `grants`.

use std::collections::BTreeMap;

use tollgate_core::policy::Grants;
use tollgate_core::ports::SourceError;

use crate::origin::At;
use crate::raw::policy as raw;
use crate::raw::text::{DataKey, PathText};
use crate::reading::Reading;
use crate::source::{fault_of_path, join};

/// What a policy is granted, with the bytes of its data files. Paths start from `directory`; a built-in pack has none.
pub(crate) fn grants(
    raw: &raw::Grants,
    directory: Option<&str>,
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<Grants, SourceError> {
    let data = match &raw.data {
        Some(files) => Some(data(files, directory, &at.member("data"), reading)?),
        None => None,
    };
    Ok(Grants { log: raw.log, clock: raw.clock, data, secret_values: raw.secret_values })
}

fn data(
    files: &BTreeMap<DataKey, PathText>,
    directory: Option<&str>,
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<BTreeMap<String, Vec<u8>>, SourceError> {
    let mut data = BTreeMap::new();
    for (key, path) in files {
        let at = at.member(key.as_str());
        let Some(directory) = directory else {
            reading.problems.push(at.problem("a built-in pack has no files to grant"));
            continue;
        };
        let inner = path.as_str().trim_start_matches("./");
        if let Some(fault) = fault_of_path(inner) {
            reading.problems.push(at.problem(format!("`{}` {fault}, not `{}`", key.as_str(), path.as_str())));
            continue;
        }
        let whole = join(directory, inner);
        match reading.bytes(&whole)? {
            Some(bytes) => {
                data.insert(key.as_str().to_owned(), bytes);
            }
            None => reading.problems.push(at.problem(format!("there is no file `{whole}`"))),
        }
    }
    Ok(data)
}
