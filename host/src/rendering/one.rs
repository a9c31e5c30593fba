//! One component, rendered.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use tollgate_core::document::{Document, Location, SourceFile, Span};
use tollgate_core::finding::{Finding, Subject};
use tollgate_core::pipeline::RenderSpec;
use tollgate_core::ports::{ComponentFile, RenderAnswer, RenderComponent, RenderToolError};
use tollgate_core::rendering::{RenderTool, Rendering};
use tollgate_gate::JudgedDocument;
use tollgate_manifest::{
    CHART_FILE, Inputs, RenderRule, Traced, mention_of_chance, scan_inputs, trace_helm, trace_kustomize, withhold_known_secrets,
    withhold_secrets,
};

use super::{Question, RenderingError};

/// A component with its files.
pub(crate) struct RenderedComponent<'a> {
    pub(crate) name: &'a str,
    pub(crate) spec: &'a RenderSpec,
    pub(crate) inputs: &'a Inputs,
}

/// What the tool made of it.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) documents: Vec<JudgedDocument>,
    /// `render/…` and `source/…`
    pub(crate) findings: Vec<Finding>,
}

impl RenderedComponent<'_> {
    /// Asks every question, several at a time. What comes out alike for several environments is one document.
    pub(crate) fn render(&self, tool: &dyn RenderComponent, questions: &[Question]) -> Result<Rendered, RenderingError> {
        let answers: Vec<Rendered> = questions.par_iter().map(|question| self.ask(tool, question)).collect::<Result<_, _>>()?;
        let mut all = Rendered::default();
        let mut known: BTreeMap<(String, Arc<[u8]>), usize> = BTreeMap::new();
        for answer in answers {
            all.findings.extend(answer.findings);
            for document in answer.documents {
                let key = (document.document.source.path.clone(), Arc::clone(&document.document.body));
                match known.get(&key) {
                    Some(&at) => add_environments(&mut all.documents[at], &document),
                    None => {
                        known.insert(key, all.documents.len());
                        all.documents.push(document);
                    }
                }
            }
        }
        all.findings = each_once(all.findings);
        Ok(all)
    }

    fn ask(&self, tool: &dyn RenderComponent, question: &Question) -> Result<Rendered, RenderingError> {
        let findings = scan_inputs(self.inputs, &question.rendering, &self.spec.location);
        if !findings.is_empty() {
            return Ok(Rendered { findings, ..Rendered::default() });
        }
        let failed = |source: RenderToolError| RenderingError::Tool { component: self.name.to_owned(), source };
        let mut answer = self.answer(tool, &question.rendering).map_err(failed)?;
        if question.rendering.tool() == RenderTool::Helm
            && let Some(place) = mention_of_chance(self.inputs)
            && self.answer(tool, &question.rendering).map_err(failed)? != answer
        {
            let message = "two renderings of the chart differ".to_owned();
            answer = Err(RenderRule::NOT_DETERMINISTIC.finding(Subject::File, Some(place), message));
        }
        Ok(match answer {
            Ok(output) => self.read(output, question),
            Err(finding) => Rendered { findings: vec![finding], ..Rendered::default() },
        })
    }

    /// What the tool writes, or why it does not.
    fn answer(&self, tool: &dyn RenderComponent, rendering: &Rendering) -> Result<Result<Vec<u8>, Finding>, RenderToolError> {
        let files: Vec<ComponentFile<'_>> =
            self.inputs.iter().map(|(path, source)| ComponentFile { path, bytes: &source.bytes }).collect();
        let place =
            || Some(Location { file: self.start(rendering).map_or_else(String::new, |file| file.path.clone()), span: Span::START });
        Ok(match tool.render(&files, rendering)? {
            RenderAnswer::Manifests(output) => Ok(output),
            RenderAnswer::Refused { said } => {
                let said = withhold_known_secrets(&said, self.inputs);
                Err(RenderRule::FAILED.finding(Subject::File, place(), format!("{} refuses it: {said}", rendering.tool())))
            }
            RenderAnswer::TooLarge { limit } => {
                let message = format!("{} writes more than {limit} bytes", rendering.tool());
                Err(RenderRule::TOO_LARGE.finding(Subject::File, place(), message))
            }
        })
    }

    /// The file that the tool starts from.
    fn start(&self, rendering: &Rendering) -> Option<&Arc<SourceFile>> {
        let (directory, names): (&str, &[&str]) = match rendering {
            Rendering::Kustomize { path } => (path, &["kustomization.yaml", "kustomization.yml", "Kustomization"]),
            Rendering::Helm(asked) => (&asked.chart, &[CHART_FILE]),
        };
        let path = |name: &&str| if directory == "." { (*name).to_owned() } else { format!("{directory}/{name}") };
        names.iter().find_map(|name| self.inputs.file(&path(name)))
    }

    fn read(&self, output: Vec<u8>, question: &Question) -> Rendered {
        let Traced { documents, findings } = match &question.rendering {
            Rendering::Kustomize { path } => trace_kustomize(output, self.inputs, path),
            Rendering::Helm(asked) => trace_helm(output, self.inputs, &asked.chart),
        };
        let judged = |document: Document| {
            let document = Document { rendered_for: Some(question.environments.clone()), ..document };
            let withheld = if document.identity.holds_secrets() { withhold_secrets(&document.body).map(Into::into) } else { None };
            let withheld = withheld.unwrap_or_else(|| Arc::clone(&document.body));
            JudgedDocument { document, component: Some(self.name.to_owned()), withheld }
        };
        Rendered { documents: documents.into_iter().map(judged).collect(), findings }
    }
}

fn add_environments(document: &mut JudgedDocument, other: &JudgedDocument) {
    let (Some(environments), Some(more)) = (&mut document.document.rendered_for, &other.document.rendered_for) else { return };
    environments.extend(more.iter().cloned());
    environments.sort();
    environments.dedup();
}

/// Several questions about the same files find the same.
fn each_once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut once: Vec<Finding> = Vec::new();
    for finding in findings {
        if !once.contains(&finding) {
            once.push(finding);
        }
    }
    once
}

#[cfg(test)]
mod tests;
