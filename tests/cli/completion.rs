//! `tollgate completion`.

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
