//! Configuration files: one document as a value, with the place of everything in it.

use serde_json::Value;
use tollgate_core::document::{SourceFile, Span};
use tollgate_core::pointer::Pointer;

use crate::language::{FileLanguage, language};
use crate::limits::ReadLimits;
use crate::locate::build;
use crate::read::Writer;
use crate::source::{Refusal, SourceCode, SourceFinding, Strictness, check_text, parts, strip_byte_order_mark};
use crate::tree::Tree;
use crate::{event::Events, json::JsonEvents, yaml::WordsAsText, yaml::YamlEvents};

/// The one document of a configuration file.
#[derive(Debug)]
pub struct DataDocument {
    /// An object.
    pub value: Value,
    tree: Tree,
}

impl DataDocument {
    /// The place of a value, by the rules of [`crate::locate`].
    pub fn locate(&self, pointer: &Pointer) -> Span {
        self.tree.locate(pointer)
    }

    /// The place of the key of a member; for what is no member, of what stands in for it.
    pub fn locate_key(&self, pointer: &Pointer) -> Span {
        self.tree.locate_key(pointer)
    }
}

/// Reads a configuration file: exactly one document, an object, read as manifests are, but for
/// words: `on` and `yes` are texts, because `on` is a key of tollgate.yaml.
///
/// # Errors
/// All that is wrong with it.
pub fn read_data(source: &SourceFile) -> Result<DataDocument, Vec<SourceFinding>> {
    let limits = ReadLimits::default();
    if source.bytes.len() > limits.document_bytes {
        return Err(vec![SourceFinding::new(SourceCode::TooLarge, Span::START, "the file is too large for a configuration")]);
    }
    let bytes = strip_byte_order_mark(&source.bytes);
    let one = |finding: Refusal| vec![*finding];
    match language(&source.path) {
        FileLanguage::Json => {
            let text = check_text(bytes, 1, Strictness::Json).map_err(one)?;
            let value = read_value(&mut JsonEvents::new(text, 1), &limits)?;
            let mut events = JsonEvents::new(text, 1);
            let tree = build(&mut events, text, 1).map_err(one)?;
            if events.start_value() {
                return Err(vec![SourceFinding::new(
                    SourceCode::NotOneDocument,
                    Span::START,
                    "the file holds more than one document",
                )]);
            }
            Ok(DataDocument { value, tree })
        }
        _ => {
            let mut parts = parts(bytes);
            let Some(part) = parts.next() else {
                return Err(vec![SourceFinding::new(SourceCode::NotOneDocument, Span::START, "the file holds no document")]);
            };
            if let Some(second) = parts.next() {
                let place = Span::point(second.first_line, 1);
                return Err(vec![SourceFinding::new(SourceCode::NotOneDocument, place, "a second document begins here")]);
            }
            let text = check_text(part.bytes, part.first_line, Strictness::Yaml).map_err(one)?;
            let events = || WordsAsText(YamlEvents::new(text, part.first_line));
            let value = read_value(&mut events(), &limits)?;
            let tree = build(&mut events(), text, part.first_line).map_err(one)?;
            Ok(DataDocument { value, tree })
        }
    }
}

fn read_value<'s>(events: &mut impl Events<'s>, limits: &ReadLimits) -> Result<Value, Vec<SourceFinding>> {
    let mut writer = Writer::new(limits);
    let written = loop {
        match events.next_event() {
            Ok(Some((event, span))) => {
                if let Err(finding) = writer.write(event, span) {
                    break Err(finding);
                }
            }
            Ok(None) => break Ok(()),
            Err(finding) => break Err(finding),
        }
    };
    let mut findings = writer.take_duplicates();
    findings.extend(written.err().map(|finding| *finding));
    if !findings.is_empty() {
        return Err(findings);
    }
    match serde_json::from_slice(writer.json()) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(vec![SourceFinding::new(SourceCode::NotAnObject, writer.extent(), "the document is no mapping")]),
    }
}
