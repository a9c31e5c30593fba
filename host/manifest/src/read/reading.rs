//! Reads a file: every document of it, and a finding for whatever is none.

use std::sync::Arc;

use tollgate_core::document::{Document, ObjectIdentity, Place, SourceFile, Span};
use tollgate_core::pointer::Pointer;

use super::Writer;
use super::document::Header;
use super::list::{Item, items};
use super::plan::{Invalid, PlanDocument, plan};
use crate::event::Events;
use crate::json::JsonEvents;
use crate::language::{FileLanguage, language};
use crate::languages::read_placed;
use crate::limits::ReadLimits;
use crate::locate::locate;
use crate::placed::{PlacedDocument, PlacedEvents};
use crate::source::{Part, Refusal, SourceCode, SourceFinding, Strictness, check_text, parts, strip_byte_order_mark};
use crate::yaml::YamlEvents;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Reading {
    /// In the order of the file.
    pub documents: Vec<Document>,
    /// What could not be read. The rest is in `documents` all the same.
    pub findings: Vec<SourceFinding>,
    /// What could be read, but is no manifest.
    pub others: Vec<OtherDocument>,
}

/// A document that is no manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherDocument {
    /// Position among the documents of the file, as in [`Place`].
    pub stream: u32,
    pub span: Span,
    /// What it lacks, as a fragment: `it has no kind`.
    pub why: String,
}

/// Reads a file as the Kubernetes API server would, document by document. See the documentation of the crate for where it
/// is stricter.
pub fn read(source: &Arc<SourceFile>, limits: &ReadLimits) -> Reading {
    let mut reader = Reader { source, limits, writer: Writer::new(limits), reading: Reading::default(), stream: 0 };
    reader.read_file();
    reader.reading
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    limits: &'a ReadLimits,
    writer: Writer<'a>,
    reading: Reading,
    /// Position of the next document.
    stream: u32,
}

impl Reader<'_> {
    fn read_file(&mut self) {
        let size = self.source.bytes.len();
        if size > self.limits.file_bytes {
            let message = format!("the file has {size} bytes, more than the {} that are read", self.limits.file_bytes);
            self.reading.findings.push(SourceFinding::new(SourceCode::TooLarge, Span::START, message));
            return;
        }
        match read_placed(self.source) {
            Some(Ok(documents)) => documents.iter().for_each(|document| self.read_placed(document)),
            Some(Err(findings)) => self.reading.findings.extend(findings),
            None => self.read_manifests(),
        }
    }

    fn read_manifests(&mut self) {
        let bytes = strip_byte_order_mark(&self.source.bytes);
        match language(&self.source.path) {
            FileLanguage::Json => self.read_json(bytes),
            _ if is_utf16(bytes) => self.read_part(Part { bytes, first_line: 1 }),
            _ => parts(bytes).for_each(|part| self.read_part(part)),
        }
    }

    /// Writes a document of another language, under the limits that all have.
    fn read_placed(&mut self, document: &PlacedDocument) {
        let stream = self.stream;
        self.stream += 1;
        let written = self.write_all(&mut PlacedEvents::new(&document.body));
        let duplicates = self.writer.take_duplicates();
        if written.is_ok() && duplicates.is_empty() {
            let identity = document.identity.clone();
            push_document(self.source, &mut self.reading, stream, Pointer::root(), identity, self.writer.json());
        }
        self.reading.findings.extend(duplicates);
        self.reading.findings.extend(written.err().map(|finding| *finding));
    }

    /// JSON values, one after the other. After an error there is no telling where the next begins.
    fn read_json(&mut self, bytes: &[u8]) {
        let text = match check_text(bytes, 1, Strictness::Json) {
            Ok(text) => text,
            Err(finding) => return self.reading.findings.push(*finding),
        };
        let mut events = JsonEvents::new(text, 1);
        while events.start_value() {
            match self.write_all(&mut events) {
                Ok(()) => self.finish(),
                Err(finding) => return self.reading.findings.push(*finding),
            }
        }
    }

    fn read_part(&mut self, part: Part<'_>) {
        if part.json_candidate().is_some_and(|candidate| self.read_part_as_json(candidate)) {
            return;
        }
        let written = check_text(part.bytes, part.first_line, Strictness::Yaml)
            .and_then(|text| self.write_all(&mut YamlEvents::new(text, part.first_line)));
        match written {
            Ok(()) => self.finish(),
            Err(finding) => {
                self.reading.findings.append(&mut self.writer.take_duplicates());
                self.reading.findings.push(*finding);
                self.stream += 1;
            }
        }
    }

    /// The API server takes what begins with a brace as JSON where it can. False: it can't.
    fn read_part_as_json(&mut self, part: Part<'_>) -> bool {
        let Ok(text) = check_text(part.bytes, part.first_line, Strictness::Json) else { return false };
        let mut events = JsonEvents::new(text, part.first_line);
        let is_json = events.start_value() && self.write_all(&mut events).is_ok() && !events.start_value();
        if is_json {
            self.finish();
        }
        is_json
    }

    fn write_all<'s>(&mut self, events: &mut impl Events<'s>) -> Result<(), Refusal> {
        self.writer.clear();
        while let Some((event, span)) = events.next_event()? {
            self.writer.write(event, span)?;
        }
        Ok(())
    }

    /// Sorts out the document that was just written.
    fn finish(&mut self) {
        let stream = self.stream;
        self.stream += 1;
        let duplicates = self.writer.take_duplicates();
        if !duplicates.is_empty() {
            self.reading.findings.extend(duplicates);
            return;
        }
        let json = self.writer.json();
        let span = self.writer.extent();
        match json.first() {
            None => {}
            Some(_) if json == b"null" => {}
            Some(b'{') => self.finish_object(stream),
            Some(b'[') => self.reading.others.push(OtherDocument { stream, span, why: "it is a sequence".to_owned() }),
            Some(_) => {
                self.reading.findings.push(SourceFinding::new(SourceCode::NotAnObject, span, "the document is a single value"));
            }
        }
    }

    fn finish_object(&mut self, stream: u32) {
        let header = Header::of(self.writer.json());
        if header.may_be_plan()
            && let Some(documents) = plan(file_name(&self.source.path), self.writer.json())
        {
            return self.finish_plan(stream, documents);
        }
        let Some(identity) = header.identity() else {
            let why = format!("it has {}", header.what_is_missing());
            self.reading.others.push(OtherDocument { stream, span: self.writer.extent(), why });
            return;
        };
        if !identity.is_kubernetes() {
            return self.refuse_group(stream, &Pointer::root(), &identity);
        }
        match items(&identity, &header) {
            None => push_document(self.source, &mut self.reading, stream, Pointer::root(), identity, self.writer.json()),
            Some(items) => self.finish_list(stream, items),
        }
    }

    fn finish_list(&mut self, stream: u32, items: Vec<Item>) {
        let all_items = Pointer::root().member("items");
        for (index, item) in items.into_iter().enumerate() {
            let base = all_items.element(index);
            match item {
                Item::Object { identity, .. } if !identity.is_kubernetes() => {
                    self.refuse_group(stream, &base, &identity);
                }
                Item::Object { identity, body } => push_document(self.source, &mut self.reading, stream, base, identity, &body),
                Item::Invalid(why) => self.find(SourceCode::ListInvalid, stream, &base, why.to_owned()),
            }
        }
    }

    fn finish_plan(&mut self, stream: u32, documents: Vec<Result<PlanDocument, Invalid>>) {
        for document in documents {
            match document {
                Ok(PlanDocument { identity, base, body }) => {
                    push_document(self.source, &mut self.reading, stream, base, identity, &body);
                }
                Err((base, why)) => self.find(SourceCode::ListInvalid, stream, &base, why.to_owned()),
            }
        }
    }

    /// Manifests have the groups of the cluster. One with a group of another language would be seen by few policies.
    fn refuse_group(&mut self, stream: u32, base: &Pointer, identity: &ObjectIdentity) {
        let message = format!("the group `{}` is reserved for documents that are no Kubernetes objects", identity.group());
        self.find(SourceCode::ReservedGroup, stream, &base.member("apiVersion"), message);
    }

    fn find(&mut self, code: SourceCode, stream: u32, pointer: &Pointer, message: String) {
        let span = locate(self.source, stream, &Pointer::root(), std::slice::from_ref(pointer)).pop().unwrap_or(Span::START);
        self.reading.findings.push(SourceFinding::new(code, span, message));
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn push_document(
    source: &Arc<SourceFile>,
    reading: &mut Reading,
    stream: u32,
    base: Pointer,
    identity: ObjectIdentity,
    body: &[u8],
) {
    let index = u32::try_from(reading.documents.len()).unwrap_or(u32::MAX);
    let place = Place { index, stream, base };
    reading.documents.push(Document { source: Arc::clone(source), place, identity, body: body.into(), rendered_for: None });
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF")
}
