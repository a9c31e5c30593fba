//! Where the targets of the story are: directories, or two clusters of real parts, one for Ops and one for Apps.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_servers::{Cluster, Life, Sent};

use super::DemoError;
use super::stage::Stage;

/// What the infrastructure of the story expects of whoever made the clusters.
const NAMESPACES: [&str; 3] = ["ingress", "monitoring", "shop"];

/// Where the targets are.
pub(super) enum Ground {
    Directories,
    Clusters(Box<Clusters>),
}

/// Two API servers, with all that makes pods run, on this machine.
pub(super) struct Clusters {
    ops: Cluster,
    apps: Cluster,
}

impl Ground {
    /// Starts two clusters.
    pub(super) fn clusters() -> Result<Self, DemoError> {
        let clusters = Clusters { ops: Cluster::try_start(Life::Whole)?, apps: Cluster::try_start(Life::Whole)? };
        for cluster in [&clusters.ops, &clusters.apps] {
            for namespace in NAMESPACES {
                let body = format!(r#"{{"apiVersion": "v1", "kind": "Namespace", "metadata": {{"name": "{namespace}"}}}}"#);
                let request = Sent { method: "POST", path: "/api/v1/namespaces", kind: "application/json", body: &body };
                cluster.send("admin", &request)?;
            }
        }
        Ok(Self::Clusters(Box::new(clusters)))
    }

    /// Moves the targets of a clone from directories to the clusters: each into a namespace of its own.
    pub(super) fn settle(&self, clone: &Utf8Path) -> Result<(), DemoError> {
        let Self::Clusters(clusters) = self else { return Ok(()) };
        let path = clone.join("tollgate.yaml");
        let text = fs_err::read_to_string(&path)?;
        let lines: Vec<String> = text.lines().map(|line| clusters.moved(line)).collect();
        fs_err::write(&path, lines.join("\n") + "\n")?;
        // Staging, preprod and prod are namespaces of one cluster, so the services say none.
        for manifest in manifests(&clone.join("services"))? {
            let text = fs_err::read_to_string(&manifest)?;
            fs_err::write(&manifest, text.replace("  namespace: shop\n", ""))?;
        }
        Ok(())
    }

    /// Changes prod as nobody should, and tells what `drift` says of it.
    pub(super) fn changed_by_hand(&self, stage: &mut Stage, clone: &Utf8Path) -> Result<(), DemoError> {
        stage.say("     somebody changes prod by hand");
        match self {
            Self::Directories => {
                let file = stage.directory.join("targets/shop-prod/by-hand.yaml");
                fs_err::write(&file, "kind: Secret\n")?;
                tell_differences(stage, clone)?;
                Ok(fs_err::remove_file(file)?)
            }
            Self::Clusters(clusters) => {
                let path = "/apis/apps/v1/namespaces/shop-prod/deployments/checkout?fieldManager=kubectl-scale";
                clusters.apps.patch(path, r#"{"spec": {"replicas": 7}}"#)?;
                tell_differences(stage, clone)
            }
        }
    }

    /// Tells what the clusters themselves say of the shop.
    pub(super) fn tell_running(&self, stage: &mut Stage) {
        let Self::Clusters(clusters) = self else { return };
        for namespace in ["shop-staging", "shop-preprod", "shop-prod"] {
            let (ready, all) = clusters.deployments(namespace);
            stage.say(&format!("    {namespace:<14} {ready} of {all} deployments are available"));
        }
    }

    /// Where to look for what runs.
    pub(super) fn where_to_look(&self, directory: &Utf8Path) -> String {
        match self {
            Self::Directories => format!("  ls {directory}/targets/shop-prod/current/services"),
            Self::Clusters(_) => "  cargo xtask cluster up   # those of the story have ended with it; this one stays".to_owned(),
        }
    }
}

impl Clusters {
    /// How many Deployments of a namespace are available, and how many there are.
    fn deployments(&self, namespace: &str) -> (usize, usize) {
        let text = self.apps.get(&format!("/apis/apps/v1/namespaces/{namespace}/deployments")).unwrap_or_default();
        let list: Value = serde_json::from_str(&text).unwrap_or_default();
        let all = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_available = |deployment: &&Value| {
            let conditions = deployment["status"]["conditions"].as_array().into_iter().flatten();
            conditions.into_iter().any(|condition| condition["type"] == "Available" && condition["status"] == "True")
        };
        (all.iter().filter(is_available).count(), all.len())
    }

    /// A line of a pipeline, with a cluster where it names a directory.
    fn moved(&self, line: &str) -> String {
        let Some((before, rest)) = line.split_once("directory: {path: ../targets/") else { return line.to_owned() };
        let namespace = rest.trim_end_matches('}');
        let cluster = if namespace.ends_with("-ops") { &self.ops } else { &self.apps };
        format!("{before}kubernetes: {{kubeconfig: {}, namespace: {namespace}, wait: 3m}}", cluster.kubeconfig())
    }
}

fn tell_differences(stage: &mut Stage, clone: &Utf8Path) -> Result<(), DemoError> {
    let drift = stage.tollgate(clone, &["drift", "prod-apps"], 14)?;
    for difference in drift.json["targets"][0]["differences"].as_array().into_iter().flatten() {
        stage.say(&format!("     {}", difference.as_str().unwrap_or_default()));
    }
    Ok(())
}

fn manifests(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, DemoError> {
    let mut found = Vec::new();
    if !directory.exists() {
        return Ok(found);
    }
    for service in directory.read_dir_utf8()? {
        for file in service?.path().read_dir_utf8()? {
            found.push(file?.into_path());
        }
    }
    Ok(found)
}
