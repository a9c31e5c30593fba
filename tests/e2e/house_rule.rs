//! A rule of an organisation's own, from nothing to a denial, outside of this repository.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_tests::{Answer, Cli, Pipeline, Shop, World, manifest};

/// The author's own toolchain is needed for what the author does.
fn as_author(cli: Cli) -> Cli {
    let home = std::env::var("HOME").unwrap_or_default();
    let of = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| format!("{home}/{default}"));
    let cli = cli.env("CARGO_HOME", &of("CARGO_HOME", ".cargo")).env("RUSTUP_HOME", &of("RUSTUP_HOME", ".rustup"));
    // The toolchain that this test was built with has the target.
    std::env::var("RUSTUP_TOOLCHAIN").into_iter().fold(cli, |cli, toolchain| cli.env("RUSTUP_TOOLCHAIN", &toolchain))
}

fn example() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/03-house-rule")
}

pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) {
    for entry in from.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs_err::create_dir_all(&to).unwrap();
            copy(entry.path(), &to);
        } else {
            fs_err::copy(entry.path(), &to).unwrap();
        }
    }
}

pub(crate) fn author(world: &World, at: &str, arguments: &[&str]) -> Answer {
    as_author(world.tollgate(at).args(arguments)).run()
}

#[test]
fn a_rule_is_started_proven_built_and_denies() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    let world = &shop.world;
    author(world, "", &["plugin", "new", "cost-centre"]).exits(0).says(&["tollgate plugin test"]);
    let started = author(world, "cost-centre", &["plugin", "test", "-o", "text", "-o", "junit=cases.xml"]).exits(0);
    started.says(&["ok cost-centre: 3 cases, 0 otherwise"]);
    assert!(fs_err::read_to_string(world.path("cost-centre/cases.xml")).unwrap().contains("tests=\"3\""));

    fs_err::remove_dir_all(world.path("cost-centre/cases")).unwrap();
    copy(&example(), &world.path("cost-centre"));
    author(world, "cost-centre", &["plugin", "test"]).exits(0).says(&["ok cost-centre: 2 cases, 0 otherwise"]);
    author(world, "cost-centre", &["plugin", "inspect"]).exits(0).says(&["grants that a policy needs\n  log\n  data"]);
    author(world, "cost-centre", &["plugin", "bench", "--documents", "cases/pass"]).exits(11).says(&["cost-centres"]);

    fs_err::copy(world.path("cost-centre/cost-centre.wasm"), shop.deployment.path().join("cost-centre.wasm")).unwrap();
    shop.deployment.write("finance/cost-centres.txt", "shop\n");
    let gate = "{name: cost-centre, policy: ./cost-centre.wasm, grants: {data: {cost-centres: finance/cost-centres.txt}}}";
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(gate).text());
    let answer = shop.tollgate(&["check", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["cost-centre/label"]);
    shop.tollgate(&["explain", "cost-centre/label"]).run().exits(0).says(&["cost-centre/label"]);
    shop.deployment.write(
        "services/cart/deployment.yaml",
        manifest::deployment("cart", &format!("registry.example.com/cart:{}", "a".repeat(40)))
            .replace("  name: cart\nspec", "  name: cart\n  labels: {cost-centre: shop}\nspec"),
    );
    shop.tollgate(&["check"]).run().exits(0);
}
