//! Files that can't be read as manifests: a finding at its place, and the rest is still judged.

use tollgate_tests::{World, assert_report, manifest};

/// A file, what is wrong with it, and the line where that is.
type Broken = (&'static str, Vec<u8>, &'static str, u64);

const HEADER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn yaml(code: &'static str, line: u64, text: &str) -> Broken {
    ("broken.yaml", format!("{HEADER}{text}").into_bytes(), code, line + 3)
}

fn broken() -> Vec<Broken> {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &(b'b'..=b'j')
            .map(|name| {
                let (name, before) = (char::from(name), char::from(name - 1));
                let aliases = vec![format!("*{before}"); 10].join(", ");
                format!("{name}: &{name} [{aliases}]\n")
            })
            .collect::<String>();
    vec![
        yaml("not-yaml", 1, "data: a: b\n"),
        yaml("tab", 2, "data:\n\ta: b\n"),
        yaml("truncated", 1, "data: {a: [b, c\n"),
        yaml("duplicate-key", 2, "data: {a: b}\ndata: {a: c}\n"),
        yaml("nul", 1, "data: {a: \"b\0\"}\n"),
        yaml("control-character", 1, "data: {a: \u{1b}}\n"),
        yaml("line-separator", 1, "# \u{2028}data: {a: b}\n"),
        yaml("anchor-unknown", 1, "data: *nowhere\n"),
        yaml("anchor-cycle", 1, "data: &a {b: *a}\n"),
        yaml("merge-key-invalid", 1, "data: {<<: 1}\n"),
        yaml("key-not-scalar", 1, "data: {[a]: b}\n"),
        yaml("non-finite", 1, "data: .inf\n"),
        yaml("tag-mismatch", 1, "data: !!int b\n"),
        yaml("too-deep", 1, &format!("data: {}{}\n", "[".repeat(200), "]".repeat(200))),
        yaml("scalar-too-large", 1, &format!("data: {}\n", "x".repeat(10 * 1024 * 1024))),
        yaml("alias-bomb", 6, &bomb),
        ("broken.yaml", b"just a text\n".to_vec(), "not-an-object", 1),
        ("broken.yaml", [HEADER.as_bytes(), b"data: {a: \xff}\n"].concat(), "not-utf8", 4),
        ("broken.yaml", b"apiVersion: v1\nkind: List\nitems: [1]\n".to_vec(), "list-invalid", 3),
        ("broken.json", br#"{"apiVersion": "v1", "kind": "Pod",}"#.to_vec(), "not-json", 1),
        ("broken.json", br#"{"apiVersion": "v1", "kind": "Pod""#.to_vec(), "truncated", 1),
        ("broken.json", b"{\"a\": 1,\n \"a\": 2}".to_vec(), "duplicate-key", 2),
    ]
}

#[test]
fn whatever_is_wrong_with_a_file_is_told_at_its_line_and_the_rest_is_judged() {
    for (file, bytes, code, line) in broken() {
        let world = World::new();
        world.write(&format!("all/{file}"), bytes);
        world.write("all/redis.yaml", manifest::deployment("redis", "redis:alpine"));
        let answer = world.tollgate("").args(["check", "all", "-o", "json"]).run().exits(10);
        assert_report(&answer.json());
        assert_eq!(answer.denials(), ["image-pinned/tag", &format!("source/{code}")], "{code}");
        let findings = answer.findings();
        let finding = findings.iter().find(|finding| finding["policy"] == "source").unwrap();
        assert_eq!((finding["file"].as_str(), finding["line"].as_u64()), (Some(&*format!("all/{file}")), Some(line)), "{code}");
        assert!(finding["remediation"].is_string(), "{code}");
        assert_eq!(answer.json()["counts"]["files"], 2, "{code}");
    }
}

#[test]
fn one_broken_document_does_not_hide_the_others_of_its_file() {
    let world = World::new();
    let (good, bad) = (manifest::config_map("a", "b"), manifest::deployment("redis", "redis:alpine"));
    world.write("all.yaml", format!("{good}---\na: 1\na: 2\n---\n{bad}---\nkind: *nowhere\n"));
    let answer = world.tollgate("").args(["check", "all.yaml"]).run().exits(10);
    insta::assert_snapshot!(answer.snapshot());
}

#[test]
fn yaml_as_the_api_server_reads_it_is_what_policies_see() {
    let world = World::new();
    let windows = manifest::deployment("windows", "redis:alpine").replace('\n', "\r\n");
    world.write("all/windows.yaml", format!("\u{feff}{windows}"));
    world.write("all/merged.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: merged}\nspec:\n  containers:\n    - &a {name: a, image: redis:alpine}\n    - <<: *a\n      name: b\n");
    world.write("all/yes.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: words}\nspec: {hostNetwork: yes, containers: []}\n");
    let list = r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "listed"}, "spec": {"hostPID": true, "containers": []}}]}"#;
    world.write("all/list.json", list);
    let arguments = ["check", "all", "--policy", "builtin:pod-security", "--policy", "builtin:image-pinned", "-o", "json"];
    let answer = world.tollgate("").args(arguments).run().exits(10);
    let place = |finding: &serde_json::Value| {
        let text = |member: &str| finding[member].as_str().unwrap().to_owned();
        let document = finding["document"]["name"].as_str().unwrap().to_owned();
        format!("{}:{} {} {document}", text("file"), finding["line"], text("rule"))
    };
    let places: Vec<String> = answer.findings().iter().map(place).collect();
    insta::assert_snapshot!(places.join("\n"));
}

#[test]
fn a_hostile_file_name_can_not_write_to_the_terminal() {
    let world = World::new();
    world.write("all/\u{1b}[31mred.yaml", manifest::deployment("redis", "redis:alpine"));
    let answer = world.tollgate("").args(["check", "all"]).run().exits(10);
    assert!(!answer.raw().contains('\u{1b}'), "{:?}", answer.raw());
}

#[test]
fn a_hostile_value_can_not_write_to_the_terminal() {
    let world = World::new();
    let image = "\"redis:\\e[2Jalpine\"";
    world.write("all/a.yaml", manifest::deployment("\"\\e[31mred\"", image));
    let answer = world.tollgate("").args(["check", "all"]).run().exits(10);
    assert!(!answer.raw().contains('\u{1b}'), "{:?}", answer.raw());
}
