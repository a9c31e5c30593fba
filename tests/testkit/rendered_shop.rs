//! A deployment repository whose services are rendered by the real tools.

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
        use std::os::unix::fs::PermissionsExt as _;
        let text = format!("#!/bin/sh\n[ \"$1\" = version ] && echo v0.0.1 && exit 0\n{script}\n");
        let path = self.shop.world.write("bin/kustomize", text);
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.tollgate(arguments).env("TOLLGATE_KUSTOMIZE", path.as_str())
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
