//! Mends one document after the other, one finding after the other. A fix is taken if, after it, its finding is gone and no
//! other has come; so each step leaves fewer findings, and there is an end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tollgate_core::document::{Location, SourceFile};
use tollgate_core::evaluate::{DocumentFinding, Evaluation, VisibleDocument};
use tollgate_core::finding::{Finding, RuleId, Subject};
use tollgate_core::fix::{Fix, FixRequest, ProposeFix};
use tollgate_core::pointer::Pointer;
use tollgate_gate::{Evaluator, JudgedDocument};
use tollgate_manifest::edit;

use super::better::require_better;
use super::fixers::Fixers;
use crate::sources::{FileToRead, read_file};

/// A fix that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fixed {
    pub(crate) rule: RuleId,
    /// Where the finding was, in the file as it was then.
    pub(crate) location: Option<Location>,
    /// What was done, as one imperative sentence.
    pub(crate) title: String,
}

/// A fix that was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) rule: RuleId,
    pub(crate) location: Option<Location>,
    /// A fragment: `its finding is still there afterwards`.
    pub(crate) why: String,
}

/// All documents, mended.
#[derive(Default)]
pub(crate) struct Mended {
    /// Every file that has changed, by its path.
    pub(crate) files: BTreeMap<String, Arc<SourceFile>>,
    pub(crate) fixed: Vec<Fixed>,
    pub(crate) refused: Vec<Refused>,
}

/// Mends documents.
pub(crate) struct Mender<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    pub(crate) fixers: &'a Fixers,
    /// Of files that are given here: what nobody found needs no look.
    documents: Vec<JudgedDocument>,
    /// Findings that are accepted, and so left as they are: rule, file, position, pointer.
    accepted: BTreeSet<(RuleId, String, u32, Pointer)>,
    mended: Mended,
}

/// The documents after a fix, and what is found then.
type Tried = (Vec<JudgedDocument>, Vec<Finding>);

/// Tells one finding of a document from the others.
type Key = (RuleId, Pointer, String);

impl<'a> Mender<'a> {
    /// # Arguments
    /// - `files`: all files that policies judge together.
    /// - `found`: what they found, waived or not.
    pub(crate) fn new(evaluator: Evaluator<'a>, fixers: &'a Fixers, files: &[Arc<SourceFile>], found: &[Finding]) -> Self {
        let read = |source: &Arc<SourceFile>| read_file(&FileToRead { source: Arc::clone(source), component: None }).documents;
        let accepted = found.iter().filter(|finding| finding.waiver.is_some()).filter_map(|finding| {
            let (file, index, pointer) = place(finding)?;
            Some((finding.rule.clone(), file.to_owned(), index, pointer.clone()))
        });
        let (documents, accepted) = (files.iter().flat_map(read).collect(), accepted.collect());
        Self { evaluator, fixers, documents, accepted, mended: Mended::default() }
    }

    /// Mends all documents that something was found in.
    pub(crate) fn mend(mut self, found: &[Finding]) -> Mended {
        let places: BTreeSet<(&str, u32)> = found
            .iter()
            .filter(|finding| !self.fixers.of(&finding.rule).is_empty())
            .filter_map(place)
            .map(|(file, index, _)| (file, index))
            .collect();
        for position in 0..self.documents.len() {
            let document = &self.documents[position].document;
            if places.contains(&(document.source.path.as_str(), document.place.index)) {
                self.mend_document(position);
            }
        }
        self.mended
    }

    fn mend_document(&mut self, position: usize) {
        let mut tried: BTreeSet<Key> = BTreeSet::new();
        let Some(mut found) = self.judge(&self.documents, position) else { return };
        loop {
            let next = found.iter().find(|finding| self.is_to_fix(finding, position) && !tried.contains(&key(finding)));
            let Some(finding) = next.cloned() else { return };
            match self.mend_finding(position, &finding, &found) {
                Some(after) => found = after,
                None => drop(tried.insert(key(&finding))),
            }
        }
    }

    fn is_to_fix(&self, finding: &Finding, position: usize) -> bool {
        let document = &self.documents[position].document;
        let is_here = place(finding).is_some_and(|(file, index, pointer)| {
            let here = (file, index) == (document.source.path.as_str(), document.place.index);
            here && !self.accepted.contains(&(finding.rule.clone(), file.to_owned(), index, pointer.clone()))
        });
        is_here && !self.fixers.of(&finding.rule).is_empty()
    }

    /// What is found after a fix that was taken; nothing when none was.
    fn mend_finding(&mut self, position: usize, finding: &Finding, before: &[Finding]) -> Option<Vec<Finding>> {
        let mut refused = Vec::new();
        for fixer in self.fixers.of(&finding.rule) {
            match self.propose(fixer.as_ref(), position, finding).outcome {
                Err(error) => refused.push(error.to_string()),
                Ok(fixes) => {
                    for fix in fixes {
                        match self.try_fix(position, &fix, finding, before) {
                            Ok((documents, after)) => {
                                self.take(documents, &fix, finding, position);
                                return Some(after);
                            }
                            Err(why) => refused.push(why),
                        }
                    }
                }
            }
        }
        let refusal = |why| Refused { rule: finding.rule.clone(), location: finding.location.clone(), why };
        self.mended.refused.extend(refused.into_iter().map(refusal));
        None
    }

    fn propose(&self, fixer: &dyn ProposeFix, position: usize, finding: &Finding) -> Evaluation<Vec<Fix>> {
        let document = &self.documents[position];
        let visible = VisibleDocument { file: document.document.source.path.clone(), body: Arc::clone(&document.withheld) };
        let pointer = place(finding).map_or_else(Pointer::root, |(.., pointer)| pointer.clone());
        let asked = DocumentFinding {
            rule: finding.rule.rule().to_owned(),
            message: finding.message.clone(),
            document: 0,
            pointer,
            remediation: None,
            level: None,
        };
        let none = serde_json::Value::Null;
        let settings = self.evaluator.policies.get(&finding.policy).map_or(&none, |policy| &policy.spec.settings);
        fixer.patch(&FixRequest { context: &self.evaluator.context, settings, document: &visible, findings: &[asked] })
    }

    /// The documents after a fix, and what is found then; else why it is refused.
    fn try_fix(&self, position: usize, fix: &Fix, finding: &Finding, before: &[Finding]) -> Result<Tried, String> {
        let document = &self.documents[position].document;
        let source = edit(&document.source, document, &fix.patch).map_err(|error| format!("{}", Chain(&error)))?;
        let documents = self.with(source);
        let after = self.judge(&documents, position).ok_or("a policy gives no answer afterwards")?;
        require_better(finding, before, &after)?;
        Ok((documents, after))
    }

    /// All documents, those of one file as they are now.
    fn with(&self, source: Arc<SourceFile>) -> Vec<JudgedDocument> {
        let path = source.path.clone();
        let mut edited = read_file(&FileToRead { source, component: None }).documents.into_iter();
        let mut now = |other: &JudgedDocument| if other.document.source.path == path { edited.next() } else { None };
        self.documents.iter().map(|other| now(other).unwrap_or_else(|| other.clone())).collect()
    }

    fn take(&mut self, documents: Vec<JudgedDocument>, fix: &Fix, finding: &Finding, position: usize) {
        self.documents = documents;
        let source = Arc::clone(&self.documents[position].document.source);
        self.mended.files.insert(source.path.clone(), source);
        let (rule, location) = (finding.rule.clone(), finding.location.clone());
        self.mended.fixed.push(Fixed { rule, location, title: fix.title.clone() });
    }

    /// What the policies find in a document, and in all together where some judge so; nothing when one gives no answer.
    fn judge(&self, documents: &[JudgedDocument], position: usize) -> Option<Vec<Finding>> {
        let mut judgements = self.evaluator.judge_each(&documents[position..=position]);
        if self.evaluator.policies.judge_sets() {
            judgements.absorb(self.evaluator.judge_set(documents));
        }
        let is_whole = judgements.failures().next().is_none();
        is_whole.then(|| judgements.findings())
    }
}

/// File, position and pointer of what is found in a document.
fn place(finding: &Finding) -> Option<(&str, u32, &Pointer)> {
    match (&finding.subject, &finding.location) {
        (Subject::Document { document, pointer }, Some(location)) => Some((&location.file, document.index, pointer)),
        _ => None,
    }
}

fn key(finding: &Finding) -> Key {
    (finding.rule.clone(), place(finding).map_or_else(Pointer::root, |(.., pointer)| pointer.clone()), finding.message.clone())
}

/// An error with all that caused it, in one line.
struct Chain<'e>(&'e dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        std::iter::successors(self.0.source(), |error| error.source()).try_for_each(|cause| write!(f, ": {cause}"))
    }
}
