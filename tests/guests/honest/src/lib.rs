//! Keeps the contract: every container's image needs a tag other than `latest`. Its allocator hands out a static
//! reserve, so that no call grows memory.

mod arena;
#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use serde_json::Value;

const PATHS: [&str; 2] = ["/spec/template/spec/containers", "/spec/containers"];

guest!(|request: guest::Request| {
    let mut findings = Vec::new();
    for document in request.documents {
        let object: Value =
            serde_json::from_slice(&document.body).map_err(|error| guest::PluginError::BadInput(error.to_string()))?;
        for path in PATHS {
            judge(&object, path, document.id, &mut findings);
        }
    }
    Ok(findings)
});

fn judge(object: &Value, path: &str, document: u32, findings: &mut Vec<guest::Finding>) {
    let containers = object.pointer(path).and_then(Value::as_array).into_iter().flatten();
    for (index, container) in containers.enumerate() {
        let image = container["image"].as_str().unwrap_or_default();
        if !is_pinned(image) {
            findings.push(guest::Finding {
                document,
                pointer: format!("{path}/{index}/image"),
                ..guest::honest_finding(format!("image `{image}` has no tag that stays"))
            });
        }
    }
}

fn is_pinned(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    image.contains("@sha256:") || name.split_once(':').is_some_and(|(_, tag)| tag != "latest")
}
