//! What layouts may say, and what is made of it.

#![expect(clippy::unwrap_used, reason = "what a test builds is known to be there")]

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::ports::{ResolveDigest as _, ResolveError};
use tollgate_registry::{LayoutWriter, OciLayouts};

struct Place {
    _directory: tempfile::TempDir,
    root: Utf8PathBuf,
}

fn mk_place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    Place { _directory: directory, root }
}

fn image(text: &str) -> ImageReference {
    text.parse().unwrap()
}

fn resolve(root: &Utf8Path, text: &str) -> Result<Digest, ResolveError> {
    OciLayouts::open(root)?.resolve(&image(text))
}

/// Why a layout can't be used.
fn reason(root: &Utf8Path, text: &str) -> String {
    match resolve(root, text) {
        Err(ResolveError::Layout { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn edit(path: &Utf8Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, value.to_string()).unwrap();
}

const CART: &str = "registry.example.com/cart";

/// A place with one image, and the directory of its layout.
fn mk_cart() -> (Place, Utf8PathBuf, Digest) {
    let place = mk_place();
    let digest = LayoutWriter::new(&place.root).push(&image(&format!("{CART}:v1")), "one").unwrap();
    let layout = place.root.join(CART);
    (place, layout, digest)
}

#[test]
fn a_tag_leads_to_the_digest_of_its_manifest() {
    let (place, layout, digest) = mk_cart();
    assert_eq!(resolve(&place.root, &format!("{CART}:v1")).unwrap(), digest);
    let manifest = fs::read(layout.join("blobs/sha256").join(digest.hex())).unwrap();
    assert_eq!(Digest::of(&manifest), digest);
}

#[test]
fn what_the_writer_writes_hangs_together() {
    let (_place, layout, digest) = mk_cart();
    let read = |digest: &str| fs::read(layout.join("blobs").join(digest.replace(':', "/"))).unwrap();
    let manifest: Value = serde_json::from_slice(&read(&digest.to_string())).unwrap();
    for descriptor in [&manifest["config"], &manifest["layers"][0]] {
        let bytes = read(descriptor["digest"].as_str().unwrap());
        assert_eq!(descriptor["size"], bytes.len());
        assert_eq!(Digest::of(&bytes).to_string(), descriptor["digest"].as_str().unwrap());
    }
    let config: Value = serde_json::from_slice(&read(manifest["config"]["digest"].as_str().unwrap())).unwrap();
    assert_eq!(config["config"]["Labels"]["text"], "one");
}

#[test]
fn a_tag_that_moves_is_seen_at_once() {
    let (place, _, first) = mk_cart();
    let writer = LayoutWriter::new(&place.root);
    let layouts = OciLayouts::open(&place.root).unwrap();
    let tagged = image(&format!("{CART}:v1"));
    let second = writer.push(&tagged, "two").unwrap();
    assert_ne!(first, second);
    assert_eq!(layouts.resolve(&tagged).unwrap(), second);
    writer.tag(&tagged, first).unwrap();
    assert_eq!(layouts.resolve(&tagged).unwrap(), first);
}

#[test]
fn equal_texts_are_one_image_and_a_tag_can_only_lead_to_what_is_there() {
    let (place, _, digest) = mk_cart();
    let writer = LayoutWriter::new(&place.root);
    assert_eq!(writer.push(&image(&format!("{CART}:v2")), "one").unwrap(), digest);
    assert!(writer.tag(&image(&format!("{CART}:v3")), Digest::of(b"nothing")).is_err());
    assert!(writer.push(&image(CART), "one").is_err());
}

#[test]
fn what_is_not_there_is_not_found() {
    let (place, _, _) = mk_cart();
    for text in [&format!("{CART}:v2"), "registry.example.com/other:v1", "cart:v1"] {
        assert!(matches!(resolve(&place.root, text), Err(ResolveError::NotFound { .. })), "{text}");
    }
}

#[test]
fn a_reference_without_tag_and_digest_names_no_image() {
    let (place, _, _) = mk_cart();
    assert!(matches!(resolve(&place.root, CART), Err(ResolveError::Untagged { .. })));
}

#[test]
fn short_names_are_taken_as_written() {
    let place = mk_place();
    let digest = LayoutWriter::new(&place.root).push(&image("redis:alpine"), "redis").unwrap();
    assert_eq!(resolve(&place.root, "redis:alpine").unwrap(), digest);
    let long = resolve(&place.root, "docker.io/library/redis:alpine");
    assert!(matches!(long, Err(ResolveError::NotFound { .. })));
}

#[test]
fn a_digest_counts_when_the_layout_holds_it_wherever_the_tag_leads() {
    let (place, _, first) = mk_cart();
    let second = LayoutWriter::new(&place.root).push(&image(&format!("{CART}:v1")), "two").unwrap();
    assert_eq!(resolve(&place.root, &format!("{CART}:v1@{first}")).unwrap(), first);
    assert_eq!(resolve(&place.root, &format!("{CART}@{second}")).unwrap(), second);
    let missing = resolve(&place.root, &format!("{CART}@{}", Digest::of(b"missing")));
    assert!(matches!(missing, Err(ResolveError::NotFound { .. })));
}

#[test]
fn the_digest_of_a_layer_is_not_an_image() {
    let (place, layout, digest) = mk_cart();
    let manifest: Value = serde_json::from_slice(&fs::read(layout.join("blobs/sha256").join(digest.hex())).unwrap()).unwrap();
    for part in [&manifest["layers"][0], &manifest["config"]] {
        let text = format!("{CART}@{}", part["digest"].as_str().unwrap());
        assert!(reason(&place.root, &text).contains("is not the manifest or index of an image"), "{text}");
    }
}

#[test]
fn a_blob_with_other_contents_or_another_size_is_an_error() {
    let (place, layout, digest) = mk_cart();
    let blob = layout.join("blobs/sha256").join(digest.hex());
    let honest = fs::read(&blob).unwrap();
    let mut lying = honest.clone();
    lying[0] = b' ';
    fs::write(&blob, &lying).unwrap();
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("has other contents"));
    fs::write(&blob, [&honest[..], b" "].concat()).unwrap();
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("bytes, and it has"));
    fs::remove_file(&blob).unwrap();
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("is missing"));
}

#[test]
fn two_digests_for_one_tag_are_an_error_that_names_both() {
    let (place, layout, first) = mk_cart();
    let second = LayoutWriter::new(&place.root).push(&image(&format!("{CART}:v2")), "two").unwrap();
    edit(&layout.join("index.json"), |index| {
        index["manifests"][1]["annotations"]["org.opencontainers.image.ref.name"] = json!("v1");
    });
    let reason = reason(&place.root, &format!("{CART}:v1"));
    assert!(reason.contains(&first.to_string()) && reason.contains(&second.to_string()), "{reason}");
}

#[test]
fn one_digest_twice_for_one_tag_is_one_digest() {
    let (place, layout, digest) = mk_cart();
    edit(&layout.join("index.json"), |index| {
        let manifest = index["manifests"][0].clone();
        index["manifests"].as_array_mut().unwrap().push(manifest);
    });
    assert_eq!(resolve(&place.root, &format!("{CART}:v1")).unwrap(), digest);
}

#[test]
fn unknown_versions_and_digest_algorithms_are_refused() {
    let (place, layout, _) = mk_cart();
    let sha512 = format!("sha512:{}", "0".repeat(128));
    edit(&layout.join("index.json"), |index| index["manifests"][0]["digest"] = json!(sha512));
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("only sha256 is known"));
    edit(&layout.join("oci-layout"), |marker| marker["imageLayoutVersion"] = json!("2.0.0"));
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("version `2.0.0`"));
}

#[test]
fn files_that_are_broken_or_missing_are_errors() {
    let (place, layout, _) = mk_cart();
    fs::write(layout.join("index.json"), "{").unwrap();
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("`index.json` is not what the standard asks for"));
    fs::remove_file(layout.join("index.json")).unwrap();
    assert!(reason(&place.root, &format!("{CART}:v1")).contains("no `index.json`"));
    assert!(matches!(OciLayouts::open(&place.root.join("nowhere")), Err(ResolveError::Io { .. })));
}

/// Moves the cart's layout to the root, its manifest named by an annotation.
fn mk_shared(annotations: &Value) -> (Place, Digest) {
    let (cart, layout, digest) = mk_cart();
    let place = mk_place();
    fs::remove_dir(&place.root).unwrap();
    fs::rename(&layout, &place.root).unwrap();
    edit(&place.root.join("index.json"), |index| index["manifests"][0]["annotations"] = annotations.clone());
    drop(cart);
    (place, digest)
}

#[test]
fn in_a_shared_layout_the_full_reference_names_the_image() {
    let (place, digest) = mk_shared(&json!({"org.opencontainers.image.ref.name": format!("{CART}:v1")}));
    assert_eq!(resolve(&place.root, &format!("{CART}:v1")).unwrap(), digest);
    assert!(matches!(resolve(&place.root, "registry.example.com/other:v1"), Err(ResolveError::NotFound { .. })));
}

#[test]
fn in_a_shared_layout_containerd_s_name_counts_and_a_bare_tag_does_not() {
    let both = json!({"org.opencontainers.image.ref.name": "v1", "io.containerd.image.name": format!("{CART}:v1")});
    let (place, digest) = mk_shared(&both);
    assert_eq!(resolve(&place.root, &format!("{CART}:v1")).unwrap(), digest);
    let (place, _) = mk_shared(&json!({"org.opencontainers.image.ref.name": "v1"}));
    assert!(matches!(resolve(&place.root, &format!("{CART}:v1")), Err(ResolveError::NotFound { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// unknown-blocks: whatever stands in the files, the answer is the true digest or an error, and never a panic.
    #[test]
    fn a_damaged_layout_never_gives_another_digest(file in 0usize..3, at in 0usize..400, byte: u8) {
        let (place, layout, digest) = mk_cart();
        let blob = format!("blobs/sha256/{}", digest.hex());
        let path = layout.join(["oci-layout", "index.json", &blob][file]);
        let mut bytes = fs::read(&path).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        fs::write(&path, &bytes).unwrap();
        if let Ok(found) = resolve(&place.root, &format!("{CART}:v1")) {
            prop_assert_eq!(found, digest);
        }
    }
}
