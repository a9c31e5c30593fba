//! Guests, policies and documents for the tests.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{
    CheckRequest, Context, DocumentFinding, EvaluateDocuments, Evaluation, LoadError, LoadPolicy, LoadedPolicy, PolicyBinary,
    VisibleDocument,
};
use tollgate_core::policy::{Grants, LimitClass};
use tollgate_sandbox::{Sandbox, SandboxOptions};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// The time of every evaluation here.
pub(crate) const NOW: u64 = 1_700_000_000;

/// One sandbox for most tests: that they run side by side in it is part of what is tested.
pub(crate) static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::new(SandboxOptions::default()).unwrap());

fn root() -> &'static Utf8Path {
    Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Where the built guests are.
fn built() -> Utf8PathBuf {
    std::env::var("TOLLGATE_GUESTS").map_or_else(|_| root().join("target/guests"), Utf8PathBuf::from)
}

/// The names of all guests: directories with a crate, and text files.
pub(crate) fn all_guests() -> Vec<String> {
    let entries = root().join("tests/guests").read_dir_utf8().unwrap().map(Result::unwrap);
    let name = |entry: camino::Utf8DirEntry| {
        let path = entry.path();
        let is_guest = path.join("Cargo.toml").is_file() || path.extension() == Some("wat");
        is_guest.then(|| path.file_stem().unwrap().to_owned())
    };
    entries.filter_map(name).collect()
}

/// The text of a guest that Rust can't express.
pub(crate) fn text(guest: &str) -> Option<String> {
    std::fs::read_to_string(root().join("tests/guests").join(format!("{guest}.wat"))).ok()
}

/// The component of a guest.
pub(crate) fn component(guest: &str) -> Vec<u8> {
    if let Some(text) = text(guest) {
        return component_of_text(&text);
    }
    let path = built().join(format!("{guest}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("guest `{path}` is missing ({error}); run `cargo xtask plugins`"))
}

/// Makes a component of the text of a core module that exports the functions of a validator.
pub(crate) fn component_of_text(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap();
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some("validator")).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// Everything that can be granted, with one file.
pub(crate) fn all_grants() -> Grants {
    let data = Some(BTreeMap::from([("list".to_owned(), b"granted".to_vec())]));
    Grants { log: true, clock: true, data, secret_values: false }
}

/// A policy of a plugin, with everything granted.
pub(crate) fn policy_of(bytes: Vec<u8>) -> PolicyBinary {
    PolicyBinary {
        policy: "guest".to_owned(),
        digest: Digest::of(&bytes),
        bytes: bytes.into(),
        settings: json!({}),
        grants: all_grants(),
        limits: LimitClass::Native,
    }
}

/// A policy of a guest, with everything granted.
pub(crate) fn policy(guest: &str) -> PolicyBinary {
    policy_of(component(guest))
}

/// Loads a validator.
pub(crate) fn load(sandbox: &Sandbox, policy: &PolicyBinary) -> Result<Arc<dyn EvaluateDocuments>, LoadError> {
    match sandbox.load(policy)? {
        LoadedPolicy::Validator(validator) => Ok(validator),
        LoadedPolicy::Promotion(_) => panic!("a promotion gate"),
    }
}

/// The refusal of a guest that must not load.
pub(crate) fn refusal(policy: &PolicyBinary) -> LoadError {
    match SANDBOX.load(policy) {
        Ok(loaded) => panic!("loaded: {loaded:?}"),
        Err(refusal) => refusal,
    }
}

/// A document from its JSON.
pub(crate) fn document(object: &Value) -> VisibleDocument {
    VisibleDocument { file: "cart.yaml".to_owned(), body: object.to_string().into_bytes().into() }
}

/// A Deployment whose one image has no tag.
pub(crate) fn deployment() -> VisibleDocument {
    document(&json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "cart"},
        "spec": {"template": {"spec": {"containers": [{"name": "cart", "image": "registry.example.com/cart"}]}}},
    }))
}

/// Has a validator judge one document.
pub(crate) fn check(validator: &dyn EvaluateDocuments, document: VisibleDocument) -> Evaluation<Vec<DocumentFinding>> {
    let context = Context::check();
    validator.check(&CheckRequest { context: &context, documents: &[document], evaluation_time: NOW })
}

/// Loads a guest and has it judge the Deployment.
pub(crate) fn judge(guest: &str) -> Evaluation<Vec<DocumentFinding>> {
    let validator = load(&SANDBOX, &policy(guest)).unwrap();
    check(validator.as_ref(), deployment())
}

/// The message of the one finding that a guest returns.
pub(crate) fn message(evaluation: &Evaluation<Vec<DocumentFinding>>) -> &str {
    match evaluation.outcome.as_deref() {
        Ok([finding]) => &finding.message,
        other => panic!("not one finding: {other:?}"),
    }
}

/// Bytes of this process that are in memory.
pub(crate) fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * rustix::param::page_size() as u64
}

/// What another process of this program says.
pub(crate) fn process(arguments: &[&str]) -> String {
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
