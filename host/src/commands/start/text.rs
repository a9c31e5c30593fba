//! What `init` writes and says.

use std::collections::BTreeSet;

use super::found::Found;

/// The text of tollgate.yaml.
pub(super) fn pipeline(components: &[String], ignored: &[String], failing: &BTreeSet<String>) -> String {
    let mut text = "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents:\n".to_owned();
    text.extend(components.iter().map(|component| format!("  - {{path: {}, type: kubernetes}}\n", quoted(component))));
    if !ignored.is_empty() {
        text.push_str("# These lie in components and are no manifests that can be read as they are.\nignore:\n");
        text.extend(ignored.iter().map(|path| format!("  - {}\n", quoted(path))));
    }
    text.push_str("packs: [builtin:recommended]\n");
    if !failing.is_empty() {
        text.push_str("# These find something today, so they only tell. Take the line out and the gate blocks.\ngates:\n");
        text.extend(failing.iter().map(|gate| format!("  - {{name: {gate}, enforcement: advisory}}\n")));
    }
    text
}

/// YAML takes JSON's texts.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What was found, in a line.
pub(super) fn summary(found: &Found) -> String {
    let counts = [
        (found.manifests.len(), "files of manifests"),
        (found.kustomizations, "kustomizations"),
        (found.charts, "charts"),
        (found.terraform, "Terraform directories"),
        (found.ci.len(), "CI systems"),
    ];
    let counted: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what}: {count}")).collect();
    format!("found {}", counted.join(", "))
}

/// What to do next.
pub(super) fn next(found: &Found, failing: &BTreeSet<String>) -> String {
    let mut text = "wrote tollgate.yaml\n\nnext:\n  tollgate check                       judges what is there\n".to_owned();
    if !failing.is_empty() {
        text.push_str(
            "  to let the gates block: take the lines of `gates` out, write down that what is found today is accepted for a time,\n  with `tollgate check --write-waivers waivers.yaml --expires 90d --reason TEXT`, and name the file under `waivers`\n",
        );
    }
    text.push_str("  tollgate policy update               pins the plugins by digest; commit both files and push\n");
    text.push_str("  tollgate init --trust COMMIT         puts the commit's policies in force\n");
    let job = |example: &&str| format!("  examples/ci/{example:<25}  is a job that judges every pull request\n");
    text.extend(found.ci.iter().map(job));
    let unread = [
        (found.kustomizations, "kustomizations are judged file by file"),
        (found.charts, "charts are not rendered"),
        (found.terraform, "Terraform is not judged"),
    ];
    let unread = unread.iter().filter(|(count, _)| *count > 0);
    text.extend(unread.map(|(_, what)| format!("note: {what} by this version\n")));
    text
}
