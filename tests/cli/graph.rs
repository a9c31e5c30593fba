//! `tollgate graph`.

use tollgate_tests::{Pipeline, Shop, World};

fn mk_world(pipeline: &Pipeline) -> World {
    let world = World::new();
    world.write("tollgate.yaml", pipeline.text());
    world
}

#[test]
fn the_graph_of_the_work_tree_is_shown_and_said_to_be_that() {
    let world = mk_world(&Pipeline::deployment());
    insta::assert_snapshot!(world.tollgate("").args(["graph"]).run().exits(0).snapshot());
}

#[test]
fn every_form_tells_of_every_target() {
    let world = mk_world(&Pipeline::infrastructure());
    for form in ["text", "mermaid", "dot", "svg", "json"] {
        let answer = world.tollgate("").args(["graph", "-o", form]).run().exits(0);
        for word in ["staging-ops", "staging-apps", "staging-v*", "work tree, not in force"] {
            assert!(answer.stdout.contains(word), "{form}: {word}\n{}", answer.stdout);
        }
    }
    world.tollgate("").args(["graph", "-o", "png"]).run().exits(2);
}

#[test]
fn programs_find_what_leads_to_a_target() {
    let world = mk_world(&Pipeline::infrastructure());
    let json = world.tollgate("").args(["graph", "-o", "json"]).run().exits(0).json();
    let target = &json["environments"][0]["targets"][1];
    assert_eq!((target["name"].as_str(), target["requires"][0].as_str()), (Some("staging-apps"), Some("staging-ops")));
    assert_eq!(target["on"][0], serde_json::json!({"kind": "tag", "pattern": "staging-v*"}));
    let freeze = target["gates"].as_array().unwrap().iter().find(|gate| gate["name"] == "freeze").unwrap();
    assert_eq!(freeze["implied"], true);
}

#[test]
fn in_ci_the_graph_is_that_of_the_revision_in_force() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.edit("tollgate.yaml", |text| text.replace("name: prod-apps", "name: prod-next"));
    let graph = || shop.tollgate(&["graph"]);
    graph().run().exits(0).says(&["prod-next", "work tree, not in force"]);
    let answer = graph().in_ci().args(["--trust", &shop.trust]).run().exits(0);
    answer.says(&["prod-apps", ", in force"]);
    assert!(!answer.stdout.contains("prod-next"), "{}", answer.stdout);
}

#[test]
fn a_graph_that_leads_in_a_circle_or_nowhere_is_refused_at_its_line() {
    let environments = [
        "{name: one, after: {all: [two]}, targets: [{name: one-apps, role: apps, on: {branch: 'a'}, directory: {path: a}}]}",
        "{name: two, after: {all: [one, thre]}, targets: [{name: two-apps, role: apps, on: {branch: 'b'}, directory: {path: b}}]}",
    ];
    let world = mk_world(&Pipeline::deployment().environments(&environments));
    let answer = world.tollgate("").args(["graph"]).run().exits(12);
    answer.says(&["waits for itself", "there is no target or environment `thre`", "tollgate.yaml:6:", "tollgate.yaml:7:"]);
}

#[test]
fn without_environments_there_is_nothing_to_draw() {
    let world = mk_world(&Pipeline::deployment().environments(&[]));
    world.tollgate("").args(["graph"]).run().exits(0).says(&["there are no environments"]);
}
