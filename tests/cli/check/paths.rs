//! Which files are looked at.

use tollgate_tests::{Shop, World, assert_report, manifest};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn good() -> String {
    manifest::deployment("cart", &format!("registry.example.com/cart:{COMMIT}"))
}

fn bad() -> String {
    manifest::deployment("cart", "registry.example.com/cart:latest")
}

/// Without a configuration no image is known to be one's own, so this says which are.
const OWN: &str = "image-pinned.own=[\"registry.example.com/*\"]";

#[test]
fn a_file_in_order_is_approved() {
    let world = World::new();
    world.write("deployment.yaml", good());
    let answer = world.tollgate("").args(["check", "deployment.yaml", "--set", OWN]).run().exits(0);
    insta::assert_snapshot!(answer.snapshot());
}

#[test]
fn a_bad_file_is_denied_with_the_line_at_which_it_is_bad() {
    let world = World::new();
    world.write("deployment.yaml", bad());
    let check = || world.tollgate("").args(["check", "deployment.yaml", "--set", OWN]);
    insta::assert_snapshot!(check().run().exits(10).snapshot());
    let json = check().args(["-o", "json"]).run().exits(10);
    assert_report(&json.json());
    assert_eq!(json.denials(), ["image-pinned/latest"]);
    let finding = &json.findings()[0];
    let line = bad().lines().position(|line| line.contains("image:")).unwrap() + 1;
    assert_eq!((finding["file"].as_str(), finding["line"].as_u64()), (Some("deployment.yaml"), Some(line as u64)));
    assert_eq!(finding["column"], 18);
    assert_eq!(finding["pointer"], "/spec/template/spec/containers/0/image");
    assert_eq!(finding["document"]["name"], "cart");
}

#[test]
fn a_directory_is_walked_and_what_is_left_out_is_told() {
    let world = World::new();
    world.write("all/a.yaml", good());
    world.write("all/deep/b.yml", good());
    world.write("all/deep/c.json", r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}"#);
    world.write("all/notes.txt", "not: [a manifest");
    world.write("all/values.yaml", "replicas: 2\n");
    world.write("all/.git/config.yaml", "broken: [");
    world.write("all/chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
    world.write("all/chart/templates/t.yaml", "{{ if .Values.x }}\n");
    std::os::unix::fs::symlink("a.yaml", world.path("all/link.yaml")).unwrap();
    let json = world.tollgate("").args(["check", "all", "--set", OWN, "-o", "json"]).run().exits(0).json();
    assert_report(&json);
    assert_eq!(json["counts"]["documents"], 3);
    let mut left: Vec<&str> =
        json["notEvaluated"].as_array().unwrap().iter().map(|entry| entry["file"].as_str().unwrap()).collect();
    left.sort_unstable();
    assert_eq!(left, ["all/chart/Chart.yaml", "all/chart/templates/t.yaml", "all/link.yaml", "all/values.yaml"]);
}

#[test]
fn a_file_that_is_named_is_read_whatever_it_is_called() {
    let world = World::new();
    world.write("manifest.txt", bad());
    let answer = world.tollgate("").args(["check", "manifest.txt", "--set", OWN, "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["image-pinned/latest"]);
}

#[test]
fn standard_input_is_a_file_named_by_a_dash() {
    let world = World::new();
    let check = |text: String| world.tollgate("").args(["check", "-", "--set", OWN, "-o", "json"]).input(text).run();
    let answer = check(bad()).exits(10);
    assert_eq!(answer.findings()[0]["file"], "-");
    check(good()).exits(0);
}

#[test]
fn several_paths_are_one_report() {
    let world = World::new();
    world.write("a.yaml", good());
    world.write("b/b.yaml", bad());
    let answer = world.tollgate("").args(["check", "a.yaml", "b", "--set", OWN, "-o", "json"]).run().exits(10);
    assert_eq!(answer.json()["counts"]["files"], 2);
}

#[test]
fn a_path_that_does_not_exist_is_named() {
    let world = World::new();
    world.write("a.yaml", bad());
    world.tollgate("").args(["check", "a.yaml", "nowhere"]).run().exits(12).says(&["`nowhere` does not exist"]);
}

#[test]
fn a_directory_without_manifests_matched_nothing() {
    let world = World::new();
    world.write("empty/notes.txt", "nothing here");
    world.tollgate("").args(["check", "empty"]).run().exits(12).says(&["`empty` holds no manifests"]);
    world.tollgate("empty").arg("check").run().exits(12).says(&["holds no manifests"]);
}

#[test]
fn a_file_without_documents_leaves_nothing_to_judge_and_says_so() {
    let world = World::new();
    world.write("comments.yaml", "# nothing yet\n---\n# nor here\n");
    let answer = world.tollgate("").args(["check", "comments.yaml"]).run().exits(0);
    insta::assert_snapshot!(answer.snapshot());
}

#[test]
fn a_file_that_can_not_be_read_is_13() {
    let world = World::new();
    let path = world.write("secret.yaml", good());
    let closed = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o000);
    fs_err::set_permissions(&path, closed).unwrap();
    // Whoever may read everything can't be refused, so there is nothing to see here for them.
    if fs_err::read(&path).is_err() {
        world.tollgate("").args(["check", "secret.yaml"]).run().exits(13).says(&["`secret.yaml` can't be read"]);
    }
}

#[test]
fn without_paths_the_components_of_the_configuration_are_checked_wherever_one_stands() {
    let shop = Shop::untrusted(&["cart", "email"], &tollgate_tests::Pipeline::deployment());
    shop.deployment.write("elsewhere/broken.yaml", "a: [");
    let root = shop.tollgate(&["check", "-o", "json"]).run().exits(0).json();
    assert_eq!(root["counts"]["documents"], 2);
    let inside = shop.world.tollgate("deployment/services/cart").args(["check", "-o", "json"]).run().exits(0).json();
    assert_eq!(inside, root);
    shop.tollgate(&["check", "elsewhere"]).run().exits(10).says(&["elsewhere/broken.yaml"]);
}

#[test]
fn files_are_named_from_the_root_of_the_repository() {
    let shop = Shop::untrusted(&["cart"], &tollgate_tests::Pipeline::deployment());
    shop.deployment.write("services/cart/deployment.yaml", bad());
    let place = |answer: tollgate_tests::Answer| answer.exits(10).findings()[0]["file"].as_str().unwrap().to_owned();
    let expected = "services/cart/deployment.yaml";
    assert_eq!(place(shop.world.tollgate("deployment/services").args(["check", "cart", "-o", "json"]).run()), expected);
    assert_eq!(place(shop.world.tollgate("").args(["-C", "deployment", "check", "services", "-o", "json"]).run()), expected);
}

#[test]
fn components_that_match_no_directory_are_refused() {
    let shop = Shop::untrusted(&["cart"], &tollgate_tests::Pipeline::deployment());
    shop.deployment.remove("services");
    shop.tollgate(&["check"]).run().exits(12).says(&["matches `components` of tollgate.yaml"]);
}

#[test]
fn a_link_or_a_file_that_is_no_manifest_in_a_component_is_denied() {
    let shop = Shop::untrusted(&["cart"], &tollgate_tests::Pipeline::deployment());
    std::os::unix::fs::symlink("/etc/hostname", shop.deployment.path().join("services/cart/link.yaml")).unwrap();
    shop.deployment.write("services/cart/notes.yaml", "a: 1\n");
    let answer = shop.tollgate(&["check", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["source/not-a-manifest", "source/symlink"]);
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}ignore: [\"services/*/link.yaml\", \"services/*/notes.yaml\"]\n"));
    shop.tollgate(&["check"]).run().exits(0);
}
