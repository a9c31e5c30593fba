//! People with keys, and a shop whose ledger they sign.

use std::process::Command;

use crate::answer::Answer;
use crate::cli::Cli;
use crate::pipeline::Pipeline;
use crate::shop::Shop;
use crate::world::World;

/// Who signs what nobody else signs: the machine account of the world.
pub const MACHINE: &str = "deployer";

/// Whose key the forge has.
pub const FORGE: &str = "web-flow";

/// A shop in which people sign. Each has an Ed25519 key that `ssh-keygen` made, and the mail address `NAME@example.com`.
#[derive(Clone, Debug)]
pub struct SignedShop {
    /// The shop itself.
    pub shop: Shop,
}

impl SignedShop {
    /// A shop of these services with a signed ledger. `pipeline` gets `people` with the teams.
    pub fn new(services: &[&str], pipeline: &Pipeline, teams: &[(&str, &[&str])]) -> Self {
        Self::made(services, pipeline, teams, "", &|_| ())
    }

    /// The same with more in the deployment repository's first commit.
    pub fn prepared(services: &[&str], pipeline: &Pipeline, teams: &[(&str, &[&str])], more: &dyn Fn(&Shop)) -> Self {
        Self::made(services, pipeline, teams, "", more)
    }

    /// The same with a forge that is asked for reviews, whose accounts are called `NAME-1`. `place` is the rest of `forge`.
    pub fn with_forge(services: &[&str], pipeline: &Pipeline, teams: &[(&str, &[&str])], place: &str) -> Self {
        let account = |name: &&str| format!("{name}-1: {name}@example.com");
        let accounts: Vec<String> = teams.iter().flat_map(|(_, members)| members.iter()).map(account).collect();
        let forge = format!(
            ", forges: [{FORGE}@example.com], forge: {{{place}, token: {{env: FORGE_TOKEN}}, accounts: {{{}}}}}",
            accounts.join(", ")
        );
        Self::made(services, pipeline, teams, &forge, &|_| ())
    }

    fn made(services: &[&str], pipeline: &Pipeline, teams: &[(&str, &[&str])], people: &str, more: &dyn Fn(&Shop)) -> Self {
        let names: std::collections::BTreeSet<&str> = teams.iter().flat_map(|(_, members)| members.iter().copied()).collect();
        let pipeline = pipeline.clone().line(&people_line(teams, people));
        let prepare = |shop: &Shop| {
            let names = names.iter().copied().chain([MACHINE, FORGE]);
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

    /// Merges into what is checked out as the forge does at the press of a button: in the name of a person, with its own key.
    #[track_caller]
    pub fn merge_on_forge(&self, person: &str, branch: &str) -> String {
        self.git_on_forge(person, &["merge", "--quiet", "--no-ff", "--message", "merged by the forge", branch])
    }

    /// The same as one commit, without saying of which it is made.
    #[track_caller]
    pub fn squash_on_forge(&self, person: &str, branch: &str) -> String {
        self.shop.deployment.git(&["merge", "--quiet", "--squash", branch]);
        self.git_on_forge(person, &["commit", "--quiet", "--message", "squashed by the forge"])
    }

    fn git_on_forge(&self, person: &str, command: &[&str]) -> String {
        let key = format!("user.signingKey={}", self.shop.world.path("keys").join(FORGE));
        let (name, mail) = (format!("user.name={person}"), format!("user.email={person}@example.com"));
        let with = ["-c", &name, "-c", &mail, "-c", "gpg.format=ssh", "-c", "commit.gpgSign=true", "-c", &key];
        self.shop.deployment.git(&[&with[..], command].concat());
        self.shop.deployment.push("master");
        self.shop.deployment.head()
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

fn people_line(teams: &[(&str, &[&str])], more: &str) -> String {
    let team = |(team, members): &(&str, &[&str])| {
        let members: Vec<String> = members.iter().map(|member| format!("{member}@example.com")).collect();
        format!("{team}: [{}]", members.join(", "))
    };
    let teams: Vec<String> = teams.iter().map(team).collect();
    format!(
        "people: {{signers: .tollgate/allowed_signers, teams: {{{}}}, automation: [{MACHINE}@example.com]{more}}}",
        teams.join(", ")
    )
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
