//! The examples' READMEs, followed word by word.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_servers::{Cluster, Life, terraform_or_skip};
use tollgate_tests::{Readme, World};

use crate::house_rule::copy;

/// Where the examples put everything. Here it is put into the world instead.
const PLACE: &str = "/tmp/tollgate-example";

/// The examples in a world.
struct Examples {
    world: World,
    program: Utf8PathBuf,
}

impl Examples {
    /// These, as they are in the repository.
    fn new(names: &[&str]) -> Option<Self> {
        let program = terraform_or_skip("the examples of Terraform")?;
        let world = World::new();
        for name in names {
            let example = world.path(format!("examples/{name}"));
            fs_err::create_dir_all(&example).unwrap();
            copy(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples").join(name), &example);
        }
        Some(Self { world, program })
    }

    /// A file that says where everything is, with the place in the world.
    fn put_here(&self, name: &str) -> String {
        let text = fs_err::read_to_string(self.world.path(format!("examples/{name}"))).unwrap();
        assert!(text.contains(PLACE), "`{name}` says where everything is");
        text.replace(PLACE, self.world.path("example").as_str())
    }

    fn move_here(&self, name: &str) {
        fs_err::write(self.world.path(format!("examples/{name}")), self.put_here(name)).unwrap();
    }

    fn follow(&self, readme: &str) {
        let variables = [("TOLLGATE_TERRAFORM", self.program.as_str())];
        Readme::read(readme).follow(&self.world, self.world.root().to_owned(), &variables);
        assert!(!self.world.path("example").exists(), "the README ends with removing everything");
    }
}

#[test]
fn the_infrastructure_goes_as_its_readme_says() {
    let Some(examples) = Examples::new(&["06-terraform"]) else { return };
    examples.move_here("06-terraform/tollgate.yaml");
    examples.follow(&examples.put_here("06-terraform/README.md"));
}

#[test]
fn the_whole_model_goes_as_its_readme_says() {
    let Some(examples) = Examples::new(&["06-terraform", "07-whole-model"]) else { return };
    let mut readme = examples.put_here("07-whole-model/README.md");
    let mut clusters = Vec::new();
    for name in ["apps", "prod"] {
        let Some(cluster) = Cluster::start(Life::Whole) else { return };
        let (up, down) = (format!("eval \"$(cargo xtask cluster up {name})\""), format!("cargo xtask cluster down {name}"));
        assert!(readme.contains(&up) && readme.contains(&down), "clusters come and go by these commands alone");
        readme = readme.replace(&up, &format!("KUBECONFIG={}", cluster.kubeconfig()));
        readme = readme.replace(&down, &format!("echo 'Cluster `{name}` is down.'"));
        clusters.push(cluster);
    }
    for name in
        ["06-terraform/tollgate.yaml", "07-whole-model/infrastructure/tollgate.yaml", "07-whole-model/deployment/tollgate.yaml"]
    {
        examples.move_here(name);
    }
    examples.follow(&readme);
}
