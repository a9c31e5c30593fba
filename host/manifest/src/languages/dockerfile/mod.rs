//! Dockerfiles, after their [reference](https://docs.docker.com/reference/dockerfile/).
//!
//! Read here, because none of the parsers that there are keeps the place of everything and knows all of the grammar: several
//! here-documents in one instruction and anywhere in it, comments between continuation lines, `# escape=`, `ONBUILD`.
//! Variables stay as they are written. What a builder would refuse later, such as an unknown flag, is none of its business.

mod cut;
mod directive;
mod instruction;
mod joined;
mod reader;
mod words;

use tollgate_core::document::Span;
use tollgate_core::language::DOCKERFILE;

use self::cut::Cutter;
use self::instruction::Instruction;
use super::PlacedReading;
use crate::lines::Lines;
use crate::placed::{Member, Placed, PlacedDocument, Value};
use crate::source::{Refusal, SourceCode, SourceFinding};

/// One document: the arguments before the first stage, the stages, and the directives.
pub(super) fn read(path: &str, lines: &Lines<'_>) -> PlacedReading {
    let mut file = File::default();
    let mut findings = Vec::new();
    let (mut cutter, directives) = Cutter::after_directives(lines, &mut findings);
    while let Some(cut) = cutter.next() {
        let read = cut.and_then(|cut| reader::read(&cut, lines)).and_then(|instruction| file.add(instruction));
        findings.extend(read.err().map(|finding| *finding));
    }
    if file.stages.is_empty() && findings.is_empty() {
        findings.push(SourceFinding::new(SourceCode::NotDockerfile, Span::START, "the file has no `FROM`"));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let members = file.into_members(directives, lines.whole());
    Ok(vec![PlacedDocument::of_file(DOCKERFILE, "Dockerfile", path, lines.whole(), members)])
}

/// A stage: its `FROM`, and the instructions after it.
struct Stage {
    from: Instruction,
    instructions: Vec<Placed>,
}

#[derive(Default)]
struct File {
    arguments: Vec<Placed>,
    stages: Vec<Stage>,
}

impl File {
    fn add(&mut self, instruction: Instruction) -> Result<(), Refusal> {
        match (instruction.keyword.as_str(), self.stages.last_mut()) {
            ("FROM", _) => self.stages.push(Stage { from: instruction, instructions: Vec::new() }),
            (_, Some(stage)) => stage.instructions.push(instruction.into_placed()),
            ("ARG", None) => self.arguments.extend(instruction.arguments),
            (keyword, None) => {
                let message = format!("`{keyword}` stands before the first `FROM`");
                return Err(refuse(instruction.keyword_span, message));
            }
        }
        Ok(())
    }

    fn into_members(self, directives: Vec<Member>, whole: Span) -> Vec<Member> {
        let head = |placed: &[Placed]| placed.first().map_or(Span::START, |first| first.span);
        let arguments_span = head(&self.arguments);
        let stages: Vec<Placed> = self.stages.into_iter().map(Stage::into_placed).collect();
        let stages_span = Span { end_line: whole.end_line, end_column: whole.end_column, ..head(&stages) };
        let head = Span::START;
        vec![
            Member::new("args", head, Placed::new(arguments_span, Value::List(self.arguments))),
            Member::new("stages", head, Placed::new(stages_span, Value::List(stages))),
            Member::new("directives", head, Placed::new(head, Value::Map(directives))),
        ]
    }
}

impl Stage {
    fn into_placed(self) -> Placed {
        let Instruction { keyword_span: head, span, arguments, flags, .. } = self.from;
        let mut words = arguments.into_iter();
        let mut members = Vec::new();
        members.extend(words.next().map(|image| Member::new("image", head, image)));
        members.extend(words.nth(1).map(|name| Member::new("name", head, name)));
        let platform = flags.into_iter().find(|flag| flag.name == "platform");
        members.extend(platform.map(|flag| Member::new("platform", flag.span, Placed::text(flag.value_span, flag.value))));
        let end = self.instructions.last().map_or(span, |last| last.span);
        let first = self.instructions.first().map_or(head, |first| first.span);
        let extent = |start: Span| Span { end_line: end.end_line, end_column: end.end_column, ..start };
        members.push(Member::new("instructions", head, Placed::new(extent(first), Value::List(self.instructions))));
        Placed::new(extent(span), Value::Map(members))
    }
}

fn refuse(span: Span, message: impl Into<String>) -> Refusal {
    SourceFinding::refuse(SourceCode::NotDockerfile, span, message)
}

#[cfg(test)]
mod tests;
