//! A deployment repository whose services are rendered by the real tools.

use std::collections::BTreeSet;
use std::process::Command;

use camino::Utf8PathBuf;
use tollgate_servers::{HELM, KUSTOMIZE};

use crate::answer::Answer;
use crate::cli::Cli;
use crate::manifest;
use crate::pipeline::Pipeline;
use crate::shop::Shop;

/// `cart` is a kustomization with an overlay for each environment, and `store` a chart with a file of values for each.
#[derive(Debug)]
pub struct RenderedShop {
    /// Everything else.
    pub shop: Shop,
    kustomize: Utf8PathBuf,
    helm: Utf8PathBuf,
}

impl RenderedShop {
    /// A shop that is trusted and ready to promote; nothing where there is no Go to build the tools with.
    pub fn new() -> Option<Self> {
        let kustomize = KUSTOMIZE.or_skip("kustomize")?;
        let helm = HELM.or_skip("Helm")?;
        let component = |path: &str, render: &str| {
            format!(
                "{{path: services/{path}, type: kubernetes, image: {{own: \"registry.example.com/*\", tag: commit-sha}}, \
                 source: {{repo: \"https://git.example.com/{{component}}\", branch: master}}, render: {render}}}"
            )
        };
        let cart = component("cart", "{kustomize: \"overlays/{environment}\"}");
        let store = component("store", "{helm: {values: [\"values-{environment}.yaml\"], namespace: \"shop-{environment}\"}}");
        let pipeline = Pipeline::deployment().components(&[&cart, &store]);
        let shop = Shop::prepared(&["cart", "store"], &pipeline, &write);
        Some(Self { shop, kustomize, helm })
    }

    /// The binary in the deployment repository's clone, with the tools.
    pub fn tollgate(&self, arguments: &[&str]) -> Cli {
        let cli = self.shop.tollgate(arguments);
        cli.env("TOLLGATE_KUSTOMIZE", self.kustomize.as_str()).env("TOLLGATE_HELM", self.helm.as_str())
    }

    /// The same, with a script in place of kustomize.
    pub fn with_script(&self, script: &str, arguments: &[&str]) -> Cli {
        let path = self.script("bin/kustomize", &format!("[ \"$1\" = version ] && echo v0.0.1 && exit 0\n{script}"));
        self.tollgate(arguments).env("TOLLGATE_KUSTOMIZE", path.as_str())
    }

    /// The same, with programs that start the tools and write that down. Those of another name are other programs.
    pub fn counting(&self, name: &str, arguments: &[&str]) -> Cli {
        let starts = self.shop.world.path("starts");
        let program = |tool: &str, real: &Utf8PathBuf| {
            self.script(&format!("bin/counting-{tool}"), &format!("# {name}\necho \"{tool} $1\" >> {starts}\nexec {real} \"$@\""))
        };
        let (kustomize, helm) = (program("kustomize", &self.kustomize), program("helm", &self.helm));
        let cli = self.shop.tollgate(arguments);
        cli.env("TOLLGATE_KUSTOMIZE", kustomize.as_str()).env("TOLLGATE_HELM", helm.as_str())
    }

    /// What such programs were started for since this was asked last, each once: `helm template`.
    pub fn take_starts(&self) -> Vec<String> {
        let path = self.shop.world.path("starts");
        let text = fs_err::read_to_string(&path).unwrap_or_default();
        self.shop.world.write("starts", "");
        let starts: BTreeSet<String> = text.lines().map(ToOwned::to_owned).collect();
        starts.into_iter().collect()
    }

    /// Packs a chart of one template with Helm, into the `charts` of `store`.
    #[track_caller]
    pub fn vendor(&self, name: &str, version: &str, template: &str) {
        let chart = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
        self.shop.world.write(&format!("vendored/{name}/Chart.yaml"), chart);
        self.shop.world.write(&format!("vendored/{name}/templates/deployment.yaml"), template);
        let charts = self.shop.deployment.path().join("services/store/charts");
        let mut helm = Command::new(&self.helm);
        helm.args(["package", "--destination", charts.as_str(), self.shop.world.path(format!("vendored/{name}")).as_str()]);
        let done = helm.env_clear().env("HOME", self.shop.world.path("home")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn script(&self, path: &str, script: &str) -> Utf8PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.shop.world.write(path, format!("#!/bin/sh\n{script}\n"));
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// `promote REF -o json`.
    pub fn promote(&self, reference: &str) -> Answer {
        self.tollgate(&["promote", reference, "-o", "json"]).run()
    }

    /// The rules and places of what `check` denies in the work tree: `rule file:line`.
    pub fn denials(&self) -> Vec<String> {
        self.tollgate(&["check", "-o", "json"]).run().denials()
    }
}

fn write(shop: &Shop) {
    let [cart, store] = ["cart", "store"].map(|service| shop.last_build(service).image);
    let deployment = &shop.deployment;
    for service in ["cart", "store"] {
        deployment.remove(&format!("services/{service}/deployment.yaml"));
    }
    deployment.write("services/cart/base/deployment.yaml", manifest::deployment("cart", &cart));
    deployment.write("services/cart/base/kustomization.yaml", "resources: [deployment.yaml]\n");
    deployment.write("services/store/Chart.yaml", "apiVersion: v2\nname: store\nversion: 0.1.0\n");
    let template = manifest::deployment("store", "{{ .Values.image }}").replace("replicas: 1", "replicas: {{ .Values.replicas }}");
    deployment.write("services/store/templates/deployment.yaml", template);
    deployment.write("services/store/values.yaml", format!("image: {store}\nreplicas: 1\n"));
    for (environment, replicas) in [("staging", 1), ("preprod", 2), ("prod", 3)] {
        let kustomization = format!("resources: [../../base]\nreplicas: [{{name: cart, count: {replicas}}}]\n");
        deployment.write(&format!("services/cart/overlays/{environment}/kustomization.yaml"), kustomization);
        deployment.write(&format!("services/store/values-{environment}.yaml"), format!("replicas: {replicas}\n"));
    }
}
