//! People with keys, and a shop whose ledger they sign.

use std::process::Command;

use crate::answer::Answer;
use crate::cli::Cli;
use crate::pipeline::Pipeline;
use crate::shop::Shop;
use crate::world::World;

/// Who signs what nobody else signs: the machine account of the world.
pub const MACHINE: &str = "deployer";

/// A shop in which people sign. Each has an Ed25519 key that `ssh-keygen` made, and the mail address `NAME@example.com`.
#[derive(Clone, Debug)]
pub struct SignedShop {
    /// The shop itself.
    pub shop: Shop,
}

impl SignedShop {
    /// A shop of these services with a signed ledger. `pipeline` gets `people` with the teams.
    pub fn new(services: &[&str], pipeline: &Pipeline, teams: &[(&str, &[&str])]) -> Self {
        Self::prepared(services, pipeline, teams, &|_| ())
    }

    /// The same with more in the deployment repository's first commit.
    pub fn prepared(services: &[&str], pipeline: &Pipeline, teams: &[(&str, &[&str])], more: &dyn Fn(&Shop)) -> Self {
        let names: std::collections::BTreeSet<&str> = teams.iter().flat_map(|(_, members)| members.iter().copied()).collect();
        let pipeline = pipeline.clone().line(&people_line(teams));
        let prepare = |shop: &Shop| {
            let names = names.iter().copied().chain([MACHINE]);
            let lines: String = names.map(|name| signer(&shop.world, name)).collect();
            shop.deployment.write(".tollgate/allowed_signers", lines);
            more(shop);
        };
        Self { shop: Shop::prepared(services, &pipeline, &prepare) }
    }

    /// From now on commits of the deployment repository are written and signed by this person.
    pub fn commit_as(&self, person: &str) {
        let deployment = &self.shop.deployment;
        let key = self.shop.world.path("keys").join(person);
        for (name, value) in [
            ("user.name", person),
            ("user.email", &format!("{person}@example.com")),
            ("gpg.format", "ssh"),
            ("user.signingKey", key.as_str()),
            ("commit.gpgSign", "true"),
        ] {
            deployment.git(&["config", name, value]);
        }
    }

    /// The binary in the deployment repository's clone, with the key of a person.
    pub fn cli(&self, person: &str, arguments: &[&str]) -> Cli {
        let key = self.shop.world.path("keys").join(person);
        self.shop.tollgate(arguments).env("TOLLGATE_KEY", key.as_str())
    }

    /// Runs it.
    pub fn by(&self, person: &str, arguments: &[&str]) -> Answer {
        self.cli(person, arguments).run()
    }

    /// The id of the newest promotion to a target.
    #[track_caller]
    pub fn newest(&self, target: &str) -> String {
        let decided = |entry: &serde_json::Value| entry["type"] == "decided" && entry["subject"]["target"] == target;
        let newest = self.shop.ledger().entries().into_iter().rfind(decided).unwrap();
        newest["subject"]["promotion"].as_str().unwrap().to_owned()
    }
}

fn people_line(teams: &[(&str, &[&str])]) -> String {
    let team = |(team, members): &(&str, &[&str])| {
        let members: Vec<String> = members.iter().map(|member| format!("{member}@example.com")).collect();
        format!("{team}: [{}]", members.join(", "))
    };
    let teams: Vec<String> = teams.iter().map(team).collect();
    format!("people: {{signers: .tollgate/allowed_signers, teams: {{{}}}, automation: [{MACHINE}@example.com]}}", teams.join(", "))
}

/// Makes a key, and returns its line of allowed signers.
fn signer(world: &World, name: &str) -> String {
    let key = world.path("keys").join(name);
    fs_err::create_dir_all(world.path("keys")).unwrap();
    let address = format!("{name}@example.com");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", &address, "-f", key.as_str()]).status();
    assert!(made.unwrap().success(), "ssh-keygen made no key");
    let public = fs_err::read_to_string(format!("{key}.pub")).unwrap();
    let public: Vec<&str> = public.split_whitespace().take(2).collect();
    format!("{address} namespaces=\"tollgate,git\" {}\n", public.join(" "))
}
