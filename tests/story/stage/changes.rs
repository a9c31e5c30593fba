//! What developers do: build, deliver, tag, change the policy.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tollgate_tests::{Answer, Build, manifest};

use super::{Happened, NAMES, STRICT, Stage, WEAK};
use crate::step::{Person, Service, Which};

impl Stage {
    pub(super) fn deliver(&mut self, number: usize, service: Service, which: Which) -> Happened {
        let text = format!("step {number}");
        let (build, answer) = match which {
            Which::New => self.build(service, &text, Some("master")),
            Which::Unrecorded => self.build(service, &text, None),
            Which::OfBranch => {
                self.signed.shop.service(NAMES[service]).switch("feature/x");
                let built = self.build(service, &text, Some("feature/x"));
                self.signed.shop.service(NAMES[service]).switch("master");
                built
            }
            Which::Old(back) => (self.old_build(service, back), None),
        };
        self.signed.shop.use_image(&build);
        self.signed.shop.deployment.deliver("master", &text);
        Happened::of(answer)
    }

    /// Builds an image from what the service's clone has, and records it as built from a branch.
    fn build(&mut self, service: Service, text: &str, branch: Option<&'static str>) -> (Build, Option<Answer>) {
        let build = self.signed.shop.build(NAMES[service], text);
        self.builds.push(build.clone());
        let answer = branch.map(|branch| self.record(&build, branch));
        (build, answer)
    }

    pub(super) fn record(&mut self, build: &Build, branch: &'static str) -> Answer {
        let answer = self.signed.shop.record(build, branch);
        if answer.exit != 0 {
            self.unrecorded.push((build.clone(), branch));
        } else if branch == "master" {
            self.recorded.entry(build.image.clone()).or_insert_with(|| build.digest.clone());
        }
        answer
    }

    /// Records what could not be recorded before, as a CI system that runs again.
    pub(super) fn record_the_rest(&mut self) -> Vec<Answer> {
        let rest = std::mem::take(&mut self.unrecorded);
        rest.iter().map(|(build, branch)| self.record(build, branch)).collect()
    }

    fn old_build(&self, service: Service, back: usize) -> Build {
        let own: Vec<&Build> = self.builds.iter().filter(|build| build.service == NAMES[service]).collect();
        own[own.len() - 1 - back % own.len()].clone()
    }

    pub(super) fn push_again(&self, number: usize, service: Service) -> Happened {
        let text = self.signed.shop.deployment.read(&format!("services/{}/deployment.yaml", NAMES[service]));
        let image = text.lines().find_map(|line| line.trim().strip_prefix("image: ")).unwrap();
        self.signed.shop.registry().push(image, &format!("pushed again in step {number}"));
        Happened::default()
    }

    pub(super) fn plant(&mut self, number: usize, service: Service) -> Happened {
        let values = ["data", "text"].map(|kind| format!("planted-{kind}-value-of-step-{number}"));
        let secret = manifest::secret(NAMES[service], &BASE64_STANDARD.encode(&values[0]), &values[1]);
        self.signed.shop.deployment.write(&format!("services/{}/secret.yaml", NAMES[service]), secret);
        self.signed.shop.deployment.deliver("master", "other passwords");
        self.secrets.extend(values);
        Happened::default()
    }

    pub(super) fn branch(&mut self, service: Service, is_signed: bool) -> Happened {
        self.branches += 1;
        let (deployment, name) = (&self.signed.shop.deployment, format!("feature/{}", self.branches));
        deployment.git(&["switch", "--quiet", "--create", &name]);
        let replicas = format!("replicas: {}", self.branches + 1);
        deployment.edit(&format!("services/{}/deployment.yaml", NAMES[service]), |text| text.replace("replicas: 1", &replicas));
        let sign = format!("commit.gpgSign={is_signed}");
        deployment.git(&["-c", &sign, "commit", "--quiet", "--all", "--message", "more replicas"]);
        deployment.push(&name);
        deployment.git(&["switch", "--quiet", "master"]);
        Happened::default()
    }

    pub(super) fn branch_name(&self) -> String {
        format!("feature/{}", self.branches.max(1))
    }

    pub(super) fn tag(&mut self, signer: Option<Person>) -> Happened {
        let (deployment, name) = (&self.signed.shop.deployment, format!("v{}", self.tags.len() + 1));
        match signer {
            None => drop(deployment.git(&["tag", &name])),
            Some(person) => {
                let key = self.signed.shop.world.path("keys").join(person.name());
                let (key, mail) = (format!("user.signingKey={key}"), format!("user.email={}", person.address()));
                deployment.git(&["-c", &key, "-c", &mail, "tag", "--sign", "--message", "to prod", &name]);
            }
        }
        deployment.git(&["push", "--quiet", "origin", &name]);
        self.tags.push((name, signer));
        Happened::default()
    }

    pub(super) fn change_policy(&self) -> Happened {
        let deployment = &self.signed.shop.deployment;
        deployment.edit("tollgate.yaml", |text| {
            let (from, to) = if text.contains(STRICT) { (STRICT, WEAK) } else { (WEAK, STRICT) };
            text.replace(from, to)
        });
        deployment.deliver("master", "another policy");
        Happened::default()
    }
}
