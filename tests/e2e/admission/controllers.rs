//! What controllers and injectors do in a cluster that asks.

use serde_json::{Value, json};
use tollgate_tests::{Injector, manifest};

use super::{Guarded, MERGE, PODS, denied};

const JOBS: &str = "/apis/batch/v1/namespaces/shop/jobs";
const REPORT: &str = "/apis/batch/v1/namespaces/shop/cronjobs/report";

const GATE: &str = "{name: approved-recipe, policy: builtin:approved-recipe, settings: {injectors: [{container: mesh, image: \"registry.example.com/mesh@*\"}]}, admission: {mode: deny, deletes: true}}";

fn mesh() -> Value {
    let limits = json!({"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}});
    json!({"name": "mesh", "image": format!("registry.example.com/mesh@sha256:{}", "c".repeat(64)), "resources": limits})
}

fn mk_autoscaler() -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "cart"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}, "minReplicas": 2, "maxReplicas": 4},
    })
}

/// A report at the turn of the year, made by the image of the cart.
fn mk_cron_job(image: &str) -> Value {
    let mut deployment: Value = serde_yaml::from_str(&manifest::deployment("report", image)).unwrap();
    let mut pod = deployment["spec"]["template"]["spec"].take();
    pod["restartPolicy"] = "Never".into();
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "report"},
        "spec": {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {"spec": pod}}}},
    })
}

/// The images of the pods that are ready, sorted, each once.
fn images(guarded: &Guarded) -> Vec<String> {
    let pods = guarded.get(&format!("{PODS}?labelSelector=app%3Dcart"));
    let containers = pods["items"].as_array().unwrap().iter().flat_map(|pod| pod["spec"]["containers"].as_array().unwrap().clone());
    let mut images: Vec<String> = containers.map(|container| container["image"].as_str().unwrap().to_owned()).collect();
    images.sort();
    images.dedup();
    images
}

#[test]
fn autoscalers_cron_jobs_and_injected_containers_go_on_and_who_acts_in_their_name_does_not() {
    let Some(guarded) = Guarded::start(GATE, &[]) else { return };
    let injector = Injector::start(&mesh());
    let path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    guarded.create("mesh", path, &injector.configuration("shop")).unwrap();
    let image = guarded.shop.last_build("cart").image;
    for (name, object) in [("autoscaler", mk_autoscaler()), ("report", mk_cron_job(&image))] {
        guarded.shop.deployment.write(&format!("services/cart/{name}.yaml"), serde_yaml::to_string(&object).unwrap());
    }
    guarded.shop.release("cart", "with a mesh");
    guarded.shop.promote("master").exits(0);
    // The autoscaler's replicas, each with the container that was put into it.
    guarded.ready(2);
    let own = guarded.shop.last_build("cart");
    assert_eq!(images(&guarded), [format!("{}@{}", own.image, own.digest), mesh()["image"].as_str().unwrap().to_owned()]);
    // The turn of the year.
    let missed = json!({"status": {"lastScheduleTime": "2024-12-01T00:00:00Z"}});
    guarded.send("clock", "PATCH", &format!("{REPORT}/status"), MERGE, &missed).unwrap();
    let jobs = guarded.wait(JOBS, |jobs| jobs["items"][0]["status"]["succeeded"] == 1);
    // `kubectl create job --from=cronjob/report`, and a pod that says that it is of the mesh.
    let mut by_hand = jobs["items"][0].clone();
    by_hand = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "by-hand", "ownerReferences": by_hand["metadata"]["ownerReferences"]},
        "spec": {"template": {"spec": by_hand["spec"]["template"]["spec"]}}});
    denied(guarded.create("alice@example.com", JOBS, &by_hand), &["approved-recipe/"]);
    let mut shell = mesh();
    shell["name"] = "shell".into();
    let shell = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shell"}, "spec": {"containers": [shell], "securityContext": {"runAsNonRoot": true}}});
    denied(guarded.create("alice@example.com", PODS, &shell), &["approved-recipe/not-approved"]);
    // What others did is no drift, and the next release leaves it to them.
    guarded.shop.tollgate(&["drift"]).run().exits(0);
    guarded.shop.release("cart", "another one");
    guarded.shop.promote("master").exits(0);
    guarded.ready(2);
}
