//! What people say: yes, no, break-glass, stop and go.

use super::{Happened, NAMES, Stage};
use crate::step::{Person, Place, Scope};

impl Stage {
    pub(super) fn say(&self, person: Person, place: Place, command: &[&str], more: &[&str]) -> Happened {
        let promotion = self.newest(place);
        Happened::of([self.by(person, &[command, &[promotion.as_str(), "-o", "json"], more].concat())])
    }

    pub(super) fn break_glass(&mut self, gate: &str, people: [Person; 2]) -> Happened {
        let promotion = self.newest(Place::Prod);
        let open = ["override", &promotion, "--gate", gate, "--reason", "prod is down", "--ticket", "INC-7", "-o", "json"];
        let opened = self.by(people[0], &open);
        if opened.exit != 0 {
            return Happened::of([opened]);
        }
        let entry = opened.json()["entry"].as_u64().unwrap();
        self.glass = Some(entry);
        let signed = self.by(people[1], &["override", &format!("O-{entry}"), "-o", "json"]);
        Happened::of([opened, signed])
    }

    pub(super) fn review(&self, person: Person) -> Happened {
        let review = |entry: u64| self.by(person, &["approve", &format!("O-{entry}"), "--note", "seen", "-o", "json"]);
        Happened::of(self.glass.map(review))
    }

    pub(super) fn freeze(&mut self, person: Person, scope: Scope) -> Happened {
        let arguments = [vec!["freeze", "--reason", "incident", "-o", "json"], of_scope(scope)].concat();
        let answer = self.by(person, &arguments);
        if answer.exit == 0 {
            self.frozen.insert(answer.json()["entry"].as_u64().unwrap(), scope);
        }
        Happened::of([answer])
    }

    pub(super) fn thaw(&mut self, person: Person, scope: Scope) -> Happened {
        let answer = self.by(person, &[vec!["thaw", "--reason", "over", "-o", "json"], of_scope(scope)].concat());
        if answer.exit == 0 {
            self.frozen.retain(|_, frozen| scope != Scope::All && *frozen != scope);
        }
        Happened::of([answer])
    }
}

fn of_scope(scope: Scope) -> Vec<&'static str> {
    match scope {
        Scope::All => vec!["--all"],
        Scope::Prod => vec!["--environment", "prod"],
        Scope::Preprod => vec!["--environment", "preprod"],
        Scope::Service(service) => vec!["--component", NAMES[service]],
    }
}
