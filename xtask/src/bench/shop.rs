//! A deployment repository of a hundred services, with a signed ledger, six targets and all built-in gates.

use super::BenchError;
use super::place::Place;
use super::repository::BenchRepository;

/// How many services there are.
pub(super) const SERVICES: usize = 100;

const ENVIRONMENTS: [&str; 3] = ["dev", "preprod", "prod"];

/// Gates that people have to do something for are asked as well, and don't block.
const GATES: [(&str, &str); 12] = [
    ("same-image", "enforcement: mandatory"),
    ("tested-in-previous", "grants: {clock: true}"),
    ("soak", "grants: {clock: true}"),
    ("change-window", "grants: {clock: true}, settings: {windows: []}"),
    ("emergency-change", "grants: {clock: true}"),
    ("destructive-change", "enforcement: overridable"),
    ("rollback-ready", "enforcement: overridable"),
    ("four-eyes", "enforcement: advisory"),
    ("separation-of-duties", "enforcement: advisory"),
    ("signed-commits", "enforcement: advisory"),
    ("change-record", "enforcement: advisory"),
    ("test-evidence", "enforcement: advisory, grants: {clock: true}, settings: {require: [{from: [deployer@example.com]}]}"),
];

/// Makes the repositories and the images, and begins the ledger.
pub(super) fn set_up(place: &Place, name: &str) -> Result<BenchRepository, BenchError> {
    let shop = BenchRepository::make(place, name, &pipeline())?;
    (0..SERVICES).try_for_each(|service| write_service(&shop, service, 1))?;
    shop.begin()?;
    Ok(shop)
}

/// A new version of one service, all the way to master.
pub(super) fn release(shop: &BenchRepository, service: usize, version: usize) -> Result<(), BenchError> {
    write_service(shop, service, version)?;
    shop.deliver(&format!("version {version} of service {service}"))
}

/// A Deployment that the recommended policies let through, and its image.
fn write_service(shop: &BenchRepository, service: usize, version: usize) -> Result<(), BenchError> {
    let name = format!("service-{service:03}");
    let image = format!("registry.example.com/vendor/{name}:{version}.0.0");
    let digest = shop.push_image(&image)?;
    let directory = shop.clone().join("services").join(&name);
    fs_err::create_dir_all(&directory)?;
    Ok(fs_err::write(directory.join("deployment.yaml"), deployment(&name, &format!("{image}@{digest}")))?)
}

fn pipeline() -> String {
    let target = |environment: &&str| {
        let after = match *environment {
            "preprod" => "after: {all: [dev]}, ",
            "prod" => "after: {all: [preprod]}, ",
            _ => "",
        };
        let of = |role: &str| {
            format!(
                "{{name: {environment}-{role}, role: {role}, on: {{branch: master}}, directory: {{path: ../targets/{environment}-{role}}}}}"
            )
        };
        format!("  - {{name: {environment}, {after}targets: [{}, {}]}}\n", of("ops"), of("apps"))
    };
    let environments: String = ENVIRONMENTS.iter().map(target).collect();
    let gate = |(name, rest): &(&str, &str)| format!("  - {{name: {name}, policy: builtin:{name}, {rest}}}\n");
    let gates: String = GATES.iter().map(gate).collect();
    format!(
        "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents:\n  - {{path: services/*, type: kubernetes}}\n\
         environments:\n{environments}packs: [\"builtin:recommended\"]\ngates:\n{gates}registry: {{layout: ../registry}}\n\
         people: {{signers: .tollgate/allowed_signers, automation: [deployer@example.com]}}\n"
    )
}

fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 1\n  selector:\n    matchLabels: {{app: {name}}}\n  \
         template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      securityContext: {{runAsNonRoot: true}}\n      containers:\n        \
         - name: {name}\n          image: {image}\n          resources:\n            requests: {{cpu: 10m, memory: 16Mi}}\n            \
         limits: {{memory: 32Mi}}\n"
    )
}
