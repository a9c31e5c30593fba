//! `people`, `overrides` and `queue`.

use std::collections::BTreeSet;

use tollgate_core::document::{Location, Span};
use tollgate_core::overrides::OverrideTerms;
use tollgate_core::people::{People, SignersFile, address};
use tollgate_core::pipeline::QueueSpec;
use tollgate_core::ports::SourceError;

use super::duration::seconds;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::people as raw;
use crate::raw::text::{PathText, Text};
use crate::reading::Reading;
use crate::source::fault_of_path;

/// Reads the files that it names, so that they are part of the policy revision.
pub(crate) fn people(raw: &raw::People, at: &At<'_>, reading: &mut Reading<'_>) -> Result<People, SourceError> {
    let signers = match &raw.signers {
        Some(path) => file(path, &at.member("signers"), reading)?,
        None => None,
    };
    reading.problems.extend(signers.as_ref().and_then(|file| bad_line(file, reading)));
    let openpgp = match &raw.openpgp {
        Some(path) => file(path, &at.member("openpgp"), reading)?,
        None => None,
    };
    let teams = raw.teams.iter().map(|(team, members)| (team.as_str().to_owned(), texts(members)));
    let forge = raw.forge.as_ref().map(|forge| super::forge::forge(forge, &raw.forges, &at.member("forge"), &mut reading.problems));
    let (automation, forges) = (texts(&raw.automation), texts(&raw.forges));
    Ok(People { signers, teams: teams.collect(), automation, forges, openpgp, forge })
}

/// A file of which a part is unknown allows nobody, so it is found out before anybody's signature is asked for.
fn bad_line(file: &SignersFile, reading: &Reading<'_>) -> Option<ConfigProblem> {
    let error = reading.reader.check_signers(&file.text).err()?;
    let location = Location { file: file.path.clone(), span: Span::point(error.line, 1) };
    Some(ConfigProblem::new(location, error.reason))
}

fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.as_str().to_owned()).collect()
}

fn file(path: &PathText, at: &At<'_>, reading: &mut Reading<'_>) -> Result<Option<SignersFile>, SourceError> {
    let path = path.as_str().trim_start_matches("./");
    if let Some(fault) = fault_of_path(path) {
        reading.problems.push(at.problem(format!("path {fault}, not `{path}`")));
        return Ok(None);
    }
    let Some(bytes) = reading.bytes(path)? else {
        reading.problems.push(at.problem(format!("there is no file `{path}`")));
        return Ok(None);
    };
    match String::from_utf8(bytes.clone()) {
        Ok(text) => Ok(Some(SignersFile { path: path.to_owned(), text })),
        Err(_) => {
            reading.problems.push(at.problem(format!("`{path}` is not UTF-8")));
            Ok(None)
        }
    }
}

/// On which terms break-glass is there.
pub(crate) fn overrides(raw: &raw::Overrides, people: &People, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> OverrideTerms {
    check_names(&raw.by, people, &at.member("by"), problems);
    check_names(&raw.recover_by, people, &at.member("recoverBy"), problems);
    check_recovery(raw, people, &at.member("recoverBy"), problems);
    if people.signers.is_none() {
        let problem = at.key_problem("`overrides` need signatures, and there are no signers");
        problems.push(problem.hint("name a file of allowed signers under `people.signers`"));
    }
    OverrideTerms {
        by: texts(&raw.by),
        approvals: raw.approvals,
        max_duration: seconds(&raw.max_duration, &at.member("maxDuration"), problems),
        review_within: seconds(&raw.review_within, &at.member("reviewWithin"), problems),
        needs_ticket: raw.require.contains(&raw::OverrideField::Ticket),
        recover_by: texts(&raw.recover_by),
    }
}

/// Whoever recovers is somebody else than who breaks glass, and never alone.
fn check_recovery(raw: &raw::Overrides, people: &People, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let by = persons(&raw.by, people);
    let recover_by = persons(&raw.recover_by, people);
    if let Some(both) = recover_by.intersection(&by).next() {
        let problem = at.key_problem(format!("`{both}` may sign other overrides, so somebody else must recover"));
        problems.push(problem.hint("name a team that shares nobody with `by`"));
    } else if recover_by.len() == 1 {
        problems.push(at.key_problem("a recovery is signed by two people at least, and this is one"));
    }
}

/// The mail addresses that names stand for.
fn persons(names: &[Text], people: &People) -> BTreeSet<String> {
    let members = |name: &Text| people.teams.get(name.as_str()).cloned().unwrap_or_else(|| vec![name.as_str().to_owned()]);
    names.iter().flat_map(members).map(|member| address(&member)).collect()
}

/// A name is a mail address or a team that there is.
fn check_names(names: &[Text], people: &People, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    for (index, name) in names.iter().enumerate() {
        let name = name.as_str();
        if !name.contains('@') && !people.teams.contains_key(name) {
            let problem = at.element(index).problem(format!("there is no team `{name}`"));
            problems.push(problem.suggest(name, people.teams.keys().map(String::as_str)));
        }
    }
}

/// How promotions wait for each other.
pub(crate) fn queue(raw: &raw::Queue, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> QueueSpec {
    QueueSpec { supersede: raw.supersede, lease: seconds(&raw.lease, &at.member("lease"), problems) }
}
