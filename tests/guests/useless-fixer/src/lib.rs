//! A fixer whose fixes are all wrong, each in another way: one for each of the rules of `workloads` that it names.

wit_bindgen::generate!({ world: "fixer", path: "../../../wit" });

use exports::tollgate::gate::fixing::{Description, Finding, Fix, Guest, PluginError, Request};

struct UselessFixer;

const RULES: [&str; 6] = ["replicas", "read-only-root", "readiness-probe", "liveness-probe", "revision-history", "anti-affinity"];

impl Guest for UselessFixer {
    fn describe() -> Description {
        Description {
            name: "useless-fixer".to_owned(),
            version: "0.1.0".to_owned(),
            validator: "workloads".to_owned(),
            rules: RULES.map(ToOwned::to_owned).to_vec(),
        }
    }

    fn patch(request: Request) -> Result<Vec<Fix>, PluginError> {
        let fix = |(position, finding): (u32, &Finding)| fix(position, &finding.rule);
        Ok((0..).zip(&request.findings).filter_map(fix).collect())
    }
}

fn fix(finding: u32, rule: &str) -> Option<Fix> {
    let patch =
        |finding, patch: &str| Some(Fix { finding, title: format!("Pretend to mend `{rule}`"), patch: patch.as_bytes().to_vec() });
    match rule {
        // Changes something that the finding is not about.
        "replicas" => patch(finding, r#"[{"op": "add", "path": "/metadata/labels", "value": {"mended": "no"}}]"#),
        // Brings something worse.
        "read-only-root" => patch(
            finding,
            r#"[{"op": "add", "path": "/spec/template/spec/containers/0/securityContext", "value": {"readOnlyRootFilesystem": true}},
                {"op": "add", "path": "/spec/template/spec/hostPID", "value": true}]"#,
        ),
        // Leads nowhere.
        "readiness-probe" => patch(finding, r#"[{"op": "remove", "path": "/spec/nowhere"}]"#),
        // Is for a finding that was not given.
        "liveness-probe" => patch(finding + 7, "[]"),
        // Is no JSON Patch.
        "revision-history" => patch(finding, r#"{"op": "all"}"#),
        // Never ends.
        "anti-affinity" => loop {
            std::hint::black_box(finding);
        },
        _ => None,
    }
}

export!(UselessFixer);
