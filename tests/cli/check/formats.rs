//! Every format says the same, and none changes the exit code.

use tollgate_tests::{Pipeline, Shop, World, manifest};

const FORMATS: [&str; 10] =
    ["text", "json", "sarif", "github", "junit", "gitlab", "gitlab-sast", "markdown", "policyreport", "csv"];

/// A shop in one of the ways in which a check can end.
fn shop(outcome: &str) -> Shop {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    if outcome != "clean" {
        shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    }
    let more = match outcome {
        "warned" => "policies: [{name: image-pinned, levels: {latest: warn}}]\n",
        "waived" => "waivers: {files: [waivers.yaml]}\n",
        "advisory" => "GATE",
        "invalid" => "polices: []\n",
        _ => "",
    };
    if outcome == "waived" {
        let waiver = "{rule: image-pinned/latest, subject: {kind: Deployment, name: cart}, reason: Known., approver: lead@example.com, expires: 2099-12-31}";
        shop.deployment.write("waivers.yaml", format!("apiVersion: tollgate.dev/v1alpha1\nkind: Waivers\nwaivers: [{waiver}]\n"));
    }
    match more {
        "GATE" => drop(
            shop.deployment
                .write("tollgate.yaml", Pipeline::deployment().gate("{name: image-pinned, enforcement: advisory}").text()),
        ),
        more => drop(shop.deployment.write("tollgate.yaml", format!("{}{more}", Pipeline::deployment().text()))),
    }
    shop
}

const OUTCOMES: [(&str, i32); 6] = [("clean", 0), ("denied", 10), ("warned", 0), ("waived", 0), ("advisory", 0), ("invalid", 12)];

#[test]
fn no_format_changes_the_exit_code() {
    for (outcome, exit) in OUTCOMES {
        let shop = shop(outcome);
        for format in FORMATS {
            let answer = shop.tollgate(&["check", "-o", format]).run();
            assert_eq!(answer.exit, exit, "{outcome} as {format}: {}", answer.raw());
        }
    }
}

#[test]
fn every_format_has_the_finding_and_where_it_is() {
    let shop = shop("denied");
    for format in FORMATS {
        let text = shop.tollgate(&["check", "-o", format]).run().exits(10).stdout;
        for word in ["image-pinned/latest", "services/cart/deployment.yaml", "16"] {
            assert!(text.contains(word), "`{word}` is not in {format}:\n{text}");
        }
    }
}

#[test]
fn a_check_that_could_not_be_done_is_told_in_every_format() {
    let shop = shop("invalid");
    for format in FORMATS {
        let answer = shop.tollgate(&["check", "-o", format]).run().exits(12);
        assert!(answer.raw().contains("polices"), "{format}: {}", answer.raw());
        assert!(format == "text" || answer.stdout.contains("polices"), "{format}: {}", answer.raw());
    }
}

#[test]
fn several_formats_go_to_several_files_at_once() {
    let shop = shop("denied");
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("{format}=report.{format}")).collect();
    let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["-o", output.as_str()]).collect();
    let answer = shop.tollgate(&[&["check"], arguments.as_slice()].concat()).run().exits(10);
    assert_eq!(answer.stdout, "");
    for format in FORMATS {
        assert!(shop.deployment.read(&format!("report.{format}")).contains("image-pinned/latest"), "{format}");
    }
}

#[test]
fn a_comment_repeats_the_command_and_links_to_the_forge() {
    let shop = shop("clean");
    shop.deployment.deliver("master", "one");
    shop.deployment.switch("feature");
    shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    let head = shop.deployment.commit("two");
    let check = shop.tollgate(&["check", "--base", "master", "-o", "markdown"]);
    let check = check.env("GITHUB_SERVER_URL", "https://forge.example.com").env("GITHUB_REPOSITORY", "shop/deployment");
    let text = check.run().exits(10).stdout;
    assert!(text.starts_with("<!-- tollgate: check -->\n"), "{text}");
    assert!(text.contains("tollgate check --base master"), "{text}");
    assert!(
        text.contains(&format!("https://forge.example.com/shop/deployment/blob/{head}/services/cart/deployment.yaml#L16")),
        "{text}"
    );
}

#[test]
fn a_format_that_does_not_exist_is_refused_with_those_that_do() {
    let world = World::new();
    world.tollgate("").args(["check", "-o", "sarfi"]).run().exits(2).says(&["`sarif`", "did you mean"]);
    world.tollgate("").args(["check", "-o", "sarif", "-o", "junit"]).run().exits(2);
}
