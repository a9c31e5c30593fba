//! Real input: Online Boutique, eight releases of ten services and their load generator.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life, Sent};
use tollgate_tests::{Answer, Guard, Pipeline, TestRepo, World, corpus};

const RELEASES: [&str; 8] = ["v0.8.0", "v0.9.0", "v0.10.0", "v0.10.2", "v0.10.3", "v0.10.4", "v0.10.5", "v0.10.6"];
/// The registry changed between releases; the project did not.
const OWN: &str = "/microservices-demo/";
const PINNED: &str = "sha256:4444444444444444444444444444444444444444444444444444444444444444";

/// The deployment repository and one repository a service. The manifests of a service are the documents of its name.
struct Boutique {
    world: World,
    deployment: TestRepo,
    services: BTreeMap<String, TestRepo>,
}

impl Boutique {
    fn new() -> Self {
        Self::of(&Pipeline::deployment())
    }

    fn of(pipeline: &Pipeline) -> Self {
        let world = World::new();
        let deployment = world.repository("deployment");
        // The authors' own choices: the load generator says too little, and so does a Service for a name of the host.
        let gates = ["{name: workload-limits, enforcement: advisory}", "{name: service-selects, enforcement: advisory}"];
        let pipeline = gates.iter().fold(pipeline.clone(), |pipeline, gate| pipeline.gate(gate));
        deployment.write("tollgate.yaml", pipeline.text());
        deployment.tollgate().args(["policy", "update"]).run().exits(0);
        Self { world, deployment, services: BTreeMap::new() }
    }

    /// Makes a release a commit of every service, and puts the manifests with their new tags into the work tree.
    fn build(&mut self, release: &str, text: &str) -> Vec<(String, String)> {
        let mut built = Vec::new();
        self.deployment.remove_if_there("services");
        for (service, manifests) in split(text) {
            let repository = self.services.entry(service.clone()).or_insert_with(|| self.world.repository(&service));
            repository.write("VERSION", format!("{release}\n"));
            repository.write("deploy/manifests.yaml", &manifests);
            let commit = repository.deliver("master", release);
            let image = format!("registry.example.com/{service}:{commit}");
            self.world.registry().push(&image, &format!("{service} {release}"));
            let manifests = rewrite(&manifests, &image);
            self.deployment.write(&format!("services/{service}/manifests.yaml"), manifests);
            built.push((service, image));
        }
        built
    }

    fn record(&self, built: &[(String, String)]) {
        for (service, image) in built {
            let record = ["service", "record", service, "--image", image, "--branch", "master"];
            let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
            self.services[service].tollgate().args(record).args(places).run().exits(0);
        }
    }

    /// Builds a release, delivers and records it, and tags it.
    fn release(&mut self, release: &str, text: &str) {
        let is_first = self.services.is_empty();
        let built = self.build(release, text);
        assert_eq!(built.len(), 11, "ten services and the load generator; the store belongs to the cart");
        self.deployment.deliver("master", release);
        if is_first {
            self.deployment.tollgate().args(["init", "--trust", "HEAD"]).run().exits(0);
        }
        self.record(&built);
        self.deployment.tag(release);
    }

    fn promote(&self, reference: &str) -> Answer {
        self.deployment.tollgate().args(["promote", reference, "-o", "json"]).run()
    }
}

/// The documents of each service, by the name of what they describe.
fn split(text: &str) -> BTreeMap<String, String> {
    let mut services: BTreeMap<String, String> = BTreeMap::new();
    for document in text.split("\n---") {
        let Some(name) = document.lines().find_map(|line| line.strip_prefix("  name: ")) else { continue };
        let service = match name.trim() {
            "redis-cart" => "cartservice",
            "frontend-external" => "frontend",
            name => name,
        };
        let all = services.entry(service.to_owned()).or_default();
        all.push_str("---\n");
        all.push_str(document.trim_start_matches('\n'));
        all.push('\n');
    }
    services
}

/// Own images get the service's commit as their tag, third-party ones a digest.
fn rewrite(manifests: &str, image: &str) -> String {
    let mut text = String::new();
    for line in manifests.lines() {
        let line = match line.split_once("image: ") {
            Some((start, written)) if written.contains(OWN) => format!("{start}image: {image}"),
            Some((start, written)) if !written.contains('@') => format!("{start}image: {written}@{PINNED}"),
            _ => line.to_owned(),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

trait RemoveIfThere {
    fn remove_if_there(&self, path: &str);
}

impl RemoveIfThere for TestRepo {
    fn remove_if_there(&self, path: &str) {
        if self.has(path) {
            self.remove(path);
        }
    }
}

#[test]
fn eight_releases_walk_from_preprod_to_prod_and_staging_goes_nowhere() {
    let Some(corpus) = corpus("online-boutique") else { return };
    let mut boutique = Boutique::new();
    let mut digests: BTreeSet<String> = BTreeSet::new();
    for release in RELEASES {
        boutique.release(release, &fs_err::read_to_string(corpus.join(format!("{release}.yaml"))).unwrap());
        assert!(boutique.promote(release).exits(10).denials().contains(&"structure/after".to_owned()), "{release} before preprod");
        boutique.promote("master").exits(0);
        boutique.promote(release).exits(0);
        let (preprod, prod) = (boutique.world.target("preprod"), boutique.world.target("prod"));
        assert_eq!(preprod.files(), prod.files(), "{release}");
        assert!(prod.digests().len() >= 12, "eleven own images and what they bring");
        digests.extend(prod.digests());
    }
    assert!(digests.len() > RELEASES.len() * 11, "each release has images of its own");
    staging_goes_nowhere(&boutique);
}

/// What a cluster runs: the images of its Deployments, all of which are available.
fn runs(clusters: &Cluster) -> BTreeSet<String> {
    let list = clusters.get("/apis/apps/v1/namespaces/boutique/deployments").unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let deployments = list["items"].as_array().unwrap();
    assert!(deployments.len() >= 12, "eleven and the store");
    let image = |deployment: &Value| {
        assert_eq!(deployment["status"]["availableReplicas"], deployment["spec"]["replicas"], "{}", deployment["metadata"]["name"]);
        deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
    };
    deployments.iter().map(image).collect()
}

/// Preprod and prod, each a cluster that takes nothing but what was let through.
fn clusters_of(preprod: &Cluster, prod: &Cluster) -> Pipeline {
    let target = |name: &str, on: &str, cluster: &Cluster| {
        let kubeconfig = cluster.kubeconfig();
        format!(
            "{{name: {name}, role: apps, on: {{{on}}}, kubernetes: {{kubeconfig: {kubeconfig}, namespace: boutique, wait: 3m}}}}"
        )
    };
    let environments = [
        format!("{{name: preprod, targets: [{}]}}", target("preprod-apps", "branch: master", preprod)),
        format!("{{name: prod, after: {{all: [preprod]}}, targets: [{}]}}", target("prod-apps", "tag: \"v*\"", prod)),
    ];
    let pipeline = Pipeline::deployment().environments(&environments.each_ref().map(String::as_str));
    pipeline.gate("{name: approved-recipe, policy: builtin:approved-recipe}")
}

/// `kubectl set image`, of a service that runs.
fn set_by_hand(cluster: &Cluster, image: &str) -> String {
    let container = json!({"name": "server", "image": image});
    let body = json!({"spec": {"template": {"spec": {"containers": [container]}}}}).to_string();
    let path = "/apis/apps/v1/namespaces/boutique/deployments/frontend";
    let sent = Sent { method: "PATCH", path, kind: "application/strategic-merge-patch+json", body: &body };
    cluster.send("alice@example.com", &sent).unwrap_err().said
}

#[test]
fn eight_releases_become_healthy_in_clusters_that_take_nothing_else_and_two_of_them_are_taken_back() {
    let Some(corpus) = corpus("online-boutique") else { return };
    let (Some(preprod), Some(prod)) = (Cluster::start(Life::Whole), Cluster::start(Life::Whole)) else { return };
    let mut boutique = Boutique::of(&clusters_of(&preprod, &prod));
    let mut guards = Vec::new();
    let mut ran: Vec<(String, BTreeSet<String>)> = Vec::new();
    for release in RELEASES {
        boutique.release(release, &fs_err::read_to_string(corpus.join(format!("{release}.yaml"))).unwrap());
        if guards.is_empty() {
            // From the first one on: nothing was let through yet, so they ask about all namespaces.
            let guard = |cluster: &Cluster, target: &str| Guard::start(cluster, &boutique.deployment, target, "default");
            guards = vec![guard(&preprod, "preprod-apps"), guard(&prod, "prod-apps")];
        }
        boutique.promote("master").exits(0);
        boutique.promote(release).exits(0);
        assert_eq!(runs(&prod), runs(&preprod), "{release}");
        ran.push((boutique.deployment.recipe_at("prod-apps"), runs(&prod)));
    }
    let (recipe, images) = &ran[RELEASES.len() - 3];
    let back = ["rollback", "prod-apps", "--to", recipe, "--reason", "carts are lost since then"];
    boutique.deployment.tollgate().args(back).run().exits(0);
    assert_eq!(runs(&prod), *images);
    // Nobody else goes back, or anywhere.
    guards[1].catch_up(boutique.world.ledger("deployment").entries().len());
    let (_, first) = &ran[0];
    let frontend = first.iter().find(|image| image.contains("/frontend:")).unwrap();
    assert!(set_by_hand(&prod, frontend).contains("approved-recipe/"));
    boutique.deployment.tollgate().args(["drift"]).run().exits(0);
}

fn staging_goes_nowhere(boutique: &Boutique) {
    boutique.deployment.switch("feature/faster");
    boutique.deployment.edit("services/frontend/manifests.yaml", |text| text.replace("memory: 128Mi", "memory: 256Mi"));
    boutique.deployment.deliver("feature/faster", "more memory");
    boutique.promote("feature/faster").exits(0);
    boutique.deployment.tag("v9.9.9");
    let denials = boutique.promote("v9.9.9").exits(10).denials();
    assert!(denials.contains(&"structure/after".to_owned()), "{denials:?}");
}

#[test]
fn check_finds_what_is_really_wrong_in_the_untouched_releases() {
    let Some(corpus) = corpus("online-boutique") else { return };
    let world = World::new();
    for release in RELEASES {
        let name = format!("{release}.yaml");
        world.write(&name, fs_err::read(corpus.join(&name)).unwrap());
        let answer = world.tollgate("").args(["check", &name, "-o", "json"]).run().exits(10);
        let lines: Vec<String> = answer
            .findings()
            .iter()
            .map(|finding| {
                let text = |member: &str| finding[member].as_str().unwrap().to_owned();
                format!("{}:{} {} {}", finding["line"], finding["column"], text("rule"), text("message"))
            })
            .collect();
        insta::assert_snapshot!(format!("untouched-{release}"), lines.join("\n"));
    }
}

#[test]
fn every_case_of_the_pod_security_standards_is_judged_as_kubernetes_does() {
    let Some(corpus) = corpus("pod-security") else { return };
    let world = World::new();
    for level in ["baseline", "restricted"] {
        let check = |verdict: &str| {
            let directory = corpus.join(level).join("v1.37").join(verdict);
            let level = format!("pod-security.level={level}");
            let settings = ["--set", &level, "--set", "pod-security.version=v1.37", "-o", "json"];
            world.tollgate("").args(["check", directory.as_str(), "--policy", "builtin:pod-security"]).args(settings).run()
        };
        let passed = check("pass").exits(0);
        assert_eq!(passed.findings(), Vec::<Value>::new());
        let failed = check("fail").exits(10);
        let found: BTreeSet<String> =
            failed.findings().iter().map(|finding| finding["file"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found.len() as u64, failed.json()["counts"]["files"].as_u64().unwrap(), "{level}");
    }
}
