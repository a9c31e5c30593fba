//! `image-pinned`: every image is pinned to what was built and tested.
//!
//! An image is pinned by its digest. An image of the organisation's own is pinned by a commit in its tag as well, because
//! tollgate records the digest that such a tag was built with and refuses another. The plugin judges documents as written and resolves nothing.

mod rules;
mod settings;
#[cfg(test)]
mod unknown;

use tollgate_sdk::image::{ImageReference, find_images};
use tollgate_sdk::workload::{Pod, pods};
use tollgate_sdk::{Check, Description, Document, Finding, Findings, Needs, Node, PluginError, Validator, export_validator};

use settings::{Ownership, Settings};

struct ImagePinned;

impl Validator for ImagePinned {
    type Settings = Settings;

    const DESCRIPTION: Description = Description {
        name: "image-pinned",
        version: env!("CARGO_PKG_VERSION"),
        rules: &[&rules::TAG, &rules::LATEST, &rules::UNTAGGED, &rules::THIRD_PARTY, &rules::INVALID],
    };

    fn needs(_: &Settings) -> Needs {
        Needs::document()
    }

    fn check(check: &Check<'_, Settings>, findings: &mut Findings) -> Result<(), PluginError> {
        for document in check.documents {
            findings.extend(pods(document).iter().flat_map(Pod::unreadable).map(|node| rules::unreadable(&node)));
            findings.extend(images(document, check.settings).iter().filter_map(|image| judge(image, check.settings)));
        }
        Ok(())
    }
}

export_validator!(ImagePinned);

/// Every image of a document, once: those of containers and volumes, and what the configured pointers lead to.
fn images<'a>(document: &'a Document<'_>, settings: &'a Settings) -> Vec<Node<'a>> {
    let root = document.root();
    let mut images = find_images(&root);
    let configured = settings.pointers_for(document.group(), document.kind());
    let mut selected: Vec<Node<'a>> = configured.flat_map(|pointer| pointer.select(&root)).filter(Node::exists).collect();
    if !selected.is_empty() {
        let known: Vec<String> = images.iter().map(Node::pointer).collect();
        selected.retain(|node| !known.contains(&node.pointer()));
        selected.sort_by_cached_key(Node::pointer);
        selected.dedup_by_key(|node| node.pointer());
        images.append(&mut selected);
    }
    images
}

fn judge(node: &Node<'_>, settings: &Settings) -> Option<Finding> {
    let Some(text) = node.as_str() else { return Some(rules::not_text(node)) };
    let image = match ImageReference::parse(text) {
        Ok(image) => image,
        Err(reason) => return Some(rules::invalid(node, text, reason)),
    };
    let ownership = settings.ownership(image.repository());
    match (image.digest(), image.tag()) {
        (Some(_), _) => None,
        (None, None) => Some(rules::untagged(node, text, ownership)),
        (None, Some("latest")) => Some(rules::latest(node, text, ownership)),
        (None, Some(_)) if image.commit().is_some() && ownership != Ownership::ThirdParty => None,
        (None, Some(_)) if image.commit().is_some() => Some(rules::third_party(node, text)),
        (None, Some(tag)) => Some(rules::tag(node, text, tag, ownership)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tollgate_sdk::testing;

    const OWN: &str = r#"{"own": ["registry.example.com/**"]}"#;
    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn rules_for(settings: &str, image: &str) -> Vec<&'static str> {
        let pod = format!("{{apiVersion: v1, kind: Pod, spec: {{containers: [{{image: '{image}'}}]}}}}");
        testing::check::<ImagePinned>(settings, &pod).iter().map(Finding::rule).collect()
    }

    #[test]
    fn every_case_comes_out_as_it_says() {
        testing::run_cases::<ImagePinned>("cases");
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&ImagePinned::DESCRIPTION);
    }

    #[test]
    fn an_own_image_is_pinned_by_its_commit_and_a_third_party_one_only_by_digest() {
        assert!(rules_for(OWN, &format!("registry.example.com/shop/cart:{COMMIT}")).is_empty());
        assert_eq!(rules_for(OWN, &format!("docker.io/cart:{COMMIT}")), ["third-party"]);
        assert!(rules_for("{}", &format!("docker.io/cart:{COMMIT}")).is_empty());
        let digest = format!("sha256:{}", "a".repeat(64));
        assert!(rules_for(OWN, &format!("redis@{digest}")).is_empty());
        assert!(rules_for(OWN, &format!("redis:latest@{digest}")).is_empty());
    }

    #[test]
    fn an_image_has_the_same_rule_with_and_without_settings() {
        for (image, rule) in
            [("redis:alpine", "tag"), ("redis:latest", "latest"), ("redis", "untagged"), ("Redis", "invalid"), ("", "invalid")]
        {
            assert_eq!(rules_for("{}", image), [rule]);
            assert_eq!(rules_for(OWN, image), [rule]);
        }
    }

    #[test]
    fn a_message_names_the_image_and_its_remedy_fits_whose_it_is() {
        let remedy = |settings: &str| {
            let pod = "{apiVersion: v1, kind: Pod, spec: {containers: [{image: 'registry.example.com/cart:v1'}]}}";
            let findings = testing::check::<ImagePinned>(settings, pod);
            assert!(findings[0].message().contains("`registry.example.com/cart:v1`"), "{}", findings[0].message());
            findings[0].remediation().map(ToOwned::to_owned).unwrap()
        };
        assert!(remedy(OWN).starts_with("Tag it with the commit"));
        assert!(
            remedy(r#"{"own": ["other.example.com/*"]}"#).starts_with("Add its digest: `registry.example.com/cart:v1@sha256:…`")
        );
    }

    #[test]
    fn configured_pointers_are_followed_once_and_only_where_they_lead_to_something() {
        let settings = r#"{"pointers": ["/spec/image", "/spec/containers/*/image"], "pointersByKind": {"Tool.example.com": ["/spec/runners/*"]}}"#;
        let tool = "{apiVersion: example.com/v1, kind: Tool, spec: {image: a, runners: [b, 1, null], containers: [{image: c}]}}";
        let found: Vec<_> =
            testing::check::<ImagePinned>(settings, tool).iter().map(|f| (f.rule(), f.pointer().to_owned())).collect();
        let expected = [
            ("untagged", "/spec/containers/0/image"),
            ("untagged", "/spec/image"),
            ("untagged", "/spec/runners/0"),
            ("invalid", "/spec/runners/1"),
        ];
        assert_eq!(found, expected.map(|(rule, pointer)| (rule, pointer.to_owned())));
        let other = "{apiVersion: example.com/v1, kind: Other, spec: {runners: [b]}}";
        assert!(testing::check::<ImagePinned>(settings, other).is_empty());
    }

    proptest! {
        #[test]
        fn what_passes_has_a_digest_or_a_commit(image in "[a-z.:/@-]{0,12}(latest|v1|[0-9a-f]{40}|@sha256:[0-9a-f]{64})?") {
            let passes = rules_for("{}", &image).is_empty();
            let pinned = ImageReference::parse(&image).is_ok_and(|image| image.digest().is_some() || image.commit().is_some());
            prop_assert_eq!(passes, pinned);
        }
    }
}
