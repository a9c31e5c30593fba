//! no-secret-leaves (§12.8), looked for everywhere: secrets are planted wherever one can be, every command that writes or shows
//! anything is run, also where it fails, and then all that tollgate wrote is searched, whatever it was encoded by.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use tollgate_tests::{Answer, Cli, GitHttp, Pipeline, Shop, World, guest, manifest, secret_forms};

/// Where each is planted, and what it is.
const SECRETS: [(&str, &str); 12] = [
    ("data of a Secret", "planted+data/value=1"),
    ("stringData of a Secret", "planted&string?data 2"),
    ("the URL of the remote", "planted-remote-token-3"),
    ("the docker config", "planted-registry-password-4"),
    ("the environment", "planted-environment-5"),
    ("a dotenv file", "planted-dotenv-6"),
    ("a tfvars file", "planted-tfvars-7"),
    ("the plan key", "planted-plan-key-8-which-is-long-enough"),
    ("a comment of a Secret", "planted-secret-comment-9"),
    ("a comment of a Deployment", "planted-deployment-comment-10"),
    ("a signing key", "planted-signing-key-11"),
    ("the token for the forge", "planted-forge-token-12"),
];

fn secret(place: &str) -> &'static str {
    SECRETS.iter().find(|(known, _)| *known == place).unwrap().1
}

fn in_json(text: &str) -> String {
    serde_json::to_string(text).unwrap().trim_matches('"').to_owned()
}

#[track_caller]
fn assert_clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (place, secret) in SECRETS {
        for form in secret_forms(secret) {
            let at = text.find(&form);
            let near = at.map(|at| text[..at].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect::<String>());
            assert!(at.is_none(), "{what} has `{secret}` of {place} as `{form}`, behind `{}`", near.unwrap_or_default());
        }
    }
}

/// A registry that challenges, and repeats whatever credentials it gets.
struct Parrot {
    port: u16,
    /// Whether it got any.
    heard: Arc<AtomicBool>,
}

fn parrot() -> Parrot {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let parrot = Parrot { port: listener.local_addr().unwrap().port(), heard: Arc::default() };
    let heard = Arc::clone(&parrot.heard);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let said = lines.collect::<Vec<_>>().join("\n");
            let is_told = said.to_lowercase().contains("authorization:");
            heard.fetch_or(is_told, Ordering::Relaxed);
            let status = if is_told { "403 Forbidden" } else { "401 Unauthorized" };
            let body = format!("{{\"errors\": [{{\"code\": \"DENIED\", \"message\": {said:?}}}]}}");
            let head =
                format!("HTTP/1.1 {status}\r\nWWW-Authenticate: Basic realm=\"{}\"\r\n", said.lines().last().unwrap_or_default());
            let _ = write!(
                stream,
                "{head}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    parrot
}

struct Planted {
    shop: Shop,
    parrot: Parrot,
}

impl Planted {
    fn new() -> Self {
        let spy = "{name: spy, policy: ./spy.wasm, enforcement: advisory, grants: {log: true}}";
        let approved = "{name: four-eyes, policy: builtin:four-eyes, match: {environment: prod}, settings: {from: [platform]}}";
        let people = "people: {signers: allowed_signers, teams: {platform: [lead@example.com]}}";
        let pipeline = Pipeline::deployment().plan_key("env: PLAN_KEY").gate(spy).gate(approved);
        let pipeline = pipeline.line(people).line("languages: [dotenv, terraform]");
        let mut shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
        plant(&shop);
        shop.deployment.write("tollgate.yaml", pipeline.text());
        shop.deployment.write("allowed_signers", key(&shop.world, "operator") + &key(&shop.world, "lead"));
        shop.deployment.write("spy.wasm", guest("logs-what-it-sees"));
        let parrot = parrot();
        log_in(&shop.world, parrot.port);
        let credentials = format!("robot:{}", secret("the URL of the remote"));
        let url = GitHttp::start(&shop.world, &credentials).url("deployment");
        shop.deployment.git(&["remote", "set-url", "origin", &url]);
        let planted = |arguments: &[&str]| cli(&shop, "operator", arguments).run();
        checked(planted(&["policy", "update"])).exits(0);
        shop.deployment.deliver("master", "secrets everywhere");
        let trust = checked(planted(&["init", "--trust", "HEAD", "-o", "json"])).exits(0).text_at("/trust");
        shop.trust = trust;
        let build = shop.last_build("cart");
        let record = shop.record_command(&build, "master").env("TOLLGATE_KEY", shop.world.path("keys/operator").as_str());
        checked(record.env("TOLLGATE_LEDGER", &url).run()).exits(0);
        Self { shop, parrot }
    }

    /// Runs a command, whose outputs must be clean.
    #[track_caller]
    fn run(&self, person: &str, arguments: &[&str], code: i32) -> Answer {
        checked(cli(&self.shop, person, arguments).run()).exits(code)
    }
}

#[track_caller]
fn checked(answer: Answer) -> Answer {
    assert_clean("the output", answer.raw().as_bytes());
    answer
}

/// The binary with the key of a person, and secrets in its environment.
fn cli(shop: &Shop, person: &str, arguments: &[&str]) -> Cli {
    let key = shop.world.path("keys").join(person);
    let cli = shop.tollgate(arguments).env("TOLLGATE_KEY", key.as_str()).env("PLAN_KEY", secret("the plan key"));
    let cli = cli.env("FORGE_TOKEN", secret("the token for the forge"));
    cli.env("PLANTED_PASSWORD", secret("the environment")).env("RUST_BACKTRACE", "1")
}

fn plant(shop: &Shop) {
    let encoded = BASE64_STANDARD.encode(secret("data of a Secret"));
    let text = manifest::secret("cart", &encoded, &in_json(secret("stringData of a Secret")));
    let comment = format!("{text}# was {}\n", secret("a comment of a Secret"));
    shop.deployment.write("services/cart/secret.yaml", comment);
    shop.deployment
        .edit("services/cart/deployment.yaml", |text| format!("# password: {}\n{text}", secret("a comment of a Deployment")));
    shop.deployment.write("services/cart/.env", format!("TOKEN={}\n", secret("a dotenv file")));
    shop.deployment.write("services/cart/prod.tfvars", format!("password = \"{}\"\n", secret("a tfvars file")));
}

/// A key with a secret as its comment, which the private part holds as well. Returns its line of allowed signers.
fn key(world: &World, name: &str) -> String {
    let path = world.path("keys").join(name);
    fs_err::create_dir_all(world.path("keys")).unwrap();
    let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", secret("a signing key"), "-f", path.as_str()];
    assert!(std::process::Command::new("ssh-keygen").args(arguments).status().unwrap().success());
    let public = fs_err::read_to_string(format!("{path}.pub")).unwrap();
    let public: Vec<&str> = public.split_whitespace().take(2).collect();
    format!("{name}@example.com {}\n", public.join(" "))
}

fn log_in(world: &World, port: u16) {
    let auth = BASE64_STANDARD.encode(format!("robot:{}", secret("the docker config")));
    let config = serde_json::json!({"auths": {(format!("127.0.0.1:{port}")): {"auth": auth}}});
    world.write("home/.docker/config.json", config.to_string());
}

/// Everything that git holds of the ledger and of leases: each object that was ever reachable, decompressed.
fn ledger_objects(shop: &Shop) -> Vec<u8> {
    let remote = shop.deployment.remote();
    let refs = shop.world.git(&remote, &["for-each-ref", "--format=%(refname)"]);
    let own: Vec<&str> = refs.lines().filter(|name| name.contains("tollgate")).collect();
    assert!(own.iter().any(|name| name.ends_with("tollgate/ledger")), "{own:?}");
    let listed = shop.world.git(&remote, &[&["rev-list", "--objects"], &own[..]].concat());
    let mut bytes = refs.into_bytes();
    for line in listed.lines() {
        let object = line.split(' ').next().unwrap_or_default();
        let kind = shop.world.git(&remote, &["cat-file", "-t", object]);
        bytes.extend(shop.world.git_bytes(&remote, &["cat-file", &kind, object]));
    }
    let payloads = shop.ledger().entries();
    bytes.extend(payloads.iter().flat_map(|entry| entry.to_string().into_bytes()));
    bytes
}

fn assert_directory_clean(directory: &Utf8Path) {
    for entry in directory.read_dir_utf8().into_iter().flatten() {
        let entry = entry.unwrap();
        assert_clean("the name of a file", entry.path().as_str().as_bytes());
        if entry.file_type().unwrap().is_dir() {
            assert_directory_clean(entry.path());
        } else if entry.file_type().unwrap().is_file() {
            assert_clean(entry.path().as_str(), &fs_err::read(entry.path()).unwrap());
        }
    }
}

/// All that was written outside of the target: ledger, caches, state, and what commands put into files.
fn assert_nothing_leaked(planted: &Planted, files: &[Utf8PathBuf]) {
    let world = &planted.shop.world;
    assert_clean("the ledger", &ledger_objects(&planted.shop));
    for directory in ["cache", "state", "home/cache", "home/state", "exported"] {
        assert_directory_clean(&world.path(directory));
    }
    for file in files {
        assert_clean(file.as_str(), &fs_err::read(file).unwrap());
    }
    assert_clean("state.json", planted.shop.target("preprod").state().to_string().as_bytes());
}

#[test]
fn no_secret_is_in_anything_that_tollgate_writes() {
    let planted = Planted::new();
    let shop = &planted.shop;
    // The plugin does see all of it, and tells.
    let told = planted.run("operator", &["check", "--log"], 0);
    told.says(&["it holds", "dotenv.tollgate", "terraform.tollgate", "\"kind\":\"Secret\"", "withheld"]);
    for arguments in [
        &["check"][..],
        &["check", "-o", "json", "--log"],
        &["check", "-o", "sarif", "--no-cache"],
        &["check", "-o", "markdown", "--rev", "HEAD"],
        &["check", "services/cart/.env", "services/cart/prod.tfvars", "services/cart/secret.yaml"],
        &["plan", "master"],
        &["plan", "master", "-o", "json"],
        &["render", "master"],
        &["recipe", "build", "HEAD", "-o", "json"],
    ] {
        planted.run("operator", arguments, 0);
    }
    planted.run("operator", &["promote", "master", "-o", "json"], 0);
    shop.deployment.tag("v1");
    planted.run("operator", &["promote", "v1"], 4);
    let waiting = newest(shop, "prod-apps");
    planted.run("operator", &["reject", &waiting, "--reason", "not yet"], 0);
    planted.run("operator", &["promote", "v1"], 4);
    planted.run("lead", &["approve", &newest(shop, "prod-apps"), "--note", "seen"], 0);
    planted.run("operator", &["promote", "v1"], 0);
    let promotion = newest(shop, "prod-apps");
    let ticket = r#"{"id": "CHG-7", "state": "approved"}"#;
    let add = ["evidence", "add", "-", "--type", "ticket", "--subject", &promotion];
    checked(cli(shop, "operator", &add).input(ticket).run()).exits(0);
    let bundle = shop.world.path("bundle");
    planted.run("operator", &["evidence", "bundle", &promotion, "-o", bundle.as_str()], 0);
    planted.run("operator", &["evidence", "bundle", &promotion], 0);
    for arguments in [
        &["status"][..],
        &["status", "-o", "json"],
        &["explain", "prod-apps"],
        &["explain", &promotion, "-o", "json"],
        &["queue"],
        &["audit", "log", "-o", "json"],
        &["audit", "log"],
        &["audit", "verify", "-o", "json"],
        &["audit", "prove", "2"],
        &["audit", "export", "../exported"],
        &["recipe", "show", &promotion, "-o", "json"],
    ] {
        planted.run("lead", arguments, 0);
    }
    assert!(shop.target("prod").read("services/cart/secret.yaml").contains(&BASE64_STANDARD.encode(secret("data of a Secret"))));
    assert_nothing_leaked(&planted, &[bundle]);
}

#[test]
fn no_secret_is_in_what_is_said_of_failures() {
    let planted = Planted::new();
    let shop = &planted.shop;
    planted.run("operator", &["promote", "master"], 0);
    // A denial of a file with secrets, by rules that show where they stand.
    shop.deployment.edit("services/cart/secret.yaml", |text| format!("{text}\tbroken: \"{}\n", secret("data of a Secret")));
    shop.deployment.write("services/cart/prod.tfvars", format!("password = \"{}\n", secret("a tfvars file")));
    shop.deployment.write("services/cart/.env", format!("TOKEN=\"{}\n", secret("a dotenv file")));
    shop.deployment.deliver("master", "broken");
    planted.run("operator", &["check", "--log"], 10);
    planted.run("operator", &["check", "-o", "json"], 10);
    planted.run("operator", &["promote", "master"], 10);
    plant(shop);
    // An apply that fails half way.
    shop.deployment.edit("services/cart/secret.yaml", |text| text.replace("plain:", "other:"));
    shop.deployment.deliver("master", "mended");
    let releases = shop.target("preprod").path().join("releases");
    fs_err::rename(&releases, shop.world.path("releases")).unwrap();
    fs_err::write(&releases, "in the way").unwrap();
    let failed = checked(cli(shop, "operator", &["promote", "master"]).run());
    assert!([13, 14].contains(&failed.exit), "{}", failed.raw());
    fs_err::remove_file(&releases).unwrap();
    fs_err::rename(shop.world.path("releases"), &releases).unwrap();
    // A forge that answers with the token that it got.
    let forge = format!(
        "forge: {{kind: github, repo: shop/deployment, api: \"http://127.0.0.1:{}\", token: {{env: FORGE_TOKEN}}, \
         accounts: {{lead-1: lead@example.com}}}}, teams: ",
        planted.parrot.port
    );
    let asked =
        |text: &str| text.replace("teams: ", &forge).replace("builtin:four-eyes, match: {environment: prod}", "builtin:four-eyes");
    shop.deployment.edit("tollgate.yaml", asked);
    shop.deployment.deliver("master", "reviews on a forge");
    planted.run("operator", &["policy", "accept", "HEAD"], 0);
    planted.run("operator", &["promote", "master"], 13).says(&["forbids the pull requests of the commit"]);
    assert!(planted.parrot.heard.swap(false, Ordering::Relaxed), "the token was used");
    // A registry that answers with the credentials that it got.
    let image = format!("127.0.0.1:{}/cart:{}", planted.parrot.port, "a".repeat(40));
    shop.deployment.edit("tollgate.yaml", |text| {
        let text = text.replace("registry.example.com/*", &format!("127.0.0.1:{}/*", planted.parrot.port));
        text.lines().filter(|line| !line.starts_with("registry:")).map(|line| format!("{line}\n")).collect()
    });
    shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", &image));
    shop.deployment.deliver("master", "another registry");
    planted.run("operator", &["policy", "accept", "HEAD"], 0);
    let unresolved = checked(cli(shop, "operator", &["promote", "master"]).run());
    assert!(unresolved.exit != 0 && unresolved.raw().contains("127.0.0.1"), "{}", unresolved.raw());
    assert!(planted.parrot.heard.load(Ordering::Relaxed), "the credentials were used");
    // A remote that is not there, or does not let the token in.
    let url = shop.deployment.git(&["remote", "get-url", "origin"]);
    for other in [url.replace("robot", "other"), format!("{url}.not.there"), url.replace("127.0.0.1", "localhost.invalid")] {
        shop.deployment.git(&["remote", "set-url", "origin", &other]);
        for arguments in [&["promote", "master"][..], &["status"], &["audit", "verify"], &["audit", "log", "--ledger", &other]] {
            let answer = checked(cli(shop, "operator", arguments).run());
            assert!(answer.exit != 0, "{}", answer.raw());
        }
    }
    assert_nothing_leaked(&planted, &[]);
}

/// The id of the newest promotion to a target.
fn newest(shop: &Shop, target: &str) -> String {
    let decided = |entry: &serde_json::Value| entry["type"] == "decided" && entry["subject"]["target"] == target;
    let newest = shop.ledger().entries().into_iter().rfind(decided).unwrap();
    newest["subject"]["promotion"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_looked_for_is_found() {
    assert!(std::panic::catch_unwind(|| assert_clean("it", b"x planted-dotenv-6")).is_err());
}
