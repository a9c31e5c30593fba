//! The way of `check` through its files: each is read and judged by itself, several at a time. What is known of a file from
//! before is not done again.

use std::sync::Arc;

use rayon::prelude::*;
use tollgate_core::document::{ObjectIdentity, SourceFile};
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::Gate;
use tollgate_gate::{Evaluator, JudgedDocument, Judgements, KnownDocument, Policies, Remembered};
use tollgate_manifest::NotEvaluated;

use crate::kept::Kept;
use crate::sources::{Documents, FileToRead, Files, gather, read_file};

/// All files, read and judged.
pub(crate) struct Checked {
    pub(crate) judgements: Judgements,
    /// What was found in the files themselves. Bodies are not kept.
    pub(crate) files: Documents,
    /// Files that were judged together with others alone.
    pub(crate) together: Vec<Arc<SourceFile>>,
    /// Documents that stand in no file as they are.
    pub(crate) rendered: Vec<JudgedDocument>,
    pub(crate) documents: u64,
    /// Documents that at least one policy judged.
    pub(crate) evaluated: u64,
}

/// Reads and judges.
pub(crate) struct Checker<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    /// All policies that answer, of which the evaluator may ask a part.
    pub(crate) answering: &'a Policies,
    /// The gates that are answered: a document of a component that none of them looks at was judged by nobody.
    pub(crate) gates: &'a [&'a Gate],
    pub(crate) kept: Option<&'a Kept>,
}

/// One file.
struct CheckedFile {
    judgements: Judgements,
    contents: Contents,
    documents: u64,
    evaluated: u64,
    findings: Vec<Finding>,
    not_evaluated: Vec<NotEvaluated>,
}

/// The documents of a file, as far as somebody still asks for them.
enum Contents {
    Read(Vec<JudgedDocument>),
    Known(Vec<KnownDocument>),
}

impl Checker<'_> {
    /// Reads and judges files, in the order given.
    pub(crate) fn check(&self, groups: Vec<Files>) -> Checked {
        let (files, mut all) = gather(groups);
        let checked: Vec<CheckedFile> = files.par_iter().map(|file| self.file(file)).collect();
        let mut judgements = Judgements::unasked(self.answering);
        let (mut documents, mut evaluated, mut contents) = (0, 0, Vec::with_capacity(checked.len()));
        for file in checked {
            judgements.absorb(file.judgements);
            documents += file.documents;
            evaluated += file.evaluated;
            all.findings.extend(file.findings);
            all.not_evaluated.extend(file.not_evaluated);
            contents.push(file.contents);
        }
        let rendered = std::mem::take(&mut all.documents);
        let each: Vec<Judgements> =
            rendered.par_iter().map(|document| self.evaluator.judge_each(std::slice::from_ref(document))).collect();
        each.into_iter().for_each(|judged| judgements.absorb(judged));
        documents += rendered.len() as u64;
        evaluated += rendered.iter().filter(|document| self.concerns(document)).count() as u64;
        if self.evaluator.policies.judge_sets() {
            judgements.absorb(if rendered.is_empty() {
                self.set(&files, contents)
            } else {
                self.sets(&files, contents, &rendered)
            });
        }
        if !rendered.is_empty() {
            judgements.unite_rendered();
        }
        Checked { judgements, files: all, together: Vec::new(), rendered, documents, evaluated }
    }

    fn concerns(&self, document: &JudgedDocument) -> bool {
        self.policies_for(document.component.as_deref()).concern(&document.document.identity)
    }

    /// Judges all documents together, as they are in each environment that something was rendered for.
    fn sets(&self, files: &[FileToRead], contents: Vec<Contents>, rendered: &[JudgedDocument]) -> Judgements {
        let plain = read_contents(files, contents).concat();
        let mut environments: Vec<&String> =
            rendered.iter().flat_map(|document| document.document.rendered_for.iter().flatten()).collect();
        environments.sort();
        environments.dedup();
        let everywhere = |document: &JudgedDocument| document.document.rendered_for.as_ref().is_none_or(Vec::is_empty);
        let set = |environment: Option<&String>| -> Vec<JudgedDocument> {
            let is_there = |document: &&JudgedDocument| {
                let rendered_for = document.document.rendered_for.iter().flatten();
                everywhere(document)
                    || environment.is_some_and(|environment| rendered_for.into_iter().any(|name| name == environment))
            };
            plain.iter().chain(rendered.iter().filter(is_there)).cloned().collect()
        };
        let mut judgements = Judgements::default();
        if environments.is_empty() {
            judgements.absorb(self.evaluator.judge_set(&set(None)));
        }
        for environment in environments {
            judgements.absorb(self.evaluator.judge_set(&set(Some(environment))));
        }
        judgements
    }

    fn file(&self, file: &FileToRead) -> CheckedFile {
        let kept = self.kept.map(|kept| (kept, kept.key("file", &[file.source.path.as_bytes(), &file.source.bytes])));
        if let Some(known) = kept.as_ref().and_then(|(kept, key)| kept.recall::<Vec<KnownDocument>>(key))
            && let Some(judgements) = self.evaluator.recall_each(&remembered(file, &known))
        {
            return self.checked(file.component.as_deref(), judgements, Contents::Known(known), Vec::new(), Vec::new());
        }
        let read = read_file(file);
        let judgements = self.evaluator.judge_each(&read.documents);
        if let Some((kept, key)) = &kept
            && read.findings.is_empty()
            && read.not_evaluated.is_empty()
        {
            kept.keep(key, &read.documents.iter().map(KnownDocument::of).collect::<Vec<_>>());
        }
        self.checked(file.component.as_deref(), judgements, Contents::Read(read.documents), read.findings, read.not_evaluated)
    }

    /// The policies that answer for a component.
    fn policies_for(&self, component: Option<&str>) -> Policies {
        let looks = |gate: &&&Gate| component.is_none_or(|component| gate.matches.component(component));
        let names: Vec<&str> = self.gates.iter().filter(looks).flat_map(|gate| gate.requirement.policies()).collect();
        self.answering.only(&names)
    }

    fn checked(
        &self,
        component: Option<&str>,
        judgements: Judgements,
        contents: Contents,
        findings: Vec<Finding>,
        not_evaluated: Vec<NotEvaluated>,
    ) -> CheckedFile {
        let policies = self.policies_for(component);
        let concern = |identity: &&ObjectIdentity| policies.concern(identity);
        let identities = contents.identities();
        let (documents, evaluated) = (identities.len() as u64, identities.into_iter().filter(concern).count() as u64);
        // Nobody asks for the bodies again, and ten thousand of them are much memory.
        let contents = if self.evaluator.policies.judge_sets() { contents } else { Contents::Known(Vec::new()) };
        CheckedFile { judgements, contents, documents, evaluated, findings, not_evaluated }
    }

    /// Judges all documents together: by what is known of them if that is enough, else files are read again.
    fn set(&self, files: &[FileToRead], contents: Vec<Contents>) -> Judgements {
        if self.kept.is_some() {
            let known: Vec<Vec<KnownDocument>> = contents.par_iter().map(Contents::known).collect();
            let all: Vec<Remembered<'_>> = files.iter().zip(&known).flat_map(|(file, known)| remembered(file, known)).collect();
            if let Some(judgements) = self.evaluator.recall_set(&all) {
                return judgements;
            }
        }
        self.evaluator.judge_set(&read_contents(files, contents).concat())
    }
}

/// The documents of files, of which those are read again that are only known.
fn read_contents(files: &[FileToRead], contents: Vec<Contents>) -> Vec<Vec<JudgedDocument>> {
    let read = |(file, contents): (&FileToRead, Contents)| match contents {
        Contents::Read(documents) => documents,
        Contents::Known(_) => read_file(file).documents,
    };
    files.par_iter().zip(contents).map(read).collect()
}

impl Contents {
    fn identities(&self) -> Vec<&ObjectIdentity> {
        match self {
            Self::Read(documents) => documents.iter().map(|document| &document.document.identity).collect(),
            Self::Known(documents) => documents.iter().map(|document| &document.identity).collect(),
        }
    }

    fn known(&self) -> Vec<KnownDocument> {
        match self {
            Self::Read(documents) => documents.iter().map(KnownDocument::of).collect(),
            Self::Known(documents) => documents.clone(),
        }
    }
}

fn remembered<'a>(file: &'a FileToRead, known: &'a [KnownDocument]) -> Vec<Remembered<'a>> {
    let source = file.source.as_ref();
    known.iter().map(|known| Remembered { source, component: &file.component, known, rendered: None }).collect()
}

#[cfg(test)]
mod tests;
