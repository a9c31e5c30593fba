//! The index of a target: the numbers of its entries, one on a line, a thousand on a page. Derived, so that whoever looks for
//! the entries of a target with git alone finds them.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::branch::BranchFile;
use tollgate_core::entry::Entry;
use tollgate_core::gist::{Gist, PAGE};
use tollgate_core::ports::LedgerError;

use crate::at::At;
use crate::failure::from_branch;
use crate::layout::{Place, index_path};

/// The pages that new entries change.
pub(crate) fn pages(before: &Gist, new: &[Entry]) -> Vec<BranchFile> {
    let mut pages: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in new {
        let Some(target) = entry.subject.target.as_deref() else { continue };
        let (count, last) = before.entries_about(target);
        let count = counts.entry(target).or_insert(count);
        let known = if count.is_multiple_of(PAGE) { &[] } else { last };
        let page = pages.entry(page_path(target, *count / PAGE)).or_insert_with(|| known.to_vec());
        page.push(entry.index);
        *count += 1;
    }
    pages.into_iter().map(|(path, page)| BranchFile { path, bytes: lines(&page) }).collect()
}

/// The first page has the target's own name.
fn page_path(target: &str, page: u64) -> String {
    let path = index_path(target);
    if page == 0 { path } else { format!("{path}+{page}") }
}

fn lines(entries: &[u64]) -> Vec<u8> {
    entries.iter().flat_map(|index| format!("{index}\n").into_bytes()).collect()
}

/// Files of the index that are not what the entries give.
///
/// # Errors
/// When the branch can't be read.
pub(crate) fn wrong(at: At<'_>, entries: &[Entry]) -> Result<Vec<LedgerError>, LedgerError> {
    let mut targets: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for entry in entries {
        if let Some(target) = entry.subject.target.as_deref() {
            targets.entry(target).or_default().push(entry.index);
        }
    }
    let all = at.branch.changes(None, at.commit).map_err(|error| from_branch(at.branch, error))?;
    let mut there: BTreeSet<String> =
        all.into_iter().map(|change| change.path).filter(|path| Place::of(path) == Some(Place::Index)).collect();
    let mut wrong = BTreeMap::new();
    for (target, entries) in targets {
        wrong_pages(at, target, &entries, &mut there, &mut wrong)?;
    }
    wrong.extend(there.into_iter().map(|path| (path, "no entry is about such a target")));
    Ok(wrong.into_iter().map(|(path, reason)| LedgerError::BadFile { path, reason: reason.to_owned() }).collect())
}

fn wrong_pages(
    at: At<'_>,
    target: &str,
    entries: &[u64],
    there: &mut BTreeSet<String>,
    wrong: &mut BTreeMap<String, &'static str>,
) -> Result<(), LedgerError> {
    let mut covered = 0;
    for (number, page) in (0..).zip(entries.chunks(PAGE as usize)) {
        let path = page_path(target, number);
        there.remove(&path);
        let due = number * PAGE + page.len() as u64;
        match at.read(&path)? {
            Some(found) if found == lines(page) => {}
            // Before there were pages, the first had all of them.
            Some(found) if number == 0 && lines(entries).starts_with(&found) && found.len() > lines(page).len() => {
                covered = found.iter().filter(|byte| **byte == b'\n').count() as u64;
            }
            None if due <= covered => {}
            None => drop(wrong.insert(path, "it is missing")),
            Some(_) => drop(wrong.insert(path, "it does not name the entries of its target")),
        }
    }
    Ok(())
}
