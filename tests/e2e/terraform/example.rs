//! The example's README, followed word by word.

use camino::Utf8Path;
use tollgate_servers::terraform_or_skip;
use tollgate_tests::{Readme, World};

use crate::house_rule::copy;

/// Where the example puts everything. Here it is put into the world instead.
const PLACE: &str = "/tmp/tollgate-example";

#[test]
fn the_example_goes_as_its_readme_says() {
    let Some(program) = terraform_or_skip("the example of Terraform") else { return };
    let world = World::new();
    let example = world.path("examples/06-terraform");
    fs_err::create_dir_all(&example).unwrap();
    copy(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/06-terraform"), &example);
    let put_here = |name: &str| {
        let text = fs_err::read_to_string(example.join(name)).unwrap();
        assert!(text.contains(PLACE), "`{name}` says where everything is");
        text.replace(PLACE, world.path("example").as_str())
    };
    fs_err::write(example.join("tollgate.yaml"), put_here("tollgate.yaml")).unwrap();
    let readme = Readme::read(&put_here("README.md"));
    readme.follow(&world, world.root().to_owned(), &[("TOLLGATE_TERRAFORM", program.as_str())]);
    assert!(!world.path("example").exists(), "the README ends with removing everything");
}
