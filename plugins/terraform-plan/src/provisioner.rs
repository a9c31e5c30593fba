//! Provisioners: programs that no plan shows.

use tollgate_sdk::{Document, Finding};

use crate::rules::PROVISIONER;

/// Judges the provisioners of a resource block, also of one that makes nothing: those of what it made before may still run.
pub(crate) fn judge(document: &Document<'_>) -> Vec<Finding> {
    let root = document.root();
    let blocks: Vec<_> = root.walk(&["body", "provisioner"]).elements().collect();
    let named = blocks.iter().flat_map(|block| block.members().collect::<Vec<_>>());
    named
        .map(|(name, node)| {
            let message = format!("`{}` {}, which no plan shows", document.name(), does(name));
            PROVISIONER.at(&node, message).fix("Let the image, the instance's own start or a resource of a provider do it")
        })
        .collect()
}

fn does(name: &str) -> String {
    match name {
        "local-exec" => "runs a program where Terraform runs (`local-exec`)".to_owned(),
        "remote-exec" => "runs a program on what it makes (`remote-exec`)".to_owned(),
        "file" => "copies files to what it makes (`file`)".to_owned(),
        other => format!("has the provisioner `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{found, messages, written};

    #[test]
    fn every_provisioner_is_found_at_its_place() {
        let body = json!({"provisioner": [{"local-exec": {"command": "true"}}, {"file": {}}, {"remote-exec": {}}, {"chef": {}}]});
        let at = [(0, "local-exec"), (1, "file"), (2, "remote-exec"), (3, "chef")];
        let expected = at.map(|(index, name)| format!("provisioner /body/provisioner/{index}/{name}"));
        assert_eq!(found("{}", &written("terraform_data", &body)), expected);
        assert!(messages("{}", &written("null_resource", &body))[0].starts_with("`null_resource.a` runs a program where"));
    }

    #[test]
    fn what_made_something_once_may_still_run_programs() {
        let body = json!({"count": 0, "provisioner": [{"local-exec": {"when": "${destroy}"}}]});
        assert_eq!(found("{}", &written("null_resource", &body)).len(), 1);
    }

    #[test]
    fn a_resource_without_provisioners_runs_nothing() {
        for body in [json!({}), json!({"provisioner": "x"}), json!({"provisioner": [1, []]}), json!({"connection": [{}]}), json!(1)]
        {
            assert!(found("{}", &written("null_resource", &body)).is_empty(), "{body}");
        }
    }
}
