//! A deployment repository whose target is a namespace of the cluster.

use camino::Utf8Path;

use super::site::Site;
use crate::bench::BenchError;
use crate::bench::measure::{self, Cost};
use crate::bench::objects::Objects;
use crate::bench::repository::BenchRepository;

/// The repository, and the objects in it.
pub(super) struct Deployed {
    repository: BenchRepository,
    pub(super) objects: Objects,
}

impl Deployed {
    /// Makes it with the objects that are written into a directory, and begins the ledger. Nothing is applied yet.
    pub(super) fn set_up(site: &Site<'_>, write: impl FnOnce(&Utf8Path) -> std::io::Result<Objects>) -> Result<Self, BenchError> {
        let repository = BenchRepository::make(site.place, &format!("sites/{}/repository", site.namespace), &pipeline(site))?;
        let objects = write(&repository.clone().join("services"))?;
        objects.pin(|image| repository.push_image(image))?;
        repository.begin()?;
        Ok(Self { repository, objects })
    }

    /// Brings what was changed to master.
    pub(super) fn deliver(&self, message: &str) -> Result<(), BenchError> {
        self.repository.deliver(message)
    }

    /// Runs tollgate in the repository, which must succeed.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Cost, BenchError> {
        let mut command = self.repository.tollgate(arguments);
        measure::run(command.args(["--output", "json"]), &self.repository.answer(), &[0])
    }
}

fn pipeline(site: &Site<'_>) -> String {
    let Site { kubeconfig, namespace, .. } = site;
    let cluster = format!("kubernetes: {{kubeconfig: \"{kubeconfig}\", namespace: {namespace}, wait: 0s}}");
    format!(
        "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents:\n  - {{path: services/*, type: kubernetes}}\n\
         environments:\n  - {{name: prod, targets: [{{name: shop, role: apps, on: {{branch: master}}, {cluster}}}]}}\n\
         packs: [\"builtin:recommended\"]\nregistry: {{layout: ../registry}}\n\
         people: {{signers: .tollgate/allowed_signers, automation: [deployer@example.com]}}\n"
    )
}
