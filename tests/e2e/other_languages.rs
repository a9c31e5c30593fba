//! A rule of an organisation's own about Dockerfiles, Terraform and its plans, from its cases to a denial; and that what a plan
//! or a dotenv file keeps secret is seen by nobody.

use std::process::Command;

use camino::Utf8Path;
use tollgate_tests::{Cli, Pipeline, Shop, World};

use crate::house_rule::{author, copy};

const SECRETS: [&str; 3] = ["planted-in-plan", "planted-in-dotenv", "planted-in-tfvars"];

fn mk_rule(world: &World) {
    author(world, "", &["plugin", "new", "house"]).exits(0);
    fs_err::remove_dir_all(world.path("house/cases")).unwrap();
    copy(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/04-other-languages"), &world.path("house"));
    author(world, "house", &["plugin", "test"]).exits(0).says(&["ok house: 6 cases, 0 otherwise"]);
}

/// What the real Terraform prints of a plan that replaces a database with a secret in it.
fn real_plan(world: &World) -> Option<String> {
    let directory = world.path("terraform");
    let terraform = |arguments: &[&str]| {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(&directory).env("CHECKPOINT_DISABLE", "1").output()
    };
    terraform(&["version"]).ok()?;
    let run = |arguments: &[&str]| {
        let output = terraform(arguments).unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["init", "-input=false"]);
    run(&["apply", "-input=false", "-auto-approve"]);
    run(&["plan", "-input=false", "-var", "release=2", "-out", "plan"]);
    Some(run(&["show", "-json", "plan"]))
}

const CONFIGURATION: &str = r#"variable "password" {
  default   = "planted-in-plan"
  sensitive = true
}

variable "release" {
  default = 1
}

resource "terraform_data" "database" {
  input            = var.password
  triggers_replace = var.release
}

output "password" {
  value     = terraform_data.database.output
  sensitive = true
}
"#;

fn assert_clean(name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in SECRETS {
        assert!(!text.contains(secret), "`{secret}` is in {name}");
    }
}

fn assert_directory_clean(directory: &Utf8Path) {
    for entry in directory.read_dir_utf8().into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            assert_directory_clean(entry.path());
        } else {
            assert_clean(entry.path().as_str(), &fs_err::read(entry.path()).unwrap());
        }
    }
}

fn check(shop: &Shop, arguments: &[&str]) -> Cli {
    shop.tollgate(&["check", "-o", "json"]).args(arguments)
}

#[test]
fn a_rule_judges_dockerfiles_and_terraform_where_they_are_asked_for_or_named() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    mk_rule(&shop.world);
    fs_err::copy(shop.world.path("house/house.wasm"), shop.deployment.path().join("house.wasm")).unwrap();
    let pipeline = Pipeline::deployment().gate("{name: house, policy: ./house.wasm}").text();
    shop.deployment.write("services/cart/Dockerfile", "FROM debian\n");
    shop.deployment.write("services/cart/main.tf", "resource \"store_bucket\" \"a\" {\n}\n");
    shop.deployment.write("services/cart/prod.tfvars", "password = \"planted-in-tfvars\"\n");
    shop.deployment.write("services/cart/.env", "PASSWORD=planted-in-dotenv\n");

    shop.deployment.write("tollgate.yaml", &pipeline);
    assert_eq!(check(&shop, &[]).run().denials(), Vec::<String>::new(), "nobody asked for these languages");
    let named = check(&shop, &["services/cart/Dockerfile"]).run().exits(10);
    assert_eq!(named.denials(), ["house/pinned-base"]);

    shop.deployment.write("tollgate.yaml", format!("{pipeline}languages: [terraform, dockerfile, dotenv]\n"));
    let answer = check(&shop, &[]).run().exits(10);
    let mut denials = answer.denials();
    denials.sort();
    assert_eq!(denials, ["house/encrypted-bucket", "house/pinned-base"]);
    assert_clean("the report", answer.raw().as_bytes());
}

#[test]
fn what_is_no_kubernetes_object_is_read_and_never_delivered() {
    let mut shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    let pipeline = Pipeline::deployment().text();
    shop.deployment.write("tollgate.yaml", format!("{pipeline}languages: [terraform, toml, dockerfile, dotenv]\n"));
    shop.deployment.write("services/cart/main.tf", "resource \"a\" \"planted\" {\n}\n");
    shop.deployment.write("services/cart/a.toml", "a = \"planted\"\n");
    shop.deployment.write("services/cart/Dockerfile", "FROM planted\n");
    shop.deployment.write("services/cart/.env", "A=planted\n");
    shop.deployment.deliver("master", "other languages");
    shop.init();
    let build = shop.last_build("cart");
    shop.record(&build, "master").exits(0);
    let counts = check(&shop, &[]).run().exits(0).json()["counts"].clone();
    assert_eq!((&counts["files"], &counts["documents"]), (&5.into(), &5.into()), "{counts}");
    let rendered = shop.tollgate(&["render", "master"]).run().exits(0);
    assert!(rendered.raw().contains("kind: Deployment") && !rendered.raw().contains("planted"), "{}", rendered.raw());
    shop.tollgate(&["promote", "master"]).run().exits(0);
    let delivered = everything_below(&shop.world.path("targets/preprod"));
    assert!(delivered.contains("Deployment") && !delivered.contains("planted"), "{delivered}");
}

/// The text of all files below a directory.
fn everything_below(directory: &Utf8Path) -> String {
    let mut text = String::new();
    for entry in directory.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        text.push_str(&if path.is_dir() { everything_below(&path) } else { fs_err::read_to_string(&path).unwrap() });
    }
    text
}

#[test]
fn what_a_plan_calls_sensitive_is_in_no_output_and_no_cache() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    mk_rule(&shop.world);
    fs_err::copy(shop.world.path("house/house.wasm"), shop.deployment.path().join("house.wasm")).unwrap();
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate("{name: house, policy: ./house.wasm}").text());
    shop.world.write("terraform/main.tf", CONFIGURATION);
    let Some(plan) = real_plan(&shop.world) else {
        eprintln!("skipped: there is no terraform here");
        return;
    };
    assert!(plan.contains("planted-in-plan"), "Terraform keeps it in the plan");
    shop.deployment.write("plan.json", &plan);
    shop.deployment.write(".env", "PASSWORD=planted-in-dotenv\nPASSWORD=planted-in-dotenv\n");
    for format in ["text", "json", "sarif", "markdown", "github", "junit"] {
        let answer = shop.tollgate(&["check", "plan.json", ".env", "-o", format]).run().exits(10);
        assert_clean(format, answer.raw().as_bytes());
        answer.says(&["kept-database"]);
    }
    shop.deployment.write("plan.json", &plan[..plan.len() - 2]);
    let broken = shop.tollgate(&["check", "plan.json"]).run().exits(10);
    assert_clean("what is said of a broken plan", broken.raw().as_bytes());
    assert_directory_clean(&shop.world.path("cache"));
}
