//! no-silent-skip (§12.10): every file that could be a manifest is judged, denied, or told as not evaluated.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tollgate_tests::{World, manifest, soak};

/// What a file may be. All but the last two kinds could be manifests.
#[derive(Clone, Copy, Debug)]
enum File {
    /// A finding for each of so many documents.
    Manifest(usize),
    Broken,
    NoManifest,
    Json,
    Kustomization,
    Template,
    Link,
    Empty,
    Text,
    OfGit,
}

fn any_file() -> impl Strategy<Value = File> {
    prop_oneof![
        3 => (1usize..4).prop_map(File::Manifest),
        1 => Just(File::Broken),
        1 => Just(File::NoManifest),
        1 => Just(File::Json),
        1 => Just(File::Kustomization),
        1 => Just(File::Template),
        1 => Just(File::Link),
        1 => Just(File::Empty),
        1 => Just(File::Text),
        1 => Just(File::OfGit),
    ]
}

/// What must be told of all files.
#[derive(Debug, Default)]
struct Expected {
    documents: u64,
    found: BTreeSet<String>,
    left: BTreeSet<String>,
}

impl Expected {
    fn add(&mut self, world: &World, number: usize, file: File) {
        let path = |name: &str| format!("all/{number}/{name}");
        let write = |name: &str, text: &str| {
            world.write(&path(name), text);
            path(name)
        };
        match file {
            File::Manifest(count) => {
                let document = |index: usize| format!("---\n{}", manifest::deployment(&format!("a{index}"), "x:latest"));
                self.found.insert(write("a.yaml", &(0..count).map(document).collect::<String>()));
                self.documents += count as u64;
            }
            File::Broken => drop(self.found.insert(write("b.yml", "a: [\n"))),
            File::NoManifest => drop(self.left.insert(write("values.yaml", "a: 1\n"))),
            File::Json => {
                let pod =
                    r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"image": "x"}]}}"#;
                self.found.insert(write("c.json", pod));
                self.documents += 1;
            }
            File::Kustomization => drop(self.left.insert(write("kustomization.yaml", "resources: [a.yaml]\n"))),
            File::Template => {
                self.left.insert(write("Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n"));
                self.left.insert(write("templates/a.yaml", "{{ x }}\n"));
            }
            File::Link => {
                let target = write("target.txt", "nothing");
                std::os::unix::fs::symlink(world.path(target), world.path(path("link.yaml"))).unwrap();
                self.left.insert(path("link.yaml"));
            }
            File::Empty => drop(write("empty.yaml", "# nothing\n")),
            File::Text => drop(write("README.md", "not: [a manifest\n")),
            File::OfGit => drop(write(".git/a.yaml", "a: [\n")),
        }
    }

    fn compare(&self, report: &Value) {
        let files = |list: &str| -> BTreeSet<String> {
            let entries = report[list].as_array().unwrap().iter();
            entries.map(|entry| entry["file"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(files("findings"), self.found);
        assert_eq!(files("notEvaluated"), self.left);
        assert_eq!(report["counts"]["documents"].as_u64(), Some(self.documents));
        assert_eq!(report["counts"]["evaluated"].as_u64(), Some(self.documents));
    }
}

#[test]
fn every_file_is_judged_denied_or_told() {
    let config = Config { cases: soak(16), max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let told = runner.run(&prop::collection::vec(any_file(), 1..12), |files| {
        let world = World::new();
        // One that is always there, so that there is something to judge.
        let mut expected = Expected::default();
        expected.add(&world, 999, File::Manifest(1));
        for (number, file) in files.iter().enumerate() {
            expected.add(&world, number, *file);
        }
        let answer = world.tollgate("").args(["check", "all", "-o", "json"]).run().exits(10);
        tollgate_tests::assert_report(&answer.json());
        expected.compare(&answer.json());
        Ok(())
    });
    told.unwrap();
}

#[test]
fn a_document_that_only_gates_of_other_components_look_at_is_judged_all_the_same_or_told() {
    let shop = tollgate_tests::Shop::new(&["cart", "email"]);
    let gate = "{name: pods, policy: builtin:pod-security, match: {component: cart}}";
    shop.deployment.write("tollgate.yaml", tollgate_tests::Pipeline::deployment().packs(&[]).gate(gate).text());
    let check = |arguments: &[&str]| shop.tollgate(&[&["check", "-o", "json"], arguments].concat()).run();
    check(&["services/cart"]).exits(0);
    let answer = check(&["services/email"]);
    let json = answer.json();
    let evaluated = json["counts"]["evaluated"].as_u64().unwrap();
    assert!(evaluated == 0 || answer.exit != 0, "nobody judged it, and nobody says so: {json:#}");
}
