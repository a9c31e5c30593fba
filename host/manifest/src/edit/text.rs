//! A patch, operation by operation, as changes of a text.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;
use tollgate_core::pointer::Pointer;
use yaml_edit::{Mapping, Sequence, YamlFile, YamlNode};

use super::EditError;
use super::value::{text_to_write, to_write};

/// The text of a YAML document, changed.
///
/// # Arguments
/// - `base`: from the YAML document to the object that the patch is of.
/// - `object`: what the object is before the patch.
pub(super) fn change(text: &str, base: &Pointer, mut object: Value, patch: &Patch) -> Result<String, EditError> {
    let file = YamlFile::parse(text).to_result().map_err(|_| EditError::OtherwiseThanMeant)?;
    let root = file.document().and_then(|document| document.as_mapping()).ok_or(EditError::NotThere)?;
    for operation in &patch.0 {
        apply(&YamlNode::Mapping(root.clone()), base, &object, operation)?;
        json_patch::patch(&mut object, std::slice::from_ref(operation)).map_err(EditError::Patch)?;
    }
    Ok(file.to_string())
}

/// Applies one operation. `object` is what there is before it: what is moved and copied is taken from there.
fn apply(root: &YamlNode, base: &Pointer, object: &Value, operation: &PatchOperation) -> Result<(), EditError> {
    let place = |pointer: &str| Place::find(root, base, pointer);
    let taken = |pointer: &str| object.pointer(pointer).cloned().unwrap_or_default();
    match operation {
        PatchOperation::Add(add) => place(add.path.as_str())?.add(&add.value),
        PatchOperation::Replace(replace) => place(replace.path.as_str())?.replace(&replace.value),
        PatchOperation::Remove(remove) => place(remove.path.as_str())?.remove(),
        PatchOperation::Copy(copy) => place(copy.path.as_str())?.add(&taken(copy.from.as_str())),
        PatchOperation::Move(moved) if is_rename(object, moved.from.as_str(), moved.path.as_str()) => {
            place(moved.from.as_str())?.rename(moved.path.as_str())
        }
        PatchOperation::Move(moved) => {
            place(moved.from.as_str())?.remove()?;
            place(moved.path.as_str())?.add(&taken(moved.from.as_str()))
        }
        PatchOperation::Test(_) => Ok(()),
    }
}

/// Whether a move gives a member another name, which nothing has yet: then its line stays, with its comment.
fn is_rename(object: &Value, from: &str, to: &str) -> bool {
    let is_member = |pointer: &str| object.pointer(pointer).is_some_and(Value::is_object);
    match (from.rsplit_once('/'), to.rsplit_once('/')) {
        (Some((from, _)), Some((holder, _))) => from == holder && is_member(holder) && object.pointer(to).is_none(),
        _ => false,
    }
}

/// A place that can be written to.
enum Place {
    Member(Mapping, String),
    Element(Sequence, usize),
    /// Behind the last element.
    End(Sequence),
}

impl Place {
    /// Follows a pointer (RFC 6901) through what is written. The last step may lead to something that is missing.
    fn find(root: &YamlNode, base: &Pointer, pointer: &str) -> Result<Self, EditError> {
        let pointer: Pointer = pointer.parse().map_err(|_| EditError::NotThere)?;
        let tokens: Vec<String> = base.tokens().chain(pointer.tokens()).collect();
        let (last, way) = tokens.split_last().ok_or(EditError::NotThere)?;
        let mut holder = root.clone();
        for token in way {
            holder = step(&holder, token).ok_or(EditError::NotThere)?;
        }
        match (holder, last.as_str()) {
            (YamlNode::Mapping(mapping), key) => Ok(Self::Member(mapping, key.to_owned())),
            (YamlNode::Sequence(sequence), "-") => Ok(Self::End(sequence)),
            (YamlNode::Sequence(sequence), index) => match index.parse() {
                Ok(index) => Ok(Self::Element(sequence, index)),
                Err(_) => Err(EditError::NotThere),
            },
            _ => Err(EditError::NotThere),
        }
    }

    fn add(self, value: &Value) -> Result<(), EditError> {
        match self {
            Self::Member(mapping, key) => mapping.set(text_to_write(&key), to_write(value)),
            Self::Element(sequence, index) if index < sequence.len() => sequence.insert(index, to_write(value)),
            Self::Element(sequence, _) | Self::End(sequence) => sequence.push(to_write(value)),
        }
        Ok(())
    }

    fn replace(self, value: &Value) -> Result<(), EditError> {
        match self {
            Self::Element(sequence, index) if sequence.set(index, to_write(value)) => Ok(()),
            Self::Element(..) | Self::End(_) => Err(EditError::NotThere),
            member @ Self::Member(..) => member.add(value),
        }
    }

    fn rename(self, to: &str) -> Result<(), EditError> {
        let name = to.parse().ok().and_then(|pointer: Pointer| pointer.tokens().last());
        let renamed = match (self, name) {
            (Self::Member(mapping, key), Some(name)) => mapping.rename_key(text_to_write(&key), text_to_write(&name)),
            _ => false,
        };
        if renamed { Ok(()) } else { Err(EditError::NotThere) }
    }

    fn remove(self) -> Result<(), EditError> {
        let removed = match self {
            Self::Member(mapping, key) => mapping.remove(text_to_write(&key)).is_some(),
            Self::Element(sequence, index) => sequence.remove(index).is_some(),
            Self::End(_) => false,
        };
        if removed { Ok(()) } else { Err(EditError::NotThere) }
    }
}

fn step(node: &YamlNode, token: &str) -> Option<YamlNode> {
    match node {
        YamlNode::Mapping(mapping) => mapping.get(text_to_write(token)),
        YamlNode::Sequence(sequence) => sequence.get(token.parse().ok()?),
        YamlNode::TaggedNode(_) | YamlNode::Scalar(_) | YamlNode::Alias(_) => None,
    }
}
