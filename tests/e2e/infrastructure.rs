//! Ops before Apps: the infrastructure repository.

use tollgate_tests::{Pipeline, TestRepo, World, manifest};

const IMAGE: &str = "docker.io/library/haproxy:3.2@sha256:1111111111111111111111111111111111111111111111111111111111111111";

fn mk_repository(world: &World) -> TestRepo {
    let repository = world.repository("infrastructure");
    repository.write("tollgate.yaml", Pipeline::infrastructure().text());
    repository.write("components/ingress/ingress.yaml", manifest::deployment("ingress", IMAGE));
    repository.tollgate().args(["policy", "update"]).run().exits(0);
    repository.deliver("master", "an ingress");
    repository.tollgate().args(["init", "--trust", "HEAD"]).run().exits(0);
    repository
}

#[test]
fn apps_is_refused_until_ops_is_proven_then_the_tag_applies() {
    let world = World::new();
    let repository = mk_repository(&world);
    let promote = |reference: &str| repository.tollgate().args(["promote", reference, "-o", "json"]).run();
    repository.tag("staging-v1");
    assert!(promote("staging-v1").exits(10).denials().contains(&"structure/requires".to_owned()));
    promote("master").exits(0);
    assert!(world.target("staging-ops").is_live() && !world.target("staging-apps").is_live());
    promote("staging-v1").exits(0);
    assert_eq!(world.target("staging-apps").files(), world.target("staging-ops").files());
}

#[test]
fn another_content_than_ops_has_proven_is_refused_in_apps() {
    let world = World::new();
    let repository = mk_repository(&world);
    let promote = |reference: &str| repository.tollgate().args(["promote", reference, "-o", "json"]).run();
    promote("master").exits(0);
    repository.edit("components/ingress/ingress.yaml", |text| text.replace("replicas: 1", "replicas: 2"));
    repository.commit("two replicas");
    repository.tag("staging-v1");
    assert!(promote("staging-v1").exits(10).denials().contains(&"structure/requires".to_owned()));
    assert!(!world.target("staging-apps").is_live());
}

#[test]
fn what_somebody_else_put_at_the_target_is_a_conflict() {
    let world = World::new();
    let repository = mk_repository(&world);
    world.write("targets/staging-ops/notes.txt", "mine\n");
    let answer = repository.tollgate().args(["promote", "master", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["structure/conflict"]);
    assert!(!world.target("staging-ops").is_live());
}

#[test]
fn two_documents_of_one_object_are_denied() {
    let world = World::new();
    let repository = mk_repository(&world);
    repository.write("components/other/ingress.yaml", manifest::deployment("ingress", IMAGE));
    repository.deliver("master", "the same again");
    let answer = repository.tollgate().args(["promote", "master", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["structure/duplicate-object"]);
}
