//! A namespace of the cluster, and the objects that go there.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Deserialize;
use tollgate_servers::{Cluster, Sent};

use crate::bench::BenchError;
use crate::bench::objects::{MARK, Objects};
use crate::bench::place::Place;
use crate::process;

/// Where a tool applies.
pub(super) struct Site<'a> {
    pub(super) place: &'a Place,
    pub(super) kubeconfig: Utf8PathBuf,
    pub(super) namespace: String,
    /// The files.
    pub(super) directory: Utf8PathBuf,
}

/// How many objects a cluster has.
#[derive(Deserialize)]
struct Count {
    objects: usize,
}

impl<'a> Site<'a> {
    /// Makes the namespace. What lay in the directory of an earlier bench is removed.
    pub(super) fn make(place: &'a Place, cluster: &Cluster, namespace: &str) -> Result<Self, BenchError> {
        let body = format!(r#"{{"apiVersion": "v1", "kind": "Namespace", "metadata": {{"name": "{namespace}"}}}}"#);
        let sent = Sent { method: "POST", path: "/api/v1/namespaces", kind: "application/json", body: &body };
        cluster.send("bench", &sent).map_err(|refused| BenchError::refused(namespace, refused))?;
        let directory = place.directory.join("sites").join(namespace);
        if directory.exists() {
            fs_err::remove_dir_all(&directory)?;
        }
        fs_err::create_dir_all(&directory)?;
        Ok(Self { place, kubeconfig: cluster.kubeconfig(), namespace: namespace.to_owned(), directory })
    }

    /// Makes sure that all objects are there, and that so many of them are this owner's.
    pub(super) fn look(&self, tool: &str, objects: &Objects, owner: Option<(&str, usize)>) -> Result<(), BenchError> {
        self.find(tool, "there", MARK, objects.count())?;
        owner.map_or(Ok(()), |(owner, count)| self.find(tool, "changed", owner, count))
    }

    fn find(&self, tool: &str, how: &'static str, mark: &str, wanted: usize) -> Result<(), BenchError> {
        let mut command = self.place.bench();
        // Another process reads the long answers: a child's peak of memory begins at what its parent has.
        let answer = process::output(command.arg("count").args([self.kubeconfig.as_str(), &self.namespace, mark]))?;
        let Count { objects: found } =
            serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })?;
        if found == wanted { Ok(()) } else { Err(BenchError::OtherObjects { tool: tool.to_owned(), how, found, wanted }) }
    }

    /// How many requests the API server has answered so far, by verb.
    pub(super) fn requests(&self) -> Result<BTreeMap<String, u64>, BenchError> {
        let answer = process::output(self.place.bench().args(["requests", self.kubeconfig.as_str()]))?;
        serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })
    }

    /// Removes what was applied, so that it costs nobody after that.
    pub(super) fn clear(&self) -> Result<(), BenchError> {
        Ok(process::succeed(self.place.bench().arg("remove").args([self.kubeconfig.as_str(), &self.namespace]))?)
    }
}
