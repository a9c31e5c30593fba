//! `check --live` where there is no cluster: what it says instead. With one, `tests/e2e/live.rs` asks.

use tollgate_tests::World;

#[test]
fn a_cluster_and_files_are_not_checked_at_once() {
    let world = World::new();
    world.write("cart.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart}\n");
    for arguments in [
        &["check", "--live", "prod", "cart.yaml"][..],
        &["check", "--live", "prod", "--rev", "HEAD"],
        &["check", "--live", "prod", "--base", "HEAD"],
        &["check", "--live", "prod", "--fix"],
        &["check", "--namespace", "shop"],
    ] {
        world.tollgate("").args(arguments).run().exits(2).says(&["--live"]);
    }
}

#[test]
fn a_cluster_that_can_not_be_asked_is_unreadable() {
    let world = World::new();
    let check = |arguments: &[&str]| world.tollgate("").arg("check").args(arguments).run().exits(13);
    check(&["--live", "prod"]).says(&["context `prod`", "KUBECONFIG"]);
    check(&["--live"]).says(&["current context", "KUBECONFIG"]);
    let kubeconfig = "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n";
    let path = world.write("kubeconfig", kubeconfig);
    let check = world.tollgate("").args(["check", "--live", "prod"]).env("KUBECONFIG", path.as_str());
    check.run().exits(13).says(&["context `prod`", "prod"]);
    // Nobody listens there.
    let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: dead\nclusters: [{name: dead, cluster: {server: 'http://127.0.0.1:9'}}]\n\
                      users: [{name: nobody, user: {}}]\ncontexts: [{name: dead, context: {cluster: dead, user: nobody}}]\n";
    world.write("kubeconfig", kubeconfig);
    let check = world.tollgate("").args(["check", "--live", "-o", "json"]).env("KUBECONFIG", path.as_str());
    check.run().exits(13).says(&["can't be asked"]);
}
