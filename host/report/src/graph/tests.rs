use layout::gv::DotParser;
use layout::gv::parser::ast::Stmt;
use quick_xml::events::Event;

use super::*;
use crate::style::Style;

fn mk_target(name: &str, role: Role, on: &[TriggerNode]) -> TargetNode {
    let gate = |name: &str, enforcement| GateNode { name: name.to_owned(), enforcement, implied: name == "freeze" };
    TargetNode {
        name: name.to_owned(),
        role,
        on: on.to_vec(),
        requires: Vec::new(),
        after: Vec::new(),
        after_any: Vec::new(),
        soak: None,
        gates: vec![gate("same-image", Enforcement::Mandatory), gate("freeze", Enforcement::Overridable)],
        file: "tollgate.yaml".to_owned(),
        line: 7,
    }
}

fn mk_environment(name: &str, promotable: bool, targets: Vec<TargetNode>) -> EnvironmentNode {
    EnvironmentNode { name: name.to_owned(), promotable, targets }
}

fn branch(pattern: &str) -> TriggerNode {
    TriggerNode::Branch(pattern.to_owned())
}

fn mk_graph() -> GraphReport {
    let tag = TriggerNode::Tag("v*".to_owned());
    let staging = mk_target("staging-apps", Role::Apps, &[branch("feature/**"), branch("fix/**")]);
    let regions = ["eu-apps", "us-apps"].map(|name| mk_target(name, Role::Apps, &[branch("master")]));
    let ops = mk_target("prod-ops", Role::Ops, std::slice::from_ref(&tag));
    let mut apps = mk_target("prod-apps", Role::Apps, &[tag, TriggerNode::Manual]);
    apps.requires = vec!["prod-ops".to_owned()];
    apps.after_any = vec![vec!["eu-apps".to_owned(), "us-apps".to_owned()]];
    apps.soak = Some(86_400);
    apps.gates.push(GateNode { name: "four-eyes".to_owned(), enforcement: Enforcement::Advisory, implied: false });
    let environments = vec![
        mk_environment("staging", false, vec![staging]),
        mk_environment("preprod", true, regions.to_vec()),
        mk_environment("prod", true, vec![ops, apps]),
    ];
    let notices = vec!["a notice".to_owned()];
    GraphReport { version: VERSION, policy_revision: "work tree, not in force".to_owned(), environments, notices }
}

/// A graph whose names try to be something else.
fn mk_hostile() -> GraphReport {
    let mut graph = mk_graph();
    graph.policy_revision = "x\"\\]</title>\u{1b}[2J\n%%{init}".to_owned();
    graph.environments[0].targets[0].on = vec![branch("a\"]; b --> c & <script>`#\\{x,y}")];
    graph
}

fn mk_empty() -> GraphReport {
    GraphReport { environments: Vec::new(), notices: Vec::new(), ..mk_graph() }
}

#[test]
fn people_see_what_moves_where_after_what_and_past_which_gates() {
    insta::assert_snapshot!(mk_graph().to_text(Style::plain(100)));
}

#[test]
fn programs_see_the_same() {
    insta::assert_snapshot!(crate::json::to_string(&mk_graph()).unwrap());
}

#[test]
fn forges_draw_the_flowchart() {
    insta::assert_snapshot!(mk_graph().to_mermaid());
}

#[test]
fn graphviz_draws_the_digraph() {
    insta::assert_snapshot!(mk_graph().to_dot());
}

#[test]
fn browsers_draw_the_image() {
    insta::assert_snapshot!(mk_graph().to_svg());
}

#[test]
fn a_graph_without_targets_has_every_form() {
    let graph = mk_empty();
    assert!(graph.to_text(Style::plain(100)).starts_with("there are no environments"));
    assert_eq!(texts(&graph.to_svg()).len(), 1);
    assert_eq!(statements(&graph.to_dot()), (0, 0));
    assert!(graph.to_mermaid().ends_with("flowchart LR\n"));
}

/// How many nodes and edges another reader of DOT finds.
fn statements(dot: &str) -> (usize, usize) {
    fn count(statements: &[Stmt]) -> (usize, usize) {
        statements.iter().fold((0, 0), |(nodes, edges), statement| match statement {
            Stmt::Node(_) => (nodes + 1, edges),
            Stmt::Edge(_) => (nodes, edges + 1),
            Stmt::SubGraph(graph) => {
                let (inner_nodes, inner_edges) = count(&graph.list.list);
                (nodes + inner_nodes, edges + inner_edges)
            }
            Stmt::Attribute(_) => (nodes, edges),
        })
    }
    let graph = DotParser::new(dot).process().unwrap_or_else(|error| panic!("{error}: {dot}"));
    count(&graph.list.list)
}

/// The texts of an XML document. Fails the test where it is none.
fn texts(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut texts = vec![String::new()];
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {xml}")) {
            Event::Eof => return texts.into_iter().filter(|text| !text.trim().is_empty()).collect(),
            Event::Start(_) | Event::End(_) | Event::Empty(_) => texts.push(String::new()),
            Event::Text(text) => texts.last_mut().unwrap().push_str(&text.decode().unwrap()),
            Event::GeneralRef(reference) => {
                let name = reference.decode().unwrap().into_owned();
                texts.last_mut().unwrap().push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn another_reader_of_dot_finds_every_node_and_edge() {
    for graph in [mk_graph(), mk_hostile()] {
        let nodes = graph.triggers().len() + graph.targets().count();
        assert_eq!(statements(&graph.to_dot()), (nodes, edges::edges(&graph).len()));
    }
}

#[test]
fn the_image_is_well_formed_and_says_every_name_as_it_is() {
    let hostile = mk_hostile();
    let texts = texts(&hostile.to_svg());
    for (environment, target) in hostile.targets() {
        assert!(texts.iter().any(|text| text.starts_with(&target.name)), "{} {texts:?}", target.name);
        assert!(texts.iter().any(|text| text.contains(&format!("in {}", environment.name))), "{texts:?}");
    }
    assert!(texts.contains(&"branch a\"]; b --> c & <script>`#\\{x,y}".to_owned()), "{texts:?}");
}

/// Left, top, right and bottom of everything that is drawn as a box or ellipse.
fn boxes(svg: &str) -> Vec<[f64; 4]> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut boxes = Vec::new();
    loop {
        let element = match reader.read_event().unwrap() {
            Event::Eof => return boxes,
            Event::Empty(element) => element,
            _ => continue,
        };
        let attribute = |name: &str| {
            let value = element.try_get_attribute(name).unwrap().map(|found| String::from_utf8(found.value.into_owned()).unwrap());
            value.map_or(0.0, |value| value.parse::<f64>().unwrap_or_default())
        };
        let [x, y, width, height] = ["x", "y", "width", "height"].map(attribute);
        let [middle, centre, across, down] = ["cx", "cy", "rx", "ry"].map(attribute);
        match element.name().as_ref() {
            b"rect" => boxes.push([x, y, x + width, y + height]),
            b"ellipse" => boxes.push([middle - across, centre - down, middle + across, centre + down]),
            _ => {}
        }
    }
}

#[test]
fn nothing_in_the_image_covers_anything_else_or_lies_outside() {
    let svg = mk_graph().to_svg();
    let boxes = boxes(&svg);
    assert_eq!(boxes.len(), mk_graph().triggers().len() + mk_graph().targets().count());
    for (index, one) in boxes.iter().enumerate() {
        assert!(one.iter().all(|edge| *edge >= 0.0), "{one:?}");
        for other in &boxes[..index] {
            let apart = one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
            assert!(apart, "{one:?} {other:?}");
        }
    }
    let view = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
    let (width, height) = view.split_once(' ').unwrap();
    let (width, height): (f64, f64) = (width.parse().unwrap(), height.parse().unwrap());
    assert!(boxes.iter().all(|edges| edges[2] < width && edges[3] < height), "{width} {height} {boxes:?}");
}

#[test]
fn nothing_in_a_name_ends_its_place_in_a_flowchart() {
    let mermaid = mk_hostile().to_mermaid();
    let hostile = mermaid.lines().find(|line| line.contains("script")).unwrap();
    assert_eq!(hostile.matches('"').count(), 2, "{hostile}");
    assert!(!hostile.contains('<') && !hostile.contains('`'), "{hostile}");
    assert_eq!(mermaid.lines().filter(|line| line.starts_with("%%")).count(), 1);
}

#[test]
fn a_graph_looks_the_same_however_often_it_is_drawn() {
    let first = mk_graph().to_svg();
    assert!((0..20).all(|_| mk_graph().to_svg() == first));
}

#[test]
fn names_can_not_speak_to_the_terminal() {
    assert!(!mk_hostile().to_text(Style::plain(100)).contains('\u{1b}'));
}

#[test]
fn lengths_are_said_in_the_largest_units() {
    let said = [0, 59, 90, 5_400, 86_400, 172_800, 180_000].map(length);
    assert_eq!(said, ["0s", "59s", "1m30s", "1h30m", "24h", "2d", "2d2h"]);
}

#[test]
fn groups_are_numbered_where_there_are_several() {
    let mut graph = mk_graph();
    graph.environments[2].targets[1].after_any.push(vec!["eu-apps".to_owned()]);
    assert!(
        graph.to_dot().contains("\"eu-apps\" -> \"prod-apps\" [label=\"after one of group 2\", style=dashed];"),
        "{}",
        graph.to_dot()
    );
}
