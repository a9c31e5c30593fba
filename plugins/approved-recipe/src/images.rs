//! Images: whoever makes a pod, what runs in it was approved.

use std::borrow::Cow;

use tollgate_sdk::image::ImageReference;
use tollgate_sdk::workload::Pod;
use tollgate_sdk::{Document, Finding, Node, Value};

use crate::admission::{Approved, Operation, Request};
use crate::settings::Settings;
use crate::{report, rules};

/// Judges every image of an object, in all that holds containers or volumes, at any depth.
pub(crate) fn judge(
    document: &Document<'_>,
    pods: &[Pod<'_>],
    request: &Request<'_>,
    approved: &Approved<'_>,
    settings: &Settings,
) -> Vec<Finding> {
    let old = request.old.filter(|_| request.operation == Operation::Update);
    let judge_one = |element: &Node<'_>, way: Way| {
        judge_one(element, way, approved, settings).filter(|_| !had(old, element.walk(way).as_str()))
    };
    let unreadable = pods.iter().flat_map(Pod::unreadable).map(|node| rules::IMAGE_NOT_APPROVED.unreadable(&node));
    let mut findings: Vec<Finding> = unreadable.collect();
    for holder in document.root().find_objects(holds_images) {
        for (list, way) in LISTS {
            findings.extend(holder.get(list).elements().filter_map(|element| judge_one(&element, way)));
        }
    }
    findings
}

/// From an element of a list to its image.
type Way = &'static [&'static str];

/// The lists that hold images, and where their elements have them.
const LISTS: [(&str, Way); 4] = [
    ("containers", &["image"]),
    ("initContainers", &["image"]),
    ("ephemeralContainers", &["image"]),
    ("volumes", &["image", "reference"]),
];

fn holds_images(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    let is_list =
        |(name, value): &(Cow<'_, str>, Value<'_>)| matches!(value, Value::Array(_)) && LISTS.iter().any(|(list, _)| list == name);
    members.iter().any(is_list)
}

fn judge_one(element: &Node<'_>, way: Way, approved: &Approved<'_>, settings: &Settings) -> Option<Finding> {
    let node = element.walk(way);
    if !node.exists() {
        return None;
    }
    let Some(text) = node.as_str() else { return Some(rules::IMAGE_NOT_APPROVED.unreadable(&node)) };
    let name = element.get("name").as_str().unwrap_or_default();
    let is_injected = way.len() == 1 && settings.injectors.iter().any(|injector| injector.owns(name, text));
    match ImageReference::parse(text).map(|image| image.digest()) {
        _ if is_injected => None,
        Ok(Some(digest)) if approved.has_digest(digest) => None,
        Ok(Some(_)) => Some(report::image_not_approved(&node, text)),
        Ok(None) => Some(report::image_without_digest(&node, text)),
        Err(reason) => Some(report::no_image(&node, text, reason)),
    }
}

/// Whether the object had the image when it was last let through. That starts nothing: what the object makes is judged when it is
/// made, and a pod that ends must not be kept from it because its image is of the day before yesterday.
fn had(object: Option<&Value<'_>>, image: Option<&str>) -> bool {
    let Some((object, image)) = object.zip(image) else { return false };
    let is_image = |element: &Value<'_>, way: Way| {
        way.iter().try_fold(element, |value, name| value.get(name)).and_then(Value::as_str) == Some(image)
    };
    let has = |(list, way): &(&str, Way)| matches!(object.get(list), Some(Value::Array(elements)) if elements.iter().any(|element| is_image(element, way)));
    LISTS.iter().any(has)
        || match object {
            Value::Object(members) => members.iter().any(|(_, member)| had(Some(member), Some(image))),
            Value::Array(elements) => elements.iter().any(|element| had(Some(element), Some(image))),
            _ => false,
        }
}
