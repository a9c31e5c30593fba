//! `tollgate completion` and `tollgate man`.

use tollgate_tests::World;

#[test]
fn every_shell_gets_a_script_that_knows_the_verbs() {
    let world = World::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = world.tollgate("").args(["completion", shell]).run().exits(0).stdout;
        assert!(script.contains("promote") && script.contains("--no-apply") || shell == "fish", "{shell}");
        assert!(!script.contains("__compile"), "{shell} offers what is hidden");
    }
}

#[test]
fn bash_takes_its_script() {
    let world = World::new();
    let script = world.tollgate("").args(["completion", "bash"]).run().exits(0).stdout;
    let path = world.write("completion.bash", script);
    let status = std::process::Command::new("bash").args(["-n", path.as_str()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn every_command_has_a_manual_page_and_nothing_that_is_hidden_has_one() {
    let world = World::new();
    world.tollgate("").args(["man", "pages"]).run().exits(0).says(&["pages to `pages`"]);
    let page = |name: &str| fs_err::read_to_string(world.path(format!("pages/{name}.1")));
    for name in ["tollgate", "tollgate-check", "tollgate-plugin-test", "tollgate-recipe-build"] {
        let text = page(name).unwrap();
        assert!(text.contains(".TH") && text.contains("SYNOPSIS"), "{name}: {text}");
    }
    assert!(page("tollgate-check").unwrap().contains("write\\-waivers"));
    assert!(page("tollgate-__compile").is_err() && page("tollgate-help").is_err());
}
