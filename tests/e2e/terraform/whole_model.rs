//! The whole model: an infrastructure repository and a deployment repository, three environments, six workspaces, two clusters.

use serde_json::Value;
use tollgate_servers::{Cluster, Life};
use tollgate_tests::{Infrastructure, Pipeline, Shop};

const PARITY: &str = "{name: pair-parity, policy: builtin:pair-parity, enforcement: mandatory, match: {role: apps}}";

/// The deployment repository on two clusters: staging and preprod in one, prod in the other.
struct Shops {
    shop: Shop,
    apps: Cluster,
    prod: Cluster,
}

impl Shops {
    fn start() -> Option<Self> {
        let (apps, prod) = (Cluster::start(Life::Whole)?, Cluster::start(Life::Whole)?);
        let target = |environment: &str, on: &str, cluster: &Cluster| {
            let kubeconfig = cluster.kubeconfig();
            format!(
                "{{name: {environment}-apps, role: apps, on: {{{on}}}, \
                 kubernetes: {{kubeconfig: {kubeconfig}, namespace: {environment}, wait: 90s}}}}"
            )
        };
        let environments = [
            format!("{{name: staging, promotable: false, targets: [{}]}}", target("staging", "branch: \"feature/**\"", &apps)),
            format!("{{name: preprod, targets: [{}]}}", target("preprod", "branch: master", &apps)),
            format!("{{name: prod, after: {{all: [preprod]}}, targets: [{}]}}", target("prod", "tag: \"v*\"", &prod)),
        ];
        let pipeline = Pipeline::deployment().environments(&environments.each_ref().map(String::as_str));
        Some(Self { shop: Shop::with(&["cart", "mail"], &pipeline), apps, prod })
    }
}

/// The image of a service in a namespace; nothing where it does not run.
fn runs(cluster: &Cluster, namespace: &str, service: &str) -> Option<String> {
    let deployment = cluster.get(&format!("/apis/apps/v1/namespaces/{namespace}/deployments/{service}"))?;
    let deployment: Value = serde_json::from_str(&deployment).ok()?;
    Some(deployment.pointer("/spec/template/spec/containers/0/image")?.as_str()?.to_owned())
}

fn size(lab: &Infrastructure, target: &str, component: &str) -> Option<String> {
    lab.made(target, component).and_then(|text| text.lines().next().map(ToOwned::to_owned))
}

#[test]
fn two_repositories_three_environments_and_six_targets() {
    let differ = "pairs: {differ: [/variables/place]}";
    let Some(lab) = Infrastructure::with(|pipeline| pipeline.gate(PARITY).line(differ)) else { return };
    let Some(Shops { shop, apps, prod }) = Shops::start() else { return };

    // The infrastructure: what breaks on Ops never reaches Apps, and once it is mended it goes all the way.
    lab.switch("fail-apply", "no capacity\ncluster\n");
    lab.promote("master").exits(14);
    lab.repository.tag("staging-v1");
    let denials = lab.promote("staging-v1").exits(10).denials();
    assert!(denials.contains(&"structure/requires".to_owned()), "{denials:?}");
    assert_eq!(size(&lab, "staging-apps", "network"), None);
    lab.unswitch("fail-apply");
    lab.promote("master").exits(0);
    for (environment, tag) in [("staging", "staging-v1"), ("preprod", "preprod-v1"), ("prod", "prod-v1")] {
        if tag != "staging-v1" {
            lab.repository.tag(tag);
        }
        lab.promote(tag).exits(0);
        assert_eq!(size(&lab, &format!("{environment}-apps"), "cluster").as_deref(), Some("cluster 1"));
    }

    // The applications: a feature branch to staging, master to preprod, a tag to prod, the same image.
    shop.deployment.switch("feature/cart");
    let feature = shop.build("cart", "a feature");
    shop.use_image(&feature);
    shop.deployment.deliver("feature/cart", "a feature");
    shop.promote("feature/cart").exits(0);
    assert!(runs(&apps, "staging", "cart").unwrap().contains(&feature.digest));
    shop.deployment.switch("master");
    shop.promote("master").exits(0);
    let tested = runs(&apps, "preprod", "cart").unwrap();
    assert!(!tested.contains(&feature.digest), "what ran in staging goes nowhere");
    shop.promote_to_prod("v1");
    assert_eq!(runs(&prod, "prod", "cart").unwrap(), tested);

    // A service goes, and comes again.
    shop.tollgate(&["service", "remove", "mail", "--write", "--reason", "no mail"]).run().exits(0);
    shop.deployment.deliver("master", "no mail");
    shop.promote("master").exits(0);
    assert_eq!(runs(&apps, "preprod", "mail"), None);
    shop.promote_to_prod("v2");
    assert_eq!(runs(&prod, "prod", "mail"), None);
    let mail = shop.last_build("mail");
    shop.tollgate(&["service", "add", "mail", "--image", &mail.image]).run().exits(0);
    shop.deployment.deliver("master", "mail again");
    shop.promote("master").exits(0);
    assert!(runs(&apps, "preprod", "mail").unwrap().contains(&mail.digest));
    shop.promote_to_prod("v3");

    // Both go on, and back.
    lab.resize("network", 2);
    lab.repository.deliver("master", "a larger network");
    lab.promote("master").exits(0);
    for environment in ["staging", "preprod", "prod"] {
        let tag = format!("{environment}-v2");
        lab.repository.tag(&tag);
        lab.promote(&tag).exits(0);
    }
    assert_eq!(size(&lab, "prod-apps", "network").as_deref(), Some("network 2"));
    lab.tollgate().args(["rollback", "prod-apps", "--reason", "too large"]).run().exits(0);
    assert_eq!(size(&lab, "prod-apps", "network").as_deref(), Some("network 1"));
    shop.tollgate(&["rollback", "prod-apps", "--reason", "mail is slow"]).run().exits(0);

    // Audit day, of both.
    lab.tollgate().args(["status", "--pairs"]).run().exits(0).says(&["prod-ops and prod-apps", "Ops is ahead since"]);
    lab.tollgate().args(["drift"]).run().exits(0);
    shop.tollgate(&["drift"]).run().exits(0);
    for answer in [
        lab.tollgate().args(["audit", "verify"]).run(),
        lab.tollgate().args(["audit", "replay", "--all"]).run(),
        shop.tollgate(&["audit", "verify"]).run(),
        shop.tollgate(&["audit", "replay", "--all"]).run(),
    ] {
        answer.exits(0);
    }
}
