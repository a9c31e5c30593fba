//! Writes the events of a document as JSON, straight into one buffer.

use std::borrow::Cow;

use tollgate_core::document::Span;

use super::anchors::Anchors;
use super::members::{Member, duplicates};
use super::merge::{append_members, last_of_each, merged_mappings};
use crate::event::{AnchorId, Event, Scalar, ScalarType};
use crate::json::write_text;
use crate::limits::ReadLimits;
use crate::source::{Refusal, SourceCode, SourceFinding};
use crate::yaml::{Resolved, is_merge_key, key_text, resolve, write_float};

/// What an open node waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Element,
    Key,
    Value,
    /// The value of a merge key.
    Merge,
}

/// A node that is open.
#[derive(Debug)]
struct Frame {
    slot: Slot,
    /// Where its JSON starts.
    start: usize,
    /// Where its members start among all.
    first_member: usize,
    has_merges: bool,
    anchor: AnchorId,
}

/// The JSON of one document at a time. Its buffers are used again for the next.
#[derive(Debug)]
pub(crate) struct Writer<'l> {
    limits: &'l ReadLimits,
    out: Vec<u8>,
    frames: Vec<Frame>,
    members: Vec<Member>,
    anchors: Anchors,
    /// Keys that stand twice: reading goes on, to find all of them.
    duplicates: Vec<SourceFinding>,
    extent: Option<Span>,
}

impl<'l> Writer<'l> {
    pub(crate) fn new(limits: &'l ReadLimits) -> Self {
        let (out, frames, members, duplicates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { limits, out, frames, members, anchors: Anchors::default(), duplicates, extent: None }
    }

    /// Makes ready for another document.
    pub(crate) fn clear(&mut self) {
        self.out.clear();
        self.frames.clear();
        self.members.clear();
        self.anchors.clear();
        self.duplicates.clear();
        self.extent = None;
    }

    /// The JSON of the document; empty where there were no events.
    pub(crate) fn json(&self) -> &[u8] {
        &self.out
    }

    /// From the first event to the last that has any extent.
    pub(crate) fn extent(&self) -> Span {
        self.extent.unwrap_or(Span::START)
    }

    /// The keys that stood twice.
    pub(crate) fn take_duplicates(&mut self) -> Vec<SourceFinding> {
        std::mem::take(&mut self.duplicates)
    }

    /// Writes the next event.
    ///
    /// # Errors
    /// A finding where the document is over a limit, or has no JSON. There is nothing to write after it.
    pub(crate) fn write(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        self.extend(span);
        let is_key = self.frames.last().is_some_and(|frame| frame.slot == Slot::Key);
        match event {
            Event::Scalar(scalar, anchor) if is_key => self.scalar_key(scalar, anchor, span)?,
            Event::Alias(anchor) if is_key => self.alias_key(anchor, span)?,
            Event::MappingStart(_) | Event::SequenceStart(_) if is_key => {
                return Err(SourceFinding::refuse(SourceCode::KeyNotScalar, span, "a mapping or sequence is used as a key"));
            }
            Event::Scalar(scalar, anchor) => {
                let start = self.begin_value();
                write_scalar(&mut self.out, scalar, span, self.limits)?;
                self.end_value(start, anchor, span, false)?;
            }
            Event::Alias(anchor) => {
                let start = self.begin_value();
                let json = self.anchors.expand(anchor, span, self.limits.alias_bytes)?;
                self.out.extend_from_slice(json);
                self.end_value(start, 0, span, true)?;
            }
            Event::SequenceStart(anchor) => self.open(b'[', Slot::Element, anchor, span)?,
            Event::MappingStart(anchor) => self.open(b'{', Slot::Key, anchor, span)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
        }
        Ok(())
    }

    fn extend(&mut self, span: Span) {
        let extent = self.extent.get_or_insert(span);
        if (span.line, span.column) != (span.end_line, span.end_column) {
            (extent.end_line, extent.end_column) = (span.end_line, span.end_column);
        }
    }

    fn begin_value(&mut self) -> usize {
        let is_element = self.frames.last().is_some_and(|frame| frame.slot == Slot::Element);
        if is_element && self.out.last() != Some(&b'[') {
            self.out.push(b',');
        }
        self.out.len()
    }

    fn end_value(&mut self, start: usize, anchor: AnchorId, span: Span, by_alias: bool) -> Result<(), Refusal> {
        if self.out.len() > self.limits.document_bytes {
            let message = format!("the document is larger than {} bytes", self.limits.document_bytes);
            return Err(SourceFinding::refuse(SourceCode::TooLarge, span, message));
        }
        if anchor != 0 {
            self.anchors.close(anchor, self.out.get(start..).unwrap_or_default());
        }
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match frame.slot {
            Slot::Value => {
                frame.slot = Slot::Key;
                if let Some(member) = self.members.last_mut() {
                    member.end = self.out.len();
                }
            }
            Slot::Merge => {
                frame.slot = Slot::Key;
                self.merge(start, span, by_alias)?;
            }
            Slot::Element | Slot::Key => {}
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8, slot: Slot, anchor: AnchorId, span: Span) -> Result<(), Refusal> {
        if self.frames.len() >= self.limits.depth {
            let message = format!("the document nests deeper than {} levels", self.limits.depth);
            return Err(SourceFinding::refuse(SourceCode::TooDeep, span, message));
        }
        let start = self.begin_value();
        self.out.push(bracket);
        self.anchors.open(anchor);
        self.frames.push(Frame { slot, start, first_member: self.members.len(), has_merges: false, anchor });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Refusal> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if frame.slot == Slot::Element {
            self.out.push(b']');
        } else {
            self.settle_members(&frame);
            self.out.push(b'}');
        }
        self.end_value(frame.start, frame.anchor, span, false)
    }

    /// Finds keys that stand twice, and lets the last of merged ones win.
    fn settle_members(&mut self, frame: &Frame) {
        let members = self.members.get_mut(frame.first_member..).unwrap_or_default();
        let merged = frame.has_merges.then(|| last_of_each(members, &self.out));
        self.duplicates.append(&mut duplicates(members, &self.out));
        self.members.truncate(frame.first_member);
        if let Some(inside) = merged {
            self.out.truncate(frame.start + 1);
            self.out.extend_from_slice(&inside);
        }
    }

    /// Replaces the value of a merge key, which was just written, by its members.
    fn merge(&mut self, start: usize, span: Span, by_alias: bool) -> Result<(), Refusal> {
        let value = self.out.split_off(start);
        let Some(mappings) = merged_mappings(&value, by_alias) else {
            let message = "the value of the merge key `<<` is no mapping";
            return Err(SourceFinding::refuse(SourceCode::MergeKeyInvalid, span, message));
        };
        let template = Member { key: start..start, end: start, span, merged: true };
        for mapping in mappings {
            self.members.append(&mut append_members(&mut self.out, mapping, &template));
        }
        Ok(())
    }

    fn scalar_key(&mut self, scalar: Scalar<'_>, anchor: AnchorId, span: Span) -> Result<(), Refusal> {
        if is_merge_key(&scalar) {
            if let Some(frame) = self.frames.last_mut() {
                (frame.slot, frame.has_merges) = (Slot::Merge, true);
            }
            return Ok(());
        }
        if anchor != 0 {
            let mut json = Vec::new();
            // A number that is not finite is a key, but no value: an alias of it finds nothing.
            if write_scalar(&mut json, scalar.clone(), span, self.limits).is_ok() {
                self.anchors.close(anchor, &json);
            }
        }
        check_length(&scalar, span, self.limits)?;
        let start = self.begin_key();
        write_text(&mut self.out, &key_at(resolve_at(scalar, span)?, span)?);
        self.end_key(start, span);
        Ok(())
    }

    fn alias_key(&mut self, anchor: AnchorId, span: Span) -> Result<(), Refusal> {
        let json = self.anchors.expand(anchor, span, self.limits.alias_bytes)?.to_vec();
        let text = match serde_json::from_slice::<serde_json::Value>(&json) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(serde_json::Value::Bool(_) | serde_json::Value::Number(_)) => {
                // What the API server reads from the anchor's text, it reads from its JSON just the same.
                let text = Cow::Owned(String::from_utf8_lossy(&json).into_owned());
                let scalar = Scalar { text, kind: ScalarType::Implicit, block: false };
                key_at(resolve_at(scalar, span)?, span)?.into_owned()
            }
            _ => {
                let message = "the alias that is used as a key is no text, number or boolean";
                return Err(SourceFinding::refuse(SourceCode::KeyNotScalar, span, message));
            }
        };
        let start = self.begin_key();
        write_text(&mut self.out, &text);
        self.end_key(start, span);
        Ok(())
    }

    fn begin_key(&mut self) -> usize {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.len()
    }

    fn end_key(&mut self, start: usize, span: Span) {
        let end = self.out.len();
        self.members.push(Member { key: start..end, end, span, merged: false });
        self.out.push(b':');
        if let Some(frame) = self.frames.last_mut() {
            frame.slot = Slot::Value;
        }
    }
}

fn resolve_at<'s>(scalar: Scalar<'s>, span: Span) -> Result<Resolved<'s>, Refusal> {
    resolve(scalar).map_err(|mismatch| {
        let shown: String = mismatch.text.chars().take(40).collect();
        SourceFinding::refuse(SourceCode::TagMismatch, span, format!("`{shown}` is not what its tag `!!{}` says", mismatch.tag))
    })
}

fn key_at<'s>(key: Resolved<'s>, span: Span) -> Result<Cow<'s, str>, Refusal> {
    key_text(key).map_err(|what| SourceFinding::refuse(SourceCode::KeyNotScalar, span, what))
}

fn check_length(scalar: &Scalar<'_>, span: Span, limits: &ReadLimits) -> Result<(), Refusal> {
    if scalar.text.len() <= limits.scalar_bytes {
        return Ok(());
    }
    let message = format!("a single text has {} bytes, more than the {} that are allowed", scalar.text.len(), limits.scalar_bytes);
    Err(SourceFinding::refuse(SourceCode::ScalarTooLarge, span, message))
}

fn write_scalar(out: &mut Vec<u8>, scalar: Scalar<'_>, span: Span, limits: &ReadLimits) -> Result<(), Refusal> {
    check_length(&scalar, span, limits)?;
    match resolve_at(scalar, span)? {
        Resolved::Null => out.extend_from_slice(b"null"),
        Resolved::Boolean(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Resolved::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Resolved::Unsigned(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Resolved::Float(value) if value.is_finite() => write_float(out, value),
        Resolved::Float(_) => return Err(SourceFinding::refuse(SourceCode::NonFinite, span, "the number is not finite")),
        Resolved::Text(text) => write_text(out, &text),
    }
    Ok(())
}
